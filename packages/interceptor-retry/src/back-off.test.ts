import { seededRandom } from '@stageflow/testing'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { backOffMs } from './back-off.ts'
import { factoryPolicy } from './options.ts'
import type { RetryOptions } from './options.ts'

function delays(options: RetryOptions, count = 6): readonly number[] {
  const policy = factoryPolicy(options)
  const all: number[] = []
  for (let retries = 0; retries < count; retries++) all.push(backOffMs(policy, retries, all.at(-1)))
  return all
}

test('delays double from 1,000 ms to at most 30,000, where nothing else is said', () => {
  expect(delays({ jitter: 'none' })).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 30_000])
})

test.each([
  ['exponential', [100, 200, 400, 500]],
  ['linear', [100, 200, 300, 400]],
  ['constant', [100, 100, 100, 100]],
] as const)('%s back-off from 100 ms, capped at 500, waits %j', (backoff, expected) => {
  expect(delays({ backoff, jitter: 'none', baseMs: 100, capMs: 500 }, 4)).toEqual(expected)
})

test('a base above the cap is cut to it', () => {
  expect(delays({ jitter: 'none', capMs: 300 }, 2)).toEqual([300, 300])
})

test('full jitter, which is the default, is anything up to the delay, equal jitter its upper half', () => {
  const options = { baseMs: 100, capMs: 400 }
  for (const [random, full, equal] of [
    [0, [0, 0, 0, 0], [50, 100, 200, 200]],
    [0.5, [50, 100, 200, 200], [75, 150, 300, 300]],
  ] as const) {
    expect(delays({ ...options, random: () => random }, 4)).toEqual(full)
    expect(delays({ ...options, jitter: 'full', random: () => random }, 4)).toEqual(full)
    expect(delays({ ...options, jitter: 'equal', random: () => random }, 4)).toEqual(equal)
  }
})

test('decorrelated jitter lies between the base and three times the last delay', () => {
  const decorrelated = (random: number) =>
    delays({ baseMs: 100, capMs: 2_000, jitter: 'decorrelated', backoff: 'constant', random: () => random }, 5)
  expect(decorrelated(0)).toEqual([100, 100, 100, 100, 100])
  expect(decorrelated(0.5)).toEqual([200, 350, 575, 912.5, 1418.75])
  expect(decorrelated(1)).toEqual([300, 900, 2_000, 2_000, 2_000])
})

test('no delay is negative or above the cap, whatever the options', () => {
  fc.assert(
    fc.property(
      fc.record({
        baseMs: fc.integer({ min: 0, max: 100_000 }),
        capMs: fc.integer({ min: 0, max: 100_000 }),
        backoff: fc.constantFrom('exponential', 'linear', 'constant'),
        jitter: fc.constantFrom('none', 'full', 'equal', 'decorrelated'),
      }),
      fc.integer(),
      (options, seed) => {
        for (const ms of delays({ ...options, random: seededRandom(seed) }, 2_000)) {
          expect(ms).toBeGreaterThanOrEqual(0)
          expect(ms).toBeLessThanOrEqual(options.capMs)
        }
      },
    ),
    { numRuns: 50 },
  )
})

test('without a random source the delays differ', () => {
  const seen = new Set(Array.from({ length: 20 }, () => delays({}, 1)[0]))
  expect(seen.size).toBeGreaterThan(10)
  for (const ms of seen) expect(ms).toBeLessThan(1_000)
})
