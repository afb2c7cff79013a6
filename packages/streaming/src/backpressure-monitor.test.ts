import { StageflowError } from '@stageflow/core'
import { expect, test } from 'vitest'

import { BackpressureMonitor, type BackpressureMonitorOptions } from './index.ts'

const changes = (monitor: BackpressureMonitor, sizes: readonly number[]): readonly unknown[] =>
  sizes.map((size) => monitor.observe(size))

test('without options it is throttled from 80 of 100, and until it has fallen to 20', () => {
  const monitor = new BackpressureMonitor()
  expect(changes(monitor, [0, 79])).toEqual([undefined, undefined])
  expect(monitor.isThrottled).toBe(false)
  expect(monitor.observe(80)).toBe('throttle_started')
  expect(monitor.isThrottled).toBe(true)
  expect(changes(monitor, [100, 79, 21, 90, 21])).toEqual(Array(5).fill(undefined))
  expect(monitor.observe(20)).toBe('throttle_ended')
  expect(changes(monitor, [0, 20, 79])).toEqual([undefined, undefined, undefined])
  expect(monitor.observe(500)).toBe('throttle_started')
})

test('the marks are percentages of maxSize, also where they are no whole number', () => {
  const monitor = new BackpressureMonitor({ maxSize: 7, highWaterMark: 50, lowWaterMark: 0 })
  expect(changes(monitor, [3, 4, 1, 0])).toEqual([undefined, 'throttle_started', undefined, 'throttle_ended'])
  expect(monitor.fillPercentage(4)).toBe(57.1)
  const one = new BackpressureMonitor({ maxSize: 1 })
  expect(changes(one, [1, 0])).toEqual(['throttle_started', 'throttle_ended'])
})

test('what is no number changes nothing', () => {
  const monitor = new BackpressureMonitor()
  expect(changes(monitor, [Number.NaN, undefined as never, 90, Number.NaN])).toEqual([
    undefined,
    undefined,
    'throttle_started',
    undefined,
  ])
})

test.each<[BackpressureMonitorOptions, string]>([
  [{ maxSize: 0 }, 'maxSize is 0'],
  [{ highWaterMark: 0.8 }, 'highWaterMark is 0.8; it must be a percentage above 1, at most 100, such as 80'],
  [{ highWaterMark: 101 }, 'highWaterMark is 101'],
  [{ lowWaterMark: -1 }, 'lowWaterMark is -1; it must be a percentage from 0 to 100'],
  [{ highWaterMark: 20 }, 'lowWaterMark is 20, and must be below highWaterMark, which is 20'],
  [{ threshold: 0.5 } as never, 'there is no option "threshold"'],
  [null as never, 'the options are null'],
])('options that cannot be used are refused: %o (streaming/illegal-option)', (options, message) => {
  let error: unknown
  try {
    void new BackpressureMonitor(options)
  } catch (thrown) {
    error = thrown
  }
  expect(StageflowError.is(error, 'streaming/illegal-option')).toBe(true)
  expect(String(error)).toContain(message)
})
