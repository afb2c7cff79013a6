import { StageflowError } from '@stageflow/core'
import { expect, test } from 'vitest'

import { ConsoleExporter } from './index.ts'
import type { ConsoleExporterOptions } from './index.ts'

test('options that cannot be meant are refused, all of them at once (exporter-console/illegal-option)', () => {
  const given: unknown = { stream: console, color: 'auto', verbose: 1, columns: 39, redaction: { maxEntries: 1.5 } }
  let error: unknown
  try {
    new ConsoleExporter(given as ConsoleExporterOptions)
  } catch (thrown) {
    error = thrown
  }
  expect(StageflowError.is(error, 'exporter-console/illegal-option')).toBe(true)
  expect((error as Error).message).toBe(
    'new ConsoleExporter() was given options that it cannot use: stream must be a writable stream of Node; ' +
      'color must be true or false; verbose must be true or false; columns must be a whole number from 40; ' +
      'redaction.maxEntries must be a whole number from 1.',
  )
  const bad: readonly (readonly [unknown, string])[] = [
    [null, 'the options must be an object'],
    [[], 'the options must be an object'],
    [{ colour: true }, 'there is no option "colour"; there are stream, color, verbose, columns, redaction'],
    [{ one: 1, two: 2 }, 'there are no options "one", "two"; there are stream, color'],
    [process.stderr, 'a stream goes into an object: { stream }.'],
    [{ columns: NaN }, 'columns must be a whole number from 40'],
    [{ columns: Infinity }, 'columns must be a whole number from 40'],
    [{ stream: { write() {}, on() {}, off() {} } }, 'stream must be a writable stream of Node'],
    [{ stream: null }, 'stream must be a writable stream of Node'],
    [{ redaction: { key: ['ssn'] } }, 'there is no redaction.key; there are keys, maxTextLength, maxEntries,'],
    [{ redaction: { keys: 'ssn' } }, 'redaction.keys must be a list of texts and regular expressions'],
    [{ redaction: null }, 'redaction must be an object, such as { keys: ["ssn"] }'],
  ]
  for (const [options, message] of bad) expect(() => new ConsoleExporter(options as object)).toThrow(message)
  const all = { stream: undefined, color: undefined, verbose: undefined, columns: undefined, redaction: undefined }
  const undefinedOnes = { ...all, redaction: { keys: undefined, maxLength: undefined } } as unknown
  expect(() => new ConsoleExporter(undefinedOnes as object)).not.toThrow()
  expect(() => new ConsoleExporter(all as unknown as object)).not.toThrow()
})
