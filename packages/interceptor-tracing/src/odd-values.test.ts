import { Pipeline, StageOutput } from '@stageflow/core'
import type { Interceptor } from '@stageflow/core'
import { expect, test } from 'vitest'
import { spanRecorder } from '../test/span-recorder.ts'
import { tracing } from './index.ts'

/** Notes come from any stage and any interceptor, and stages throw anything. */
const noting = (key: string, value: unknown): Interceptor => ({
  name: 'noting',
  wrap: (next) => (context) => {
    context.note(key as 'usage', value as object)
    return next(context)
  },
})
const twice: Interceptor = {
  name: 'twice',
  wrap: (next) => async (context) => {
    await next(context.fork().context)
    return next(context.fork().context)
  },
}

test.each([
  ['usage', null],
  ['usage', 5],
  ['attributes', null],
  ['attributes', 'text'],
  ['circuitBreaker', null],
  ['circuitBreaker', { transitions: [null, { to: 5 }, 'open'] }],
  ['idempotency', null],
  ['timeout', null],
  ['retry', null],
])('a note %s that is %j does not change the failed span of a stage', async (key, value) => {
  const { provider, spans } = spanRecorder()
  const { report } = await new Pipeline('odd')
    .withStage('s', () => StageOutput.fail('down'), { onFailure: 'skip' })
    .build({ interceptors: [tracing({ tracerProvider: provider }), noting(key, value)] })
    .run()
  const span = spans().find(({ name }) => name === 'stage s')
  expect(span).toMatchObject({ isError: true, message: 'down', attributes: { 'stageflow.stage.status': 'fail' } })
  expect(report.notes['core/problems']).toBeUndefined()
})

test.each([
  [
    'whose cause throws',
    () =>
      Object.defineProperty(new Error('down'), 'cause', {
        get: () => {
          throw new Error('no')
        },
      }),
  ],
  [
    'that is a revoked proxy',
    () => {
      const { proxy, revoke } = Proxy.revocable(new Error('down'), {})
      revoke()
      return proxy
    },
  ],
])('with an error %s each attempt is a failed span', async (_, make) => {
  const { provider, spans } = spanRecorder()
  const { report } = await new Pipeline('odd')
    .withStage('s', () => StageOutput.fail(make()), { onFailure: 'skip' })
    .build({ interceptors: [twice, tracing({ tracerProvider: provider })] })
    .run()
  expect(
    spans()
      .filter(({ name }) => name === 'stage s')
      .map(({ isError }) => isError),
  ).toEqual([true, true])
  expect(report.notes['core/problems']).toBeUndefined()
})
