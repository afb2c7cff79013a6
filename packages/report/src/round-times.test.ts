import { expect, test } from 'vitest'

import { roundTimes } from './unchecked.ts'

test.each([
  [1_225, 8, [0, 200, 400, 600, 800, 1_000, 1_200]],
  [0.3, 3, [0, 0.1, 0.2, 0.3]],
  [300_000, 5, [0, 60_000, 120_000, 180_000, 240_000, 300_000]],
  [7_200_000, 2, [0, 3_600_000, 7_200_000]],
  [0, 8, [0]],
])('the axis of %i ms with room for %i steps has labels at %j', (lengthMs, most, times) => {
  const found = roundTimes(lengthMs, most)
  expect(found).toHaveLength(times.length)
  for (const [place, time] of times.entries()) expect(found[place]).toBeCloseTo(time)
})

test.each([-3, 0, 1, 2, 3])('with room for %i steps, the axis of any length has a time besides its 0', (most) => {
  for (let lengthMs = 0.001; lengthMs < 1e9; lengthMs *= 1.07) {
    const [, second = Infinity] = roundTimes(lengthMs, most)
    expect(second).toBeLessThanOrEqual(lengthMs)
  }
})

test('an argument without a parameter is refused', () => {
  const call = roundTimes as (...given: readonly number[]) => unknown
  expect(() => call(1, 2, 3)).toThrow(expect.objectContaining({ code: 'report/illegal-option' }) as Error)
})
