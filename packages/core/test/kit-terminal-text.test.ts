import fc from 'fast-check'
import { expect, test } from 'vitest'
import { columnsOf, cutText, formatDuration, padText, plainLine, printable } from '../src/kit.ts'

/** Han characters and emoji are wide. */
const widthOf = (codePoint: number) => (codePoint >= 0x3000 ? 2 : 1)

test('what a terminal would obey is written out, or left out', () => {
  expect(printable('a\n\u001b[31mred\u202e')).toBe('a\\n\\x1b[31mred\\u202e')
  expect(plainLine('a\n\u001b[31mred\u001b]8;;http://x\u0007 link\u202e')).toBe('a red link')
  expect(printable('\u{e0041}')).toBe('\\u{e0041}')
  expect(printable('x'.repeat(5_000))).toHaveLength(4_001)
})

test('columns are counted with the given widths; combining marks take none', () => {
  expect(columnsOf('abc', widthOf)).toBe(3)
  expect(columnsOf('漢字', widthOf)).toBe(4)
  expect(columnsOf('e\u0301', widthOf)).toBe(1)
})

test('a text is never cut inside a character, and fills exactly the columns', () => {
  expect(cutText('漢字です', 5, widthOf)).toBe('漢字…')
  expect(cutText('cafe\u0301s', 5, widthOf)).toBe('cafe\u0301s')
  expect(padText('漢', 4, widthOf)).toBe('漢  ')
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('a', '漢', 'e\u0301', ' ') }), fc.nat(20), (text, columns) => {
      expect(columnsOf(cutText(text, columns, widthOf), widthOf)).toBeLessThanOrEqual(columns)
      expect(columnsOf(padText(text, columns, widthOf), widthOf)).toBe(columns)
    }),
  )
})

test.each([
  [0, '0 ms'],
  [0.34, '340 µs'],
  [1.23, '1.2 ms'],
  [84.7, '85 ms'],
  [999.6, '1 s'],
  [1_240, '1.24 s'],
  [59_960, '1 m 00 s'],
  [125_000, '2 m 05 s'],
  [3_720_000, '1 h 02 m'],
  [-5, '-5 ms'],
  [NaN, '?'],
])('%d ms is written as %s', (ms, text) => {
  expect(formatDuration(ms)).toBe(text)
})
