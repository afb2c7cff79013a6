import { expect, test } from 'vitest'
import { arrivals } from './network.ts'

test('the line is bad: it loses some, holds up others, and keeps their order', () => {
  const arrived = arrivals(3_000, 1)
  const lost = 3_000 - arrived.length
  expect(lost).toBeGreaterThan(50)
  expect(lost).toBeLessThan(130)
  let last = { chunk: -1, atMs: 0 }
  let longestGapMs = 0
  for (const arrival of arrived) {
    expect(arrival.chunk).toBeGreaterThan(last.chunk)
    expect(arrival.atMs).toBeGreaterThanOrEqual(last.atMs)
    expect(arrival.atMs).toBeGreaterThanOrEqual(arrival.chunk * 20 + 30)
    longestGapMs = Math.max(longestGapMs, arrival.atMs - last.atMs)
    last = arrival
  }
  expect(longestGapMs).toBeGreaterThan(250)
  expect(longestGapMs).toBeLessThan(1_000)
})

test('one seed is one line', () => {
  expect(arrivals(300, 5)).toEqual(arrivals(300, 5))
  expect(arrivals(300, 5)).not.toEqual(arrivals(300, 6))
})
