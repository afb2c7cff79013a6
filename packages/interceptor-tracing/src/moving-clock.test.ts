import { Pipeline, systemClock } from '@stageflow/core'
import type { Clock } from '@stageflow/core'
import { expect, test } from 'vitest'
import { spanRecorder } from '../test/span-recorder.ts'
import { tracing } from './index.ts'
import { spanTime } from './span-time.ts'

/** A clock on which each reading is a millisecond later than the one before. */
function movingClock(startAt: number): Clock {
  let time = startAt
  return { ...systemClock, now: () => time++ }
}

test('a span ends exactly when its attempt ended in the report, however often the clock is read', async () => {
  const recorder = spanRecorder()
  const graph = new Pipeline('moving')
    .withStage('sync', () => ({}))
    .withStage('async', async () => ({}), { dependencies: ['sync'] })
    .withStage('skipped', () => ({}), { when: () => false })
    .build({ clock: movingClock(5_000), interceptors: [tracing({ tracerProvider: recorder.provider })] })
  const { report } = await graph.run()
  for (const name of ['sync', 'async'] as const) {
    const [attempt] = report.stages[name].attempts
    const span = recorder.span(`stage ${name}`)
    expect(span.endedAt).toBe(attempt?.endedAt)
    // The span starts when the call passes by, a little before its code.
    expect(span.startedAt).toBeGreaterThanOrEqual(attempt?.startedAt ?? NaN)
    expect(span.startedAt).toBeLessThan(attempt?.endedAt ?? NaN)
  }
  const skipped = recorder.span('stage skipped')
  expect([skipped.startedAt, skipped.endedAt]).toEqual([
    report.stages['skipped']?.endedAt,
    report.stages['skipped']?.endedAt,
  ])
  const run = recorder.span('invoke_workflow moving')
  for (const { startedAt, endedAt } of recorder.spans()) {
    expect(startedAt).toBeGreaterThanOrEqual(run.startedAt)
    expect(endedAt).toBeLessThanOrEqual(run.endedAt)
  }
})

test('with the system clock spans have the time of day', async () => {
  const recorder = spanRecorder()
  const before = systemClock.now()
  await new Pipeline('now')
    .withStage('a', () => ({}))
    .build({ interceptors: [tracing({ tracerProvider: recorder.provider })] })
    .run()
  const { startedAt, endedAt } = recorder.span('stage a')
  expect(startedAt).toBeGreaterThanOrEqual(before - 0.001)
  expect(endedAt).toBeLessThanOrEqual(systemClock.now() + 0.001)
  expect(endedAt).toBeGreaterThanOrEqual(startedAt)
})

test.each([
  [0, [0, 0]],
  [5, [0, 5_000_000]],
  [1_000.5, [1, 500_000]],
  [1_999.999_999_9, [2, 0]],
  [1_790_000_000_123.25, [1_790_000_000, 123_250_000]],
])('%d milliseconds are %j in seconds and nanoseconds', (ms, parts) => {
  expect(spanTime(ms)).toEqual(parts)
})
