import { stripVTControlCharacters } from 'node:util'

import fc from 'fast-check'
import { expect, test } from 'vitest'

import { anEvent } from '../test/events.ts'
import { TextStream } from '../test/text-stream.ts'
import { ConsoleExporter } from './index.ts'
import { columnsOf, fitted, printable } from './printable-text.ts'

test('what a terminal would obey is written out', () => {
  expect(printable('\u001b[31mred\u001b[0m')).toBe('\\x1b[31mred\\x1b[0m')
  expect(printable('one\r\ntwo\tthree\u2028four\u0000five\u009b31m')).toBe(
    'one\\r\\ntwo\\tthree\\u2028four\\x00five\\x9b31m',
  )
  expect(printable('user\u202egnp.exe\u2066\ufeff\u00ad')).toBe('user\\u202egnp.exe\\u2066\\ufeff\\xad')
  expect(printable('half \ud800 and \u{e0041}')).toBe('half \\ud800 and \\u{e0041}')
  expect(printable('👩‍👩‍👧 naïve 日本語')).toBe('👩‍👩‍👧 naïve 日本語')
  expect(printable('x'.repeat(9_000_000))).toHaveLength(4_001)
})

test.each([
  ['plain', 5],
  ['', 0],
  ['日本語', 6],
  ['한국', 4],
  ['e\u0301te\u0301', 3],
  ['🚀', 2],
  ['👍🏽', 4],
  ['👩‍👩‍👧', 6],
  ['🇩🇪', 4],
  ['⚡️', 2],
  ['❤️', 2],
  ['1️⃣', 2],
  ['コーヒー・', 10],
  ['ㄅㄆㆠ', 6],
  ['ꀀ㈱㌔', 6],
  ['︙﹏', 4],
  ['𗀀𠀀🈂', 6],
  ['ﾊﾝｶｸ', 4],
  ['각', 2],
  ['ᄀᄀᄀ', 6],
  ['नि', 2],
  ['₩½', 2],
  ['naïve – Ω', 9],
  ['…34816d8 · 5', 12],
])('%s takes up %d columns', (text, columns) => {
  expect(columnsOf(text)).toBe(columns)
})

test('a text that is too long is cut between characters, never within one', () => {
  expect(fitted('plain', 5)).toBe('plain')
  expect(fitted('plainer', 5)).toBe('plai…')
  expect(fitted('日本語', 5)).toBe('日本…')
  expect(fitted('日本語', 4)).toBe('日…')
  expect(fitted('👩‍👩‍👧👩‍👩‍👧', 7)).toBe('👩‍👩‍👧…')
  expect(fitted('👩‍👩‍👧👩‍👩‍👧', 6)).toBe('…')
  expect(fitted('日本語', 0)).toBe('')
  expect(fitted('naïve – Ω', 4)).toBe('naï…')
})

test('joined or stacked characters take up no more columns than a terminal that knows nothing of joining has for them', () => {
  // Over its edge such a text would go on at the beginning of the next line, as if it were an event.
  for (const text of ['😀\u200d'.repeat(500), `a${'\u093f'.repeat(500)}`, 'ᄀ'.repeat(500), '👍🏽'.repeat(500)])
    expect(Array.from(fitted(`${text} 00:00:00.000 run-1 chat completed`, 80)).length).toBeLessThanOrEqual(2 * 80)
})

const hostile = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        '\u001b',
        '\u001b[31m',
        '\u001b]0;',
        '\u0007',
        '\n',
        '\r',
        '\u009b',
        '\u2028',
        '\u202e',
        '日',
        'a',
      ),
      fc.string({ unit: 'binary' }),
    ),
    { maxLength: 30 },
  )
  .map((pieces) => pieces.join(''))

test('whatever an event says, it is one line that fits, and only the exporter colours it', async () => {
  await fc.assert(
    fc.asyncProperty(hostile, hostile, hostile, hostile, fc.boolean(), async (stage, reason, type, id, verbose) => {
      const stream = new TextStream()
      const exporter = new ConsoleExporter({ stream, verbose, color: false, columns: 120 })
      await exporter.export([
        anEvent({ stage, type: `stage.${stage}.skipped`, data: { reason, [type]: reason }, pipelineRunId: id }),
        anEvent({ type: `app.${type}`, data: { reason } }),
        anEvent({ type: 'pipeline.failed', data: { pipeline: stage, errors: [{ code: type, message: reason }] } }),
      ])
      expect(stream.text.endsWith('\n')).toBe(true)
      expect(stream.lines).toHaveLength(3)
      for (const line of stream.lines) {
        expect(line).not.toMatch(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u)
        expect(columnsOf(line)).toBeLessThanOrEqual(120)
      }
      const colored = new TextStream()
      await new ConsoleExporter({ stream: colored, color: true, columns: 120 }).export([
        anEvent({ stage, type: `stage.${stage}.failed`, data: { error: { message: reason } } }),
      ])
      expect(stripVTControlCharacters(colored.text)).not.toMatch(/\u001b/)
      expect(
        colored.text
          .split('\u001b')
          .slice(1)
          .every((part) => /^\[(0|1|2|31)m/.test(part)),
      ).toBe(true)
    }),
  )
})
