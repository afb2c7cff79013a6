import type { ErrorRecord } from '@stageflow/core'
import { plainLine } from '@stageflow/core/kit'
import { createRedactor } from '@stageflow/core/redaction'

import { print } from './terminal.ts'
import type { Terminal } from './terminal.ts'

// What a journal, a log or a report says is shown without secrets, and without characters that a terminal obeys.

const BOUNDS = { maxTextLength: 65_536, maxEntries: 10_000, maxDepth: 100, maxLength: 100_000_000 }
const redactor = createRedactor({}, BOUNDS)

/** A JSON value without secrets. */
export const redacted = (value: unknown): unknown => redactor.value(value)

/** A text on one line. */
export const shownText = (text: string): string => plainLine(redactor.text(text))

/** `core/stage-failed: it broke (cause: no route)`. */
export function shownError({ code, message, cause }: ErrorRecord): string {
  const because = cause === undefined ? '' : ` (cause: ${shownError(cause)})`
  return shownText(`${code}: ${message}`) + because
}

/** Prints JSON for programs: one value, indented. */
export function printJson(terminal: Terminal, value: unknown): void {
  print(terminal, safeJson(value, 2))
}

/** Control characters, and marks that turn the direction of writing: JSON may have them as they are. */
const UNSAFE = /[\u007f-\u009f]|(?![\u200c\u200d])[\p{Cf}\u2028\u2029]/gu

/** JSON without characters that a terminal obeys. It parses to the same value. */
export function safeJson(value: unknown, indent?: number): string {
  const json = JSON.stringify(value, undefined, indent) ?? 'null'
  return json.replace(UNSAFE, (character) =>
    character
      .split('')
      .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
      .join(''),
  )
}
