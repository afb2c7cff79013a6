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

test.each(illegal)(
  'timeout() refuses a limit of %s (timeout/illegal-option), and names false as "no limit"',
  (value) => {
    for (const option of ['timeoutMs', 'idleTimeoutMs']) {
      const error = thrownBy(() => timeout({ [option]: value } as unknown as TimeoutOptions))
      expect(StageflowError.is(error, 'timeout/illegal-option')).toBe(true)
      expect(String(error)).toContain(
        `timeout(): ${option} must be a number of milliseconds above 0, or false for no limit, not `,
      )
    }
  },
)

test.each(illegal)('a stage with a limit of %s does not build, and the error names the stage', (value) => {
  for (const option of ['timeoutMs', 'idleTimeoutMs']) {
    const pipeline = new Pipeline('chat').withStage('llm', () => ({}), { [option]: value } as { timeoutMs: number })
    const error = thrownBy(() => pipeline.build({ interceptors: [timeout()] }))
    expect(StageflowError.is(error, 'core/build')).toBe(true)
    expect((error as PipelineBuildError).problems).toHaveLength(1)
    expect(String(error)).toContain(
      `Interceptor "timeout" refuses stage "llm": stage options: ${option} must be a number of milliseconds above 0, or false for no limit`,
    )
  }
})

test('one error lists every problem', () => {
  const error = thrownBy(() => timeout({ timeoutMs: 0, idleTimeoutMs: NaN, ms: 5 } as TimeoutOptions))
  expect(String(error)).toBe(
    'StageflowError: timeout(): timeoutMs must be a number of milliseconds above 0, or false for no limit, not 0; idleTimeoutMs must be a number of milliseconds above 0, or false for no limit, not NaN; unknown option "ms" (known: timeoutMs, idleTimeoutMs).',
  )
})

test.each([5_000, 'fast', null])('timeout(%j) is refused, because options are an object', (options) => {
  const error = thrownBy(() => timeout(options as unknown as TimeoutOptions))
  expect(StageflowError.is(error, 'timeout/illegal-option')).toBe(true)
  expect(String(error)).toContain('timeout(): the options must be an object, not ')
})

test('an undefined option counts as not given', () => {
  const options = { timeoutMs: undefined, idleTimeoutMs: undefined } as unknown as TimeoutOptions
  expect(timeout(options)).toMatchObject({ name: 'timeout', stageOptions: ['timeoutMs', 'idleTimeoutMs'] })
})
