import { expect, test } from 'vitest'
import { wrongFact } from '../src/durable.ts'

const facts = { status: 'ok', data: {}, startedAt: 1, endedAt: 1, after: 0 }
const call = { kind: 'call', key: 'a', at: 1, facts }

test.each([
  ['a call', call],
  ['a call that suspended', { ...call, facts: { ...facts, status: 'suspend', data: undefined, request: '?' } }],
  ['an answer', { kind: 'answer', key: 'a', at: 1, answer: null }],
  ['a timer', { kind: 'timer', key: '/timeout', at: 1 }],
  ['a stop', { kind: 'stop', key: '', at: 1, reason: 'enough' }],
  ['an interrupt', { kind: 'stop', key: '', at: 1, reason: 'enough', interrupt: { data: [1] } }],
])('%s is a fact', (_what, fact) => {
  expect(wrongFact(fact)).toBeUndefined()
  expect(wrongFact(JSON.parse(JSON.stringify(fact)))).toBeUndefined()
})

test.each<[fact: unknown, wrong: string]>([
  [undefined, 'not a fact'],
  [null, 'not a fact'],
  ['call', 'not a fact'],
  [[call], 'not a fact'],
  [{ ...call, kind: 'stage' }, 'not a fact'],
  [{ ...call, at: '1' }, 'not a fact'],
  [{ ...call, at: Number.NaN }, 'not a fact'],
  [{ ...call, key: undefined }, 'key must be a string'],
  [{ kind: 'stop', key: '', at: 1 }, 'reason must be a string'],
  [{ kind: 'stop', key: '', at: 1, reason: 'enough', interrupt: true }, 'interrupt must be an object'],
  [{ ...call, facts: null }, 'facts must be an object'],
  [{ ...call, facts: {} }, 'facts.status must be a status'],
  [{ ...call, facts: { ...facts, data: [] } }, 'facts.data must be an object'],
  [{ ...call, facts: { ...facts, status: 'fail', error: 'x' } }, 'facts.error must be an error'],
])('%j is not a fact, and what is wrong is said', (fact, wrong) => {
  expect(wrongFact(fact)).toContain(wrong)
})
