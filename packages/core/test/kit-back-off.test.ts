import fc from 'fast-check'
import { expect, test } from 'vitest'
import { backOffMs } from '../src/kit.ts'
import type { BackOff } from '../src/kit.ts'

function delays(plan: BackOff, count: number): readonly number[] {
  const all: number[] = []
  for (let retries = 0; retries < count; retries++) all.push(backOffMs(plan, retries, all.at(-1)))
  return all
}

test('no delay is negative, not a number or above the cap, for any plan', () => {
  fc.assert(
    fc.property(
      fc.record({
        baseMs: fc.integer({ min: 0, max: 100_000 }),
        capMs: fc.integer({ min: 0, max: 100_000 }),
        backoff: fc.constantFrom('exponential', 'linear', 'constant'),
        jitter: fc.constantFrom('none', 'full', 'equal', 'decorrelated'),
      }),
      fc.infiniteStream(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })),
      (plan, numbers) => {
        for (const ms of delays({ ...plan, random: () => numbers.next().value as number }, 1_200)) {
          expect(ms).toBeGreaterThanOrEqual(0)
          expect(ms).toBeLessThanOrEqual(plan.capMs)
        }
      },
    ),
    { numRuns: 30 },
  )
})

test('decorrelated delays grow with the last delay, up to the cap', () => {
  const decorrelated = (random: number) =>
    delays({ baseMs: 100, capMs: 2_000, jitter: 'decorrelated', random: () => random }, 5)
  expect(decorrelated(0)).toEqual([100, 100, 100, 100, 100])
  expect(decorrelated(0.5)).toEqual([200, 350, 575, 912.5, 1418.75])
  expect(decorrelated(1)).toEqual([300, 900, 2_000, 2_000, 2_000])
})

test('without a random function the delays differ, and full jitter is the default', () => {
  const seen = new Set(Array.from({ length: 20 }, () => backOffMs({ baseMs: 1_000, capMs: 30_000 }, 0)))
  expect(seen.size).toBeGreaterThan(10)
  for (const ms of seen) expect(ms).toBeLessThan(1_000)
})
