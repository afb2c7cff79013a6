import { expect, test } from 'vitest'
import { seededNumbers, seededRandom } from './seeded-random.ts'

const take = (seed: number, count: number): number[] => Array.from({ length: count }, seededRandom({ seed }))

test('the same seed gives the same numbers, and another seed gives others', () => {
  expect(take(42, 20)).toEqual(take(42, 20))
  const seeds = [0, 1, -1, 42, 43, 2 ** 32, 2 ** 32 + 1, -(2 ** 40), Number.MAX_SAFE_INTEGER]
  expect(new Set(seeds.map((seed) => take(seed, 4).join())).size).toBe(seeds.length)
})

test('the numbers of a seed stay the same from version to version', () => {
  expect(take(42, 3).map((number) => Math.floor(number * 1_000_000))).toEqual([392_540, 945_094, 426_804])
  expect(Math.floor(seededNumbers(42)('llm') * 1_000_000)).toBe(615575)
})

test('the numbers are spread evenly from 0 up to 1', () => {
  const numbers = take(7, 10_000)
  const counts = Array.from(
    { length: 10 },
    (_, tenth) => numbers.filter((number) => Math.floor(number * 10) === tenth).length,
  )
  expect(Math.min(...counts)).toBeGreaterThan(900)
  expect(Math.max(...counts)).toBeLessThan(1_100)
})

test('the number of a string does not depend on earlier calls', () => {
  const numbers = seededNumbers(42)
  const llm = numbers('llm')
  expect(numbers('mll')).not.toBe(llm)
  expect(numbers('')).not.toBe(llm)
  expect(numbers('llm')).toBe(llm)
  expect(seededNumbers(43)('llm')).not.toBe(llm)
})

test.each([NaN, 0.5, Infinity, 2 ** 60])('%d is refused as a seed', (seed) => {
  expect(() => seededRandom({ seed })).toThrow(expect.objectContaining({ code: 'testing/illegal-option' }))
})
