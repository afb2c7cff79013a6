import { Pipeline, StageflowError } from '@stageflow/core'
import type { PipelineBuildError } from '@stageflow/core'
import { expect, test } from 'vitest'
import { timeout } from './index.ts'
import type { TimeoutOptions } from './index.ts'

const thrownBy = (action: () => unknown): unknown => {
  try {
    action()
  } catch (error) {
    return error
  }
  return undefined
}

const illegal = [0, -1, NaN, Infinity, -Infinity, '5000', null, true, {}, 5n]

test.each(illegal)('a limit of %s is refused (timeout/illegal-option), with how to say that there is none', (value) => {
  for (const option of ['ms', 'idleMs']) {
    const error = thrownBy(() => timeout({ [option]: value } as unknown as TimeoutOptions))
    expect(StageflowError.is(error, 'timeout/illegal-option')).toBe(true)
    expect(String(error)).toContain(`${option} is `)
    expect(String(error)).toContain('a number of milliseconds above 0, or false for no limit')
  }
})

test.each(illegal)('a stage whose limit is %s does not build, and the error names the stage', (value) => {
  for (const option of ['timeoutMs', 'idleTimeoutMs']) {
    const pipeline = new Pipeline('chat').withStage('llm', () => ({}), { [option]: value } as { timeoutMs: number })
    const error = thrownBy(() => pipeline.build({ interceptors: [timeout()] }))
    expect(StageflowError.is(error, 'core/build')).toBe(true)
    expect((error as PipelineBuildError).problems).toHaveLength(1)
    expect(String(error)).toContain('Interceptor "timeout" refuses stage "llm": ' + option)
    expect(String(error)).toContain('or false for no limit')
  }
})

test('all that is wrong with a call is said at once', () => {
  const error = thrownBy(() => timeout({ ms: 0, idleMs: NaN, timeoutMs: 5 } as TimeoutOptions))
  expect(String(error)).toBe(
    'StageflowError: timeout() was given what it cannot use: ms is 0, and must be a number of milliseconds above 0, or false for no limit; idleMs is NaN, and must be a number of milliseconds above 0, or false for no limit; it has no option "timeoutMs" (its options are ms and idleMs).',
  )
})

test.each([5_000, 'fast', null])('options that are %s and no object are refused', (options) => {
  const error = thrownBy(() => timeout(options as unknown as TimeoutOptions))
  expect(StageflowError.is(error, 'timeout/illegal-option')).toBe(true)
  expect(String(error)).toContain('it takes an object such as { ms: 5000 }')
})

test('undefined is as if left out', () => {
  const options = { ms: undefined, idleMs: undefined } as unknown as TimeoutOptions
  expect(timeout(options)).toMatchObject({ name: 'timeout', stageOptions: ['timeoutMs', 'idleTimeoutMs'] })
})
