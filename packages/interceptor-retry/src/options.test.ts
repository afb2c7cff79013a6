import { Pipeline, StageflowError } from '@stageflow/core'
import type { RunStage, StageInfo } from '@stageflow/core'
import { StageOutput } from '@stageflow/core'
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
  [{ attempts: 0 }, 'attempts is 0, and must be a whole number above 0'],
  [{ attempts: 2.5 }, 'attempts is 2.5'],
  [{ attempts: Infinity }, 'attempts is Infinity'],
  [{ attempts: '3' }, 'attempts is "3"'],
  [{ attempts: null }, 'attempts is null'],
  [{ baseMs: -1 }, 'baseMs is -1, and must be a number of milliseconds, 0 or more'],
  [{ baseMs: NaN }, 'baseMs is NaN'],
  [{ capMs: Infinity }, 'capMs is Infinity'],
  [{ backoff: 'fibonacci' }, `backoff is "fibonacci", and must be 'exponential', 'linear' or 'constant'`],
  [{ jitter: true }, `jitter is true, and must be 'none', 'full', 'equal' or 'decorrelated'`],
  [{ classify: 'transient' }, 'classify is "transient", and must be a function of the error'],
  [{ random: 0.5 }, 'random is 0.5, and must be a function that answers with numbers from 0 up to 1'],
  [{ maxAttempts: 3 }, 'there is no option "maxAttempts" (there are attempts, baseMs'],
])('%j is refused (retry/illegal-option), by the call and by the build', (options, message) => {
  const error = thrownBy(() => retry(options as unknown as RetryOptions))
  expect(StageflowError.is(error, 'retry/illegal-option')).toBe(true)
  expect(String(error)).toContain(message)
  const pipeline = new Pipeline('chat').withStage('llm', () => ({}), { retry: options as unknown as RetryOptions })
  const problem = thrownBy(() => pipeline.build({ interceptors: [retry()] }))
  expect(StageflowError.is(problem, 'core/build')).toBe(true)
  expect(String(problem)).toContain('Interceptor "retry" refuses stage "llm"')
  expect(String(problem)).toContain(message)
})

test('all that is wrong is said at once', () => {
  const error = thrownBy(() => retry({ attempts: 0, baseMs: -1 }))
  expect(String(error)).toBe(
    'StageflowError: retry() was given what it cannot use: attempts is 0, and must be a whole number above 0, the first call included; baseMs is -1, and must be a number of milliseconds, 0 or more.',
  )
})

test.each([3, 'often', null, true])('%s is no object of options', (value) => {
  expect(String(thrownBy(() => retry(value as unknown as RetryOptions)))).toContain(
    'and takes an object such as { attempts: 3 }',
  )
  const pipeline = new Pipeline('chat').withStage('llm', () => ({}), { retry: value as unknown as RetryOptions })
  expect(String(thrownBy(() => pipeline.build({ interceptors: [retry()] })))).toContain('or false for no retry')
})

test('a stage that is not retried is left alone: by false, or because one attempt is all it has', () => {
  const next: RunStage = () => StageOutput.ok()
  const stage = (options: object) => ({ name: 'a', options }) as unknown as StageInfo
  expect(retry().wrap?.(next, stage({ retry: false }))).toBe(next)
  expect(retry({ attempts: 1 }).wrap?.(next, stage({}))).toBe(next)
  expect(retry({ attempts: 1 }).wrap?.(next, stage({ retry: { attempts: 2 } }))).not.toBe(next)
})

test('undefined is as if left out', () => {
  expect(retry({ attempts: undefined } as unknown as RetryOptions)).toMatchObject({ name: 'retry' })
})
