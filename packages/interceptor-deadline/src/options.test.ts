import { Pipeline, StageKind, StageflowError } from '@stageflow/core'
import type { Interceptor, PipelineBuildError } from '@stageflow/core'
import { circuitBreaker } from '@stageflow/interceptor-circuit-breaker'
import { idempotency } from '@stageflow/interceptor-idempotency'
import { timeout } from '@stageflow/interceptor-timeout'
import { expect, test } from 'vitest'
import { deadline } from './index.ts'
import type { DeadlineBudget } from './index.ts'

const thrownBy = (action: () => unknown): unknown => {
  try {
    action()
  } catch (error) {
    return error
  }
  return undefined
}

/** The messages of the problems of a build, and the codes of their causes. */
function problemsOf(pipeline: { build(options: { interceptors: readonly Interceptor[] }): unknown }) {
  const error = thrownBy(() => pipeline.build({ interceptors: [deadline()] }))
  expect(StageflowError.is(error, 'core/build')).toBe(true)
  return (error as PipelineBuildError).problems.map(({ code, message, cause }) => [
    code,
    (cause as StageflowError).code,
    message,
  ])
}
const refused = (problem: string) => [
  ['core/interceptor-wrap', 'deadline/illegal-option', `Interceptor "deadline" refuses stage "llm": ${problem}`],
]

const oneStage = (deadlineBudget: unknown, more: object = { onFailure: 'skip' }) =>
  new Pipeline('chat').withStage('llm', () => ({}), { deadlineBudget, ...more } as never)

test.each([0, -1, NaN, Infinity, '500', null, 5n, undefined])('a budget of %s ms does not build', (expectedMs) => {
  const [[code, cause, message] = []] = problemsOf(oneStage({ expectedMs }))
  expect([code, cause]).toEqual(['core/interceptor-wrap', 'deadline/illegal-option'])
  expect(message).toContain(
    'Interceptor "deadline" refuses stage "llm": stage options: deadlineBudget.expectedMs must be a number of milliseconds above 0, not ',
  )
})

test.each([
  [500, 'deadlineBudget must be an object, not 500.'],
  [null, 'deadlineBudget must be an object, not null.'],
  [{ expectedMs: 500, minimumMs: 5 }, 'unknown option "deadlineBudget.minimumMs" (known: expectedMs).'],
])('a budget of %j does not build', (budget, problem) => {
  expect(problemsOf(oneStage(budget))).toEqual(refused(`stage options: ${problem}`))
})

test('a budget without onFailure does not build, and the error says what to add', () => {
  expect(problemsOf(oneStage({ expectedMs: 500 }, {}))).toEqual(
    refused(
      "stage options: deadlineBudget needs onFailure beside it, 'skip' or { fallback: { … } }, because a stage that is too late fails.",
    ),
  )
})

test('a budget of a map without onFailure and onItemFailure does not build, and is one problem', () => {
  const map = (more: object) =>
    new Pipeline('chat').withMap('llm', {
      over: () => [1],
      each: () => ({}),
      deadlineBudget: { expectedMs: 500 },
      ...more,
    } as never)
  const problem =
    "stage options: deadlineBudget needs onItemFailure: 'skip' or 'collect' beside it, or onFailure, because an item that is too late fails."
  expect(problemsOf(map({}))).toEqual(refused(problem))
  expect(problemsOf(map({ onItemFailure: 'fail' }))).toEqual(refused(problem))
})

test('one error lists every problem', () => {
  expect(problemsOf(oneStage({ expectedMs: 0 }, {}))).toEqual(
    refused(
      "stage options: deadlineBudget.expectedMs must be a number of milliseconds above 0, not 0; deadlineBudget needs onFailure beside it, 'skip' or { fallback: { … } }, because a stage that is too late fails.",
    ),
  )
})

test('a GUARD takes a budget with a fallback', () => {
  const guard = new Pipeline('chat').withStage('check', () => ({ allowed: true }), StageKind.GUARD, {
    deadlineBudget: { expectedMs: 500 },
    onFailure: { fallback: { allowed: false } },
  })
  expect(() => guard.build({ interceptors: [deadline()] })).not.toThrow()
})

test('an undefined budget counts as not given', () => {
  expect(() => oneStage(undefined, {}).build({ interceptors: [deadline()] })).not.toThrow()
})

test('a stage with a budget does not build without the interceptor', () => {
  const error = thrownBy(() => oneStage({ expectedMs: 500 }).build())
  expect((error as PipelineBuildError).problems.map(({ code }) => code)).toEqual(['core/unclaimed-option'])
})

test('deadline() refuses an argument', () => {
  const made = deadline as unknown as (options: DeadlineBudget) => Interceptor
  expect(
    StageflowError.is(
      thrownBy(() => made({ expectedMs: 500 })),
      'deadline/illegal-option',
    ),
  ).toBe(true)
})

test.each([
  ['outside idempotency', [deadline(), idempotency()]],
  ['outside timeout', [deadline(), timeout()]],
  ['inside circuit-breaker', [circuitBreaker(), deadline()]],
])('an order with deadline %s does not build', (_, interceptors) => {
  const error = thrownBy(() => new Pipeline('chat').withStage('llm', () => ({})).build({ interceptors }))
  expect((error as PipelineBuildError).problems.map(({ code }) => code)).toEqual(['core/interceptor-order'])
})
