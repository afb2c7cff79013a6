import { Pipeline, StageflowError } from '@stageflow/core'
import type { Interceptor, PipelineBuildError } from '@stageflow/core'
import { auth } from '@stageflow/interceptor-auth'
import { circuitBreaker } from '@stageflow/interceptor-circuit-breaker'
import { idempotency } from '@stageflow/interceptor-idempotency'
import { retry } from '@stageflow/interceptor-retry'
import { timeout } from '@stageflow/interceptor-timeout'
import { tracing } from '@stageflow/interceptor-tracing'
import { expect, test } from 'vitest'
import { fallback, wayOf } from './index.ts'

const thrownBy = (action: () => unknown): unknown => {
  try {
    action()
  } catch (error) {
    return error
  }
  return undefined
}

const oneStage = (option: unknown) =>
  new Pipeline('chat').withStage('llm', (context) => ({ way: wayOf(context) }), { fallback: option } as never)

/** The messages of the problems of a build, and the codes of their causes. */
function problemsOf(option: unknown) {
  const error = thrownBy(() => oneStage(option).build({ interceptors: [fallback()] }))
  expect(StageflowError.is(error, 'core/build')).toBe(true)
  return (error as PipelineBuildError).problems.map(({ code, message, cause }) => [
    code,
    (cause as StageflowError).code,
    message,
  ])
}
const refused = (problem: string) => [
  ['core/interceptor-wrap', 'fallback/illegal-option', `Interceptor "fallback" refuses stage "llm": ${problem}`],
]

test.each([
  ['one way', ['main']],
  ['no way', []],
  ['a way twice', ['main', 'spare', 'main']],
  ['an empty name', ['main', '']],
  ['a name that is not a string', ['main', 7]],
  ['a hole', Array(2)],
  ['a text', 'main'],
  ['nothing', undefined],
  ['null', null],
])('ways with %s do not build', (_, ways) => {
  const [[code, cause, message] = [], ...others] = problemsOf({ ways })
  expect([code, cause, others]).toEqual(['core/interceptor-wrap', 'fallback/illegal-option', []])
  expect(message).toContain(
    "stage options: fallback.ways must be an array of two or more different names, such as ['main', 'spare'], not ",
  )
})

test.each([
  [['main', 'spare'], 'fallback must be an object, not an array.'],
  [false, 'fallback must be an object, not false.'],
  [null, 'fallback must be an object, not null.'],
  [{ ways: ['a', 'b'], way: 'a' }, 'unknown option "fallback.way" (did you mean "ways"? known: ways, isRetryable).'],
  [
    { ways: ['a', 'b'], isRetryable: true },
    'fallback.isRetryable must be a function (error, context) => boolean, { afterMs } or undefined, not true.',
  ],
])('the option %j does not build', (option, problem) => {
  expect(problemsOf(option)).toEqual(refused(`stage options: ${problem}`))
})

test('an undefined option counts as not given', () => {
  expect(() => oneStage(undefined).build({ interceptors: [fallback()] })).not.toThrow()
})

test('a change of the array of ways after the build changes nothing', async () => {
  const ways = ['main', 'spare']
  const graph = oneStage({ ways }).build({ interceptors: [fallback()] })
  ways[0] = 'other'
  expect((await graph.run()).data).toEqual({ llm: { way: 'main' } })
})

test('a stage with the option does not build without the interceptor', () => {
  const error = thrownBy(() => oneStage({ ways: ['main', 'spare'] }).build())
  expect((error as PipelineBuildError).problems.map(({ code }) => code)).toEqual(['core/unclaimed-option'])
})

test('fallback() refuses an argument', () => {
  const made = fallback as unknown as (options: object) => Interceptor
  expect(
    StageflowError.is(
      thrownBy(() => made({ ways: ['main', 'spare'] })),
      'fallback/illegal-option',
    ),
  ).toBe(true)
})

const secret = auth({ verify: async () => ({ sub: 'ada' }) } as never)
test.each([
  ['outside idempotency', [fallback(), idempotency()]],
  ['inside circuit-breaker', [circuitBreaker(), fallback()]],
  ['inside tracing', [tracing(), fallback()]],
  ['outside auth', [fallback(), secret]],
])('an order with fallback %s does not build', (_, interceptors) => {
  const error = thrownBy(() => new Pipeline('chat').withStage('llm', () => ({})).build({ interceptors }))
  expect((error as PipelineBuildError).problems.map(({ code }) => code)).toEqual(['core/interceptor-order'])
})

test.each([
  ['the order of the README', [idempotency(), retry(), fallback(), timeout(), circuitBreaker(), tracing()]],
  ['retry inside', [fallback(), retry()]],
  ['timeout outside', [timeout(), fallback()]],
])('%s builds', (_, interceptors) => {
  expect(() => new Pipeline('chat').withStage('llm', () => ({})).build({ interceptors })).not.toThrow()
})
