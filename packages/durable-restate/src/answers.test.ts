import { Pipeline } from '@stageflow/core'
import { fingerprintOf } from '@stageflow/core/durable'
import { describe, expect, test } from 'vitest'
import { ANSWER_CASES, graphAsking } from '../../core/test/answer-cases.ts'
import { findAnswers, namesOf, openRequests } from './answers.ts'
import type { Question } from './questions.ts'

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
const nameOf = namesOf(1, [])
const namesFor = (questions: Readonly<Record<string, Question['is']>>, answers: unknown): readonly unknown[] =>
  findAnswers('r', asked(questions), nameOf, { answers, question: undefined }, graph).map(({ name, answer }) => [
    name,
    answer,
  ])

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

describe.each(ANSWER_CASES)('answers for $title', ({ questions, answers, durable }) => {
  test('resolve the promises of their questions, or say why not', () => {
    const shape = fingerprintOf(graphAsking(new Set()))
    const find = () => findAnswers('r', asked(questions), nameOf, { answers, question: undefined }, shape)
    if ('problems' in durable) {
      const message = `The run "r" can't take these answers: ${durable.problems.join('; ')}. See what it waits for with client.status(runId).`
      return expect(find).toThrow(expect.objectContaining({ code: 'durable-restate/not-waiting', message }) as Error)
    }
    const { answered, early = [] } = durable
    // An early one is for the question after the last one, and the first one if there was none.
    const names = [
      ...answered.map((path) => `answer 2 ${path}`),
      ...early.map((path) => `answer ${path in questions ? 3 : 1} ${path}`),
    ]
    expect(
      find()
        .map(({ name }) => name)
        .toSorted(),
    ).toEqual(names.toSorted())
  })
})

test('a message stays short and on one line, whatever names and questions a caller passes', () => {
  const questions = { approve: 'open' } as const
  const text = `a\n2026 ERROR forged\u2028${'x'.repeat(3_000_000)}`
  const many = Object.fromEntries(Array.from({ length: 20_000 }, (_, index) => [`unknown ${index}`, 1]))
  const call = (answers: object, question?: string) => () =>
    findAnswers('r', asked(questions), nameOf, { answers, question }, graph)
  const short = expect.objectContaining({
    message: expect.stringMatching(/^[^\p{Cc}\u2028]{1,4000}$/u) as string,
  }) as Error
  expect(call({ [text]: 1 })).toThrow(short)
  expect(call({ kid: { [text]: 1 } })).toThrow(short)
  expect(call({ approve: 1 }, text)).toThrow(short)
  expect(call(many)).toThrow(short)
  expect(call(many)).toThrow('; and 19988 more')
})

test('everything that is wrong with answers is in one error', () => {
  const questions = { approve: 'answered', 'kid/check': 'ended', 'kid/letters/4': 'open' } as const
  const wrong = (): unknown => namesFor(questions, { approve: 1, aprove: 1, kid: { check: 1 } })
  expect(wrong).toThrow(
    expect.objectContaining({
      code: 'durable-restate/not-waiting',
      message:
        'The run "r" can\'t take these answers: "approve" has been answered already; it has an answer for "aprove" (did you mean "approve"?), but the run waits for "kid"; "kid/check" has ended; "kid" waits for "letters". See what it waits for with client.status(runId).',
    }) as Error,
  )
})

test('open questions are listed by the names of their answers', () => {
  const questions = asked({ approve: 'open', 'a%2Fb': 'answered', 'kid/letters/4': 'open', 'kid/check': 'idle' })
  expect(openRequests(questions, nameOf)).toEqual([
    { path: ['approve'], question: nameOf('approve'), request: '?' },
    { path: ['kid', 'letters', '4'], question: nameOf('kid/letters/4'), request: '?' },
  ])
})
