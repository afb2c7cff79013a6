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

test('the marks are percentages of maxSize, even if they are not whole numbers', () => {
  const monitor = new BackpressureMonitor({ maxSize: 7, highWaterMark: 50, lowWaterMark: 0 })
  expect(changes(monitor, [3, 4, 1, 0])).toEqual([undefined, 'throttle_started', undefined, 'throttle_ended'])
  expect(monitor.fillPercentage(4)).toBe(57.1)
  const one = new BackpressureMonitor({ maxSize: 1 })
  expect(changes(one, [1, 0])).toEqual(['throttle_started', 'throttle_ended'])
})

test('a value that is not a number changes nothing', () => {
  const monitor = new BackpressureMonitor()
  expect(changes(monitor, [Number.NaN, undefined as never, 90, Number.NaN])).toEqual([
    undefined,
    undefined,
    'throttle_started',
    undefined,
  ])
})

test.each<[BackpressureMonitorOptions, string]>([
  [{ maxSize: 0 }, 'maxSize must be a whole number from 1, not 0'],
  [{ highWaterMark: 0.8 }, 'highWaterMark must be a percentage above 1, at most 100, such as 80, not 0.8'],
  [{ highWaterMark: 101 }, 'such as 80, not 101'],
  [{ lowWaterMark: -1 }, 'lowWaterMark must be a percentage from 0 to 100, not -1'],
  [{ highWaterMark: 20 }, 'lowWaterMark must be below highWaterMark (20), not 20'],
  [{ threshold: 0.5 } as never, 'unknown option "threshold"'],
  [null as never, 'the options must be an object, not null'],
])('illegal options are refused: %o (streaming/illegal-option)', (options, message) => {
  let error: unknown
  try {
    void new BackpressureMonitor(options)
  } catch (thrown) {
    error = thrown
  }
  expect(StageflowError.is(error, 'streaming/illegal-option')).toBe(true)
  expect(String(error)).toContain(message)
})
