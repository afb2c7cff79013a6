import { Pipeline } from '@stageflow/core'
import { fingerprintOf } from '@stageflow/core/durable'
import { expect, test } from 'vitest'
import { findAnswers, openRequests } from './answers.ts'
import { pathOf, pathText } from './paths.ts'
import type { Question } from './questions.ts'
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
  expect(openRequests(asked({ [pathText(path)]: 'open' }))).toEqual([{ path, request: '?' }])
})

/** Questions by their paths, each asked for the second time. */
const asked = (questions: Readonly<Record<string, Question['is']>>): ReadonlyMap<string, Question> =>
  new Map(Object.entries(questions).map(([path, is]) => [path, { number: 2, key: path, is, request: '?' }]))

const stage = () => ({})
const graph = fingerprintOf(
  new Pipeline('p')
    .withStage('approve', stage)
    .withStage('a/b', stage)
    .withPipeline(
      'kid',
      new Pipeline('kid').withStage('check', stage).withMap('letters', { over: () => [1], each: stage }),
    )
    .build(),
)
const namesFor = (questions: Readonly<Record<string, Question['is']>>, answers: unknown): readonly unknown[] =>
  findAnswers('r', asked(questions), answers, graph).map(({ name, answer }) => [name, answer])

test('an answer is that to the open question of its path, or to the next one', () => {
  const questions = { approve: 'open', 'kid/check': 'idle', 'kid/letters/4': 'open' } as const
  const answers = { approve: null, kid: { check: [1], letters: { 4: { yes: true }, 5: 'early' } }, 'a/b': 'early' }
  expect(namesFor(questions, answers)).toEqual([
    ['answer 2 approve', null],
    ['answer 3 kid/check', [1]],
    ['answer 2 kid/letters/4', { yes: true }],
    ['answer 1 kid/letters/5', 'early'],
    ['answer 1 a%2Fb', 'early'],
  ])
})

test('everything that is wrong with answers is in one error', () => {
  const questions = { approve: 'answered', 'kid/check': 'ended', 'kid/letters/4': 'open' } as const
  const wrong = (answers: unknown) => () => namesFor(questions, answers)
  expect(wrong({ approve: 1 })).toThrow(expect.objectContaining({ code: 'durable-restate/not-waiting' }) as Error)
  expect(wrong({ approve: 1, aprove: 1, kid: { check: 1, letters: {}, other: 1 } })).toThrow(
    '"approve" has an answer already; it waits for "kid", not for "aprove"; "kid/check" has ended; "kid/letters" waits for "4", and the answer is empty; pass an object such as { approve: \'yes\' }; "kid" waits for "letters", not for "other"',
  )
  expect(wrong({ kid: { letters: { x: 1 } } })).toThrow('"kid/letters" waits for "4", not for "x"')
  expect(() => namesFor({}, { kid: 7 })).toThrow('"kid" waits for nothing, and the answer is 7')
  for (const none of [undefined, null, [], 'yes', {}]) expect(wrong(none)).toThrow('it waits for "kid", and the answer')
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
