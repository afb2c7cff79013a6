import fc from 'fast-check'
import { expect, test } from 'vitest'
import { displayWidth, fit, padded, safeText } from './terminal-text.ts'

test('escape sequences, controls and direction marks do not reach the terminal', () => {
  expect(safeText('\u001b[31mred\u001b[0m \u001b[2J\u001b[1;1Hgone')).toBe('red gone')
  expect(safeText('\u001b]0;new title\u0007a \u001b]8;;http://evil\u001b\\link\u001b]8;;\u001b\\')).toBe('a link')
  expect(safeText('one\r\ntwo\tthree\u2028four\u0000five\u009b31m')).toBe('one two three four five 31m')
  expect(safeText('user\u202egnp.exe\u2066')).toBe('user gnp.exe')
  expect(safeText('\u001b[')).toBe('')
})

test('whatever the text, no control character is left in it', () => {
  const hostile = fc.array(
    fc.oneof(
      fc.constantFrom('\u001b', '\u001b[', '\u001b]', '\u0007', '\n', '\u009b', 'm', ';', '1', '\\'),
      fc.string({ unit: 'binary' }),
    ),
  )
  fc.assert(fc.property(hostile, (pieces) => !/\p{Cc}/u.test(safeText(pieces.join('')))))
})

test('a text of megabytes is cut before it is looked at', () => {
  expect(safeText('\u001b]'.repeat(2_000_000)).length).toBeLessThan(2_001)
})

test.each([
  ['plain', 5],
  ['', 0],
  ['日本語', 6],
  ['한국', 4],
  ['ｆｕｌｌ', 8],
  ['e\u0301te\u0301', 3],
  ['🚀', 2],
  ['👩‍👩‍👧', 2],
  ['🇩🇪', 2],
  ['❤️', 2],
  ['naïve – Ω', 9],
  ['\u200b', 0],
])('%s takes up %d columns', (text, width) => {
  expect(displayWidth(text)).toBe(width)
})

test('a text that is too long is cut between characters, never within one', () => {
  expect(fit('plain', 5)).toBe('plain')
  expect(fit('plainer', 5)).toBe('plai…')
  expect(fit('日本語', 5)).toBe('日本…')
  expect(fit('日本語', 4)).toBe('日…')
  expect(fit('👩‍👩‍👧👩‍👩‍👧', 3)).toBe('👩‍👩‍👧…')
  expect(fit('a b c', 3)).toBe('a…')
  expect(fit('plain', 0)).toBe('')
  expect(padded('日本語', 4)).toBe('日… ')
  expect(padded('ab', 4)).toBe('ab  ')
})
