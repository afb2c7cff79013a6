import { join } from 'node:path'

import { expect, test } from 'vitest'

import { readOptions } from '../../benchmarks/compare/options.mjs'
import { rowIds } from '../../benchmarks/compare/rows.mjs'
import { resolveBase } from '../../benchmarks/compare/states.mjs'
import { judgeRow, medianInterval } from '../../benchmarks/compare/statistics.mjs'
import { profileLines, summaryLine, tableLines } from '../../benchmarks/compare/table.mjs'

const ROOT = join(import.meta.dirname, '../..')
const upTo = (count) => Array.from({ length: count }, (_, index) => index + 1)
const pairsOf = (...ratios) => ratios.map((ratio) => ({ base: 2, now: 2 * ratio }))

test.each([
  [6, [1, 6]],
  [8, [1, 8]],
  [9, [2, 8]],
  [11, [2, 10]],
  [12, [3, 10]],
  [21, [6, 16]],
  [100, [40, 61]],
])('of %i pairs, the interval has the bounds that tables of the sign test give', (count, bounds) => {
  expect(medianInterval(upTo(count).reverse())).toEqual(bounds)
})

test('fewer than 6 pairs give no interval', () => {
  expect(upTo(5).map((count) => medianInterval(upTo(count)))).toEqual(Array(5).fill(undefined))
})

test('a row is slower or faster only if its whole interval lies beyond 3%', () => {
  expect(judgeRow(pairsOf(1.04, 1.05, 1.06, 1.05, 1.07, 1.05))).toMatchObject({ verdict: 'slower', ratio: 1.05 })
  expect(judgeRow(pairsOf(1.02, 1.05, 1.06, 1.05, 1.07, 1.05)).verdict).toBeUndefined()
  expect(judgeRow(pairsOf(0.9, 0.91, 0.92, 0.9, 0.96, 0.93)).verdict).toBe('faster')
  expect(judgeRow(pairsOf(0.9, 0.91, 0.92, 0.9, 0.98, 0.93)).verdict).toBeUndefined()
})

test('the ratio is the median of the ratios of the pairs, not the ratio of the medians', () => {
  const pairs = [1, 2, 3, 4, 5, 6].map((base) => ({ base, now: base * 1.1 }))
  pairs[0] = { base: 1, now: 9 } // a disturbed pair
  const { base, now, ratio } = judgeRow(pairs)
  expect([base, ratio.toFixed(3), (now / base).toFixed(3)]).toEqual([3.5, '1.100', '1.414'])
})

test('without arguments, every row is compared with the parent commit', () => {
  expect(readOptions([])).toEqual({
    base: 'HEAD^',
    rows: rowIds,
    pairs: 12,
    profiled: undefined,
    json: undefined,
    help: false,
  })
})

test('a base, rows and a number of pairs can be chosen', () => {
  const { base, rows, pairs } = readOptions(['HEAD~3', '--only', 'Fan-Out 100, map', '--pairs', '21'])
  expect([base, pairs]).toEqual(['HEAD~3', 21])
  expect(rows).toContain('bare fan-out 100 sync')
  expect(rows).toContain('map of 100')
  expect(rows).not.toContain('bare fan-out 10')
  expect(readOptions(['--profile', 'map']).profiled).toEqual(['map of 100'])
})

test.each([
  [['HEAD', 'HEAD^'], 'Got 2 states (HEAD, HEAD^)'],
  [['--pairs', '5'], '--pairs is 5, but fewer than 6 pairs give no 95% interval'],
  [['--pairs', 'many'], '--pairs is many'],
  [['--only', 'fan-out,nothing'], '--only: no row contains "nothing". The rows are:\n  bare chat\n'],
  [['--profile', 'nothing'], '--profile: no row contains "nothing"'],
  [['--fast'], "Unknown option '--fast'"],
])('%j is refused, with what to pass instead', (args, message) => {
  expect(() => readOptions(args)).toThrow(message)
})

test('the table has a line for each row, and says which state could not run one', () => {
  const same = { id: 'bare chat', base: 0.3731, now: 0.3702, ratio: 0.99221, interval: [0.98, 1.0041] }
  const slower = { ...same, id: 'map of 100', base: 12.34, ratio: 1.1, interval: [1.05, 1.2], verdict: 'slower' }
  const lines = tableLines([
    same,
    slower,
    { id: 'new row', errors: { base: 'timeout is not a function' } },
    { id: 'broken', errors: { base: 'exit 1', now: 'exit 1' } },
  ])
  expect(lines).toEqual([
    { verdict: 'head', text: 'µs per stage   base    now  ratio   95% interval' },
    { verdict: undefined, text: 'bare chat     0.373  0.370  0.992  0.980 – 1.004' },
    { verdict: 'slower', text: 'map of 100     12.3  0.370  1.100  1.050 – 1.200  slower' },
    { verdict: 'error', text: 'new row       cannot run: base: timeout is not a function' },
    { verdict: 'error', text: 'broken        cannot run: both: exit 1' },
  ])
  expect(summaryLine([same, slower, { id: 'x', errors: {} }])).toBe(
    '3 rows: 1 slower, 1 without a clear difference, 1 could not run.',
  )
  expect(summaryLine([slower])).toBe('1 row: 1 slower.')
})

test('profiles are joined by function, though its line differs', () => {
  const base = [
    { name: 'drive run-loop.ts:23', share: 0.4 },
    { name: '(anonymous) rows.mjs?base:9', share: 0.1 },
  ]
  const now = [
    { name: '(anonymous) rows.mjs?now:9', share: 0.2 },
    { name: 'drive run-loop.ts:25', share: 0.25 },
    { name: '(garbage collector)', share: 0.3 },
  ]
  expect(profileLines({ base, now }, 3)).toEqual([
    '   base     now  self time',
    ' 40.0 %  25.0 %  drive run-loop.ts',
    '  0.0 %  30.0 %  (garbage collector)',
    ' 10.0 %  20.0 %  (anonymous) rows.mjs',
  ])
})

test('a commit that does not exist is refused, with what to do', () => {
  expect(() => resolveBase(ROOT, 'v0.0.0-none')).toThrow(
    'There is no commit "v0.0.0-none" in this clone. Pass another, such as HEAD~2 or a tag',
  )
})
