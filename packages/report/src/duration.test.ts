import { expect, test } from 'vitest'
import { formatDuration } from './duration.ts'

test.each([
  [0, '0 ms'],
  [0.0001, '0 µs'],
  [0.34, '340 µs'],
  [0.9994, '999 µs'],
  [0.9996, '1 ms'],
  [1.24, '1.2 ms'],
  [9.94, '9.9 ms'],
  [9.96, '10 ms'],
  [85.4, '85 ms'],
  [999.4, '999 ms'],
  [999.6, '1 s'],
  [1_240, '1.24 s'],
  [9_996, '10 s'],
  [12_340, '12.3 s'],
  [59_940, '59.9 s'],
  [59_960, '1 m 00 s'],
  [125_000, '2 m 05 s'],
  [3_599_600, '1 h 00 m'],
  [3_720_000, '1 h 02 m'],
  [90_000_000, '25 h 00 m'],
  [-85, '-85 ms'],
  [NaN, '?'],
  [Infinity, '?'],
])('%d ms is written as %s', (ms, text) => {
  expect(formatDuration(ms)).toBe(text)
})
