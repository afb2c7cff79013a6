import { expect, test } from 'vitest'
import { answersByKey, openRequests, pathOf } from './answers.ts'
import { progressOfFacts } from './run-progress.ts'
import type { KeptFact } from './service-call.ts'

test.each([
  ['approve', ['approve']],
  ['approve@3', ['approve']],
  ['kid/check@2', ['kid', 'check']],
  ['letters#12@2', ['letters', '12']],
  ['draft#2/guard', ['draft', 'guard']],
  ['a%2Fb/c%2Fd#0', ['a/b', 'c/d', '0']],
])('the key %s is answered at %j', (key, path) => {
  expect(pathOf(key)).toEqual(path)
  expect(openRequests(new Map([[key, '?']]))).toEqual([{ path, request: '?' }])
})

test('nested answers are found for their keys, and everything that is wrong is in one error', () => {
  const keys = ['approve@2', 'kid/check', 'kid/letters#1', 'kid/letters#4@2']
  const answers = { approve: null, kid: { check: [1], letters: { 4: { yes: true } } } }
  expect(answersByKey('r', keys, answers)).toEqual([
    ['approve@2', null],
    ['kid/check', [1]],
    ['kid/letters#4@2', { yes: true }],
  ])
  const wrong = (): unknown => answersByKey('r', keys, { aprove: 1, kid: { check: 1, letters: {} } })
  expect(wrong).toThrow(expect.objectContaining({ code: 'durable-restate/not-waiting' }) as Error)
  expect(wrong).toThrow(
    'it waits for "approve", "kid", not for "aprove"; "kid/letters" waits for "1", "4", and the answer is empty',
  )
  expect(() => answersByKey('r', [], { approve: 1 })).toThrow(
    'The run "r" can\'t take these answers: it waits for nothing',
  )
  for (const none of [undefined, null, [], 'yes', {}])
    expect(() => answersByKey('r', keys, none)).toThrow('it waits for "approve"')
})

test('progress names what has settled or waits, in child pipelines too', () => {
  const call = (key: string, status: 'ok' | 'suspend' = 'ok'): KeptFact => ({
    kind: 'call',
    key,
    at: 1,
    facts: { status, startedAt: 1, endedAt: 1, after: 0 },
  })
  const facts = [
    call('a'),
    call('ask', 'suspend'),
    call('asked', 'suspend'),
    { kind: 'answer', key: 'asked', answer: 1, at: 2 } as const,
    call('asked@2'),
    call('kid/first'),
    call('kid/inner/x', 'suspend'),
    call('draft#2/guard'),
    call('list#over'),
    call('letters#3'),
  ]
  expect(progressOfFacts(facts)).toEqual({
    a: 'settled',
    ask: 'started',
    asked: 'settled',
    kid: { first: 'settled', inner: { x: 'started' } },
    draft: { guard: 'settled' },
    list: 'started',
    letters: 'started',
  })
})
