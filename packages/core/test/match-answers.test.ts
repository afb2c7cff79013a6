import { fingerprintOf, matchAnswers, namesIn, pathText, pathsOfAnswers, resumeRun } from '@stageflow/core/durable'
import type { KnownQuestion, SuspendedRun } from '@stageflow/core/durable'
import { describe, expect, test } from 'vitest'

import { ANSWER_CASES, graphAsking } from './answer-cases.ts'
import type { AnswerCase, Outcome } from './answer-cases.ts'

const shape = fingerprintOf(graphAsking(new Set()))
const questionsOf = ({ questions }: AnswerCase): readonly KnownQuestion[] =>
  Object.entries(questions).map(([path, is]) => ({ path: namesIn(path), is }))

describe.each(ANSWER_CASES)('answers for $title', (each) => {
  test('are those of a durable run', () => {
    const { matched, problems } = matchAnswers(questionsOf(each), each.answers, shape)
    const isOpen = (one: (typeof matched)[number]): boolean => one.question?.is === 'open'
    const early = matched.filter((one) => !isOpen(one)).map(({ path }) => pathText(path))
    const answered = matched.filter(isOpen).map(({ path }) => pathText(path))
    const outcome: Outcome = problems.length > 0 ? { problems } : { answered, ...(early.length > 0 && { early }) }
    expect(outcome).toEqual(each.durable)
  })

  test('continue a suspended run, or say why not', async () => {
    const asking = questionsOf(each).flatMap(({ path, is }) => (is === 'open' ? [path.join('/')] : []))
    const graph = graphAsking(new Set(asking))
    const suspended = (await graph.run()) as unknown as SuspendedRun
    const expected = each.inProcess ?? each.durable
    const resumed = resumeRun(graph, suspended, each.answers as never)
    if ('problems' in expected)
      return expect(resumed).rejects.toMatchObject({
        code: 'core/resume',
        message: `A run of "p" cannot be resumed: ${expected.problems.join('; ')}.`,
      })
    const { status } = await resumed
    expect(status).toBe(expected.answered.length < asking.length ? 'suspended' : 'completed')
  })
})

test('the last question of a path counts, also if an earlier one was asked by a part of it', () => {
  const ask = (path: string, is: KnownQuestion['is'], n: number) => ({ path: namesIn(path), is, n })
  const numbers = (questions: readonly ReturnType<typeof ask>[], answers: unknown): readonly unknown[] =>
    matchAnswers(questions, answers, shape).matched.map(({ question }) => question?.n)
  expect(numbers([ask('approve', 'answered', 1), ask('approve', 'open', 2)], { approve: 1 })).toEqual([2])
  const inside = [ask('kid', 'answered', 1), ask('kid/check', 'open', 2)]
  expect(numbers(inside, { kid: { check: 1 } })).toEqual([2])
  expect(numbers(inside.toReversed(), { kid: 1 })).toEqual([])
  expect(numbers([...inside, ask('kid', 'open', 3)], { kid: 1 })).toEqual([3])
})

test('the paths of answers lead through child pipelines and the items that run one, and end at other maps', () => {
  const answers = {
    approve: 1,
    kid: { check: 1, letters: { 0: 1 }, gone: 1 },
    letters: [1],
    named: { 'doc-1': 1, 'doc-2': 1 },
    three: { 'doc-1': { check: 1 }, check: { check: 1, gone: 1 }, 'doc-2': 1 },
    draft: {},
    none: { x: 1 },
  }
  expect(pathsOfAnswers(answers, shape)).toEqual([
    ['approve'],
    ['kid', 'check'],
    ['kid', 'letters'],
    ['kid', 'gone'],
    ['letters'],
    ['named'],
    ['three', 'doc-1', 'check'],
    ['three', 'check', 'check'],
    ['three', 'check', 'gone'],
    ['draft'],
    ['none'],
  ])
  for (const none of [undefined, null, 7, 'kid']) expect(pathsOfAnswers(none, shape)).toEqual([])
})
