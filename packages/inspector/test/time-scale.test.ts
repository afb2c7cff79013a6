import { expect, test } from 'vitest'

import { timeScale } from '../page/timeline/time-scale.ts'

test('times lie evenly between the start and the end of the run', () => {
  const { at, pauses } = timeScale({ from: 1_000, to: 2_000 }, [{ from: 1_000, to: 2_000 }], 8)
  expect([1_000, 1_250, 2_000].map(at)).toEqual([0, 0.25, 1])
  expect(pauses).toEqual([])
})

test('times outside of the run are drawn at its ends', () => {
  const { at } = timeScale({ from: 0, to: 100 }, [{ from: 0, to: 100 }], 8)
  expect([-5, 105].map(at)).toEqual([0, 1])
})

test('ticks are at round times, and no more than asked for', () => {
  const { ticks } = timeScale({ from: 500, to: 1_700 }, [{ from: 500, to: 1_700 }], 8)
  expect(ticks.map(({ ms }) => ms)).toEqual([0, 200, 400, 600, 800, 1_000, 1_200])
})

test('a long wait between two legs is drawn short, with its duration', () => {
  const day = 86_400_000
  const busy = [
    { from: 0, to: 500 },
    { from: day, to: day + 500 },
  ]
  const { at, pauses, ticks } = timeScale({ from: 0, to: day + 500 }, busy, 8)
  expect(at(500)).toBeCloseTo(0.47)
  expect(at(day)).toBeCloseTo(0.53)
  expect(at(day + 500)).toBeCloseTo(1)
  expect(pauses.map(({ durationMs }) => durationMs)).toEqual([day - 500])
  expect(pauses[0]?.left).toBeCloseTo(0.47)
  expect(ticks).toEqual([])
})

test('a short wait is drawn as long as it was', () => {
  const busy = [
    { from: 0, to: 400 },
    { from: 600, to: 1_000 },
  ]
  expect(timeScale({ from: 0, to: 1_000 }, busy, 8).pauses).toEqual([])
})

test('a run that has just begun has a scale', () => {
  const { at, ticks } = timeScale({ from: 5, to: 5 }, [], 8)
  expect(at(5)).toBe(0)
  expect(ticks.length).toBeGreaterThan(0)
})

test('a run of less than a millisecond fills the width, and its labels lie apart', () => {
  const { at, ticks } = timeScale({ from: 5, to: 5.4 }, [{ from: 5, to: 5.4 }], 8)
  expect(at(5.4)).toBeCloseTo(1)
  expect(ticks.length).toBeLessThanOrEqual(9)
  expect(ticks.at(-1)?.left).toBeCloseTo(1)
})
