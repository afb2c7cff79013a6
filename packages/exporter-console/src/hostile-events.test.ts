import { stripVTControlCharacters } from 'node:util'

import { columnsOf } from '@stageflow/core/kit'
import fc from 'fast-check'
import { eastAsianWidth } from 'get-east-asian-width'
import { expect, test } from 'vitest'

import { propertySettings } from '../../core/test/property-settings.ts'
import { anEvent } from '../test/events.ts'
import { TextStream } from '../test/text-stream.ts'
import { ConsoleExporter } from './index.ts'

async function lineOf(event: Parameters<typeof anEvent>[0], width = 160): Promise<string> {
  const stream = new TextStream()
  await new ConsoleExporter({ stream, color: false, width }).export([anEvent(event)])
  return stream.lines[0] as string
}

test('what a terminal would obey or hide is written out, Unicode tag characters too', async () => {
  const reason = '\u001b[31mred\u001b[0m one\ntwo \u202euser \u{e0041}'
  expect(await lineOf({ type: 'stage.a.skipped', stage: 'a', data: { reason } })).toMatch(
    /\\x1b\[31mred\\x1b\[0m one\\ntwo \\u202euser \\u\{e0041\}$/,
  )
})

test('wide and joined characters take no more columns than a line has', async () => {
  for (const text of ['日本語 ', '👩‍👩‍👧 ', '😀\u200d', 'ᄀ', '👍🏽', '㎏ ☰ ｱ ']) {
    const reason = text.repeat(200)
    const line = await lineOf({ type: 'stage.a.skipped', stage: 'a', data: { reason } }, 80)
    expect(columnsOf(line, eastAsianWidth)).toBeLessThanOrEqual(80)
    expect(line).toMatch(/…$/)
  }
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

test('every event is one line that fits, and only the exporter colors it', async () => {
  await fc.assert(
    fc.asyncProperty(hostile, hostile, hostile, hostile, fc.boolean(), async (stage, reason, type, id, data) => {
      const stream = new TextStream()
      const exporter = new ConsoleExporter({ stream, data, color: false, width: 120 })
      await exporter.export([
        anEvent({ stage, type: `stage.${stage}.skipped`, data: { reason, [type]: reason }, pipelineRunId: id }),
        anEvent({ type: `app.${type}`, data: { reason } }),
        anEvent({ type: 'pipeline.failed', data: { pipeline: stage, errors: [{ code: type, message: reason }] } }),
      ])
      expect(stream.text.endsWith('\n')).toBe(true)
      expect(stream.lines).toHaveLength(3)
      for (const line of stream.lines) {
        expect(line).not.toMatch(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u)
        expect(columnsOf(line, eastAsianWidth)).toBeLessThanOrEqual(120)
      }
      const colored = new TextStream()
      await new ConsoleExporter({ stream: colored, color: true, width: 120 }).export([
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
    propertySettings(100),
  )
})
