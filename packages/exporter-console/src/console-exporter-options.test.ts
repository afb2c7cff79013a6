import { StageflowError } from '@stageflow/core'
import { expect, test } from 'vitest'

import { ConsoleExporter } from './index.ts'
import type { ConsoleExporterOptions } from './index.ts'

const refusal = (options: unknown): string => {
  try {
    new ConsoleExporter(options as ConsoleExporterOptions)
  } catch (error) {
    return StageflowError.is(error) ? `${error.code}: ${error.message}` : String(error)
  }
  return 'accepted'
}

test('illegal options are refused, all of them at once (exporter-console/illegal-option)', () => {
  expect(refusal({ stream: {}, color: 'auto', data: 1, width: 39, redaction: true, colour: 1 })).toBe(
    'exporter-console/illegal-option: new ConsoleExporter(): stream must be a writable stream of Node, not an object; ' +
      'color must be true or false, not "auto"; data must be true or false, not 1; ' +
      'width must be a whole number from 40, not 39; ' +
      "redaction must be an object such as { keys: ['ssn'] }, or false, not true; " +
      'unknown option "colour" (did you mean "color"? known: stream, color, data, width, redaction).',
  )
})

test.each<[options: unknown, problem: string]>([
  [null, 'the options must be an object, not null'],
  [[], 'the options must be an object, not an array'],
  [{ verbose: true }, 'unknown option "verbose" (known: stream, color, data, width, redaction)'],
  [process.stderr, 'pass the stream in an object: { stream }'],
  [{ width: Infinity }, 'width must be a whole number from 40, not Infinity'],
  [{ stream: { write() {}, on() {}, off() {} } }, 'stream must be a writable stream of Node'],
  [
    { redaction: { key: ['ssn'] } },
    'core/illegal-option: redaction: unknown option "key" (did you mean "keys"? known: keys, ',
  ],
])('%o is refused', (options, problem) => {
  expect(refusal(options)).toContain(problem)
})

test('an undefined option counts as not given', () => {
  const names = ['stream', 'color', 'data', 'width', 'redaction']
  expect(refusal(Object.fromEntries(names.map((name) => [name, undefined])))).toBe('accepted')
})
