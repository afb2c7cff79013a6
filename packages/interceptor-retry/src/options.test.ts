import { Pipeline, StageOutput, StageflowError } from '@stageflow/core'
import type { RunStage, StageInfo } from '@stageflow/core'
import { expect, test } from 'vitest'
import { retry } from './index.ts'
import type { RetryOptions } from './index.ts'

function thrownBy(action: () => unknown): unknown {
  try {
    action()
  } catch (error) {
    return error
  }
  return undefined
}

test.each([
  [{ attempts: 0 }, 'attempts must be a whole number from 1, not 0'],
  [{ attempts: 2.5 }, 'attempts must be a whole number from 1, not 2.5'],
  [{ attempts: '3' }, 'attempts must be a whole number from 1, not "3"'],
  [{ attempts: null }, 'attempts must be a whole number from 1, not null'],
  [{ baseMs: -1 }, 'baseMs must be a number of milliseconds from 0, not -1'],
  [{ baseMs: NaN }, 'baseMs must be a number of milliseconds from 0, not NaN'],
  [{ capMs: Infinity }, 'capMs must be a number of milliseconds from 0, not Infinity'],
  [{ backoff: 'fibonacci' }, `backoff must be one of 'exponential', 'linear', 'constant', not "fibonacci"`],
  [{ jitter: true }, `jitter must be one of 'none', 'full', 'equal', 'decorrelated', not true`],
  [{ maxRetryAfterMs: '60s' }, 'maxRetryAfterMs must be a number of milliseconds from 0, not "60s"'],
  [
    { isRetryable: 'transient' },
    'isRetryable must be a function (error, context) => boolean, { afterMs } or undefined',
  ],
  [{ random: 0.5 }, 'random must be a function () => a number from 0 up to 1, not 0.5'],
])('%j is refused (retry/illegal-option), by retry() and for a stage by build()', (options, message) => {
  const error = thrownBy(() => retry(options as unknown as RetryOptions))
  expect(StageflowError.is(error, 'retry/illegal-option')).toBe(true)
  expect(String(error)).toContain(`retry(): ${message}`)
  const pipeline = new Pipeline('chat').withStage('llm', () => ({}), { retry: options as unknown as RetryOptions })
  const problem = thrownBy(() => pipeline.build({ interceptors: [retry()] }))
  expect(StageflowError.is(problem, 'core/build')).toBe(true)
  expect(String(problem)).toContain(`Interceptor "retry" refuses stage "llm": stage options: retry.${message}`)
})

test('one error lists every problem, and suggests the name of an unknown option', () => {
  const error = thrownBy(() => retry({ attempts: 0, baseMS: 1, classify: () => true } as unknown as RetryOptions))
  expect((error as Error).message).toBe(
    'retry(): attempts must be a whole number from 1, not 0; unknown option "baseMS" (did you mean "baseMs"? known: attempts, baseMs, capMs, backoff, jitter, maxRetryAfterMs, isRetryable, random); unknown option "classify" (known: attempts, baseMs, capMs, backoff, jitter, maxRetryAfterMs, isRetryable, random).',
  )
})

test.each([3, 'often', null, true])('retry options that are %j are refused, because options are an object', (value) => {
  expect(String(thrownBy(() => retry(value as unknown as RetryOptions)))).toContain(
    'the options must be an object, not ',
  )
  const pipeline = new Pipeline('chat').withStage('llm', () => ({}), { retry: value as unknown as RetryOptions })
  expect(String(thrownBy(() => pipeline.build({ interceptors: [retry()] })))).toContain('retry must be an object, not ')
})

test('a stage with retry: false or attempts: 1 is left alone', () => {
  const next: RunStage = () => StageOutput.ok()
  const stage = (options: object) => ({ name: 'a', options }) as unknown as StageInfo
  expect(retry().wrap?.(next, stage({ retry: false }))).toBe(next)
  expect(retry({ attempts: 1 }).wrap?.(next, stage({}))).toBe(next)
  expect(retry({ attempts: 1 }).wrap?.(next, stage({ retry: { attempts: 2 } }))).not.toBe(next)
})

test('an undefined option counts as not given', () => {
  expect(retry({ attempts: undefined } as unknown as RetryOptions)).toMatchObject({ name: 'retry' })
})
