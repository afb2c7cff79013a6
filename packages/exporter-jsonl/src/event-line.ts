import type { StageflowEvent } from '@stageflow/core'
import { eventFacts } from '@stageflow/core/kit'
import { createRedactor } from '@stageflow/core/redaction'
import type { Redactor } from '@stageflow/core/redaction'

import { isPlain, jsonValue } from './json-value.ts'
import { KEPT } from './jsonl-options.ts'
import type { Settings } from './jsonl-options.ts'

/** The start of every line. A line that starts differently was written by something else. */
export const LINE_START = '{"type":'

/** Maximum length of the type and of each id in a line that is too long without its data, in characters. */
const LONGEST_ID = 256

/** Writes any event as one line of at most `maxLineBytes` bytes, its newline included. */
export function lineWriter({
  maxLineBytes,
  data: hasAllData,
  redaction,
}: Pick<Settings, 'maxLineBytes' | 'data' | 'redaction'>): (event: StageflowEvent) => string {
  const redactor = redaction === false ? undefined : createRedactor(redaction, KEPT)
  return (event) => {
    try {
      return lineOf(event)
    } catch {
      return oddLine(event)
    }
  }

  /** For a value that isn't an event of the engine: it must not hold up the rest of its batch. */
  function oddLine(event: StageflowEvent): string {
    try {
      const short = withShortIds(event)
      // A copy, because a getter may return something else the second time.
      return lineOf({ ...short, data: jsonValue(short.data, maxLineBytes) } as StageflowEvent)
    } catch {
      return `${LINE_START}"unreadable"}\n`
    }
  }

  function lineOf(event: StageflowEvent): string {
    const line = writeLine(event, dataOf(event, hasAllData ? event.data : eventFacts(event), maxLineBytes, redactor))
    const bytes = bytesOf(line, maxLineBytes)
    if (bytes <= maxLineBytes) return line
    const note = { '…': `cut: the line would be ${bytes} bytes long` }
    const short = writeLine(event, note)
    return bytesOf(short, maxLineBytes) <= maxLineBytes ? short : writeLine(withShortIds(event), note)
  }
}

function dataOf(event: StageflowEvent, data: unknown, most: number, redactor: Redactor | undefined): unknown {
  const plain = isPlainData(data, most) ? data : jsonValue(data, most)
  return redactor === undefined || hasNoText(event) ? plain : redactor.value(plain)
}

function isPlainData(data: unknown, most: number): boolean {
  try {
    return isPlain(data, most)
  } catch {
    return false
  }
}

/** The most frequent events hold numbers of the engine and kinds of stages: redacting them is a waste of time. */
function hasNoText({ type, stage }: StageflowEvent): boolean {
  return type === `stage.${stage}.started` || type === `stage.${stage}.completed`
}

function writeLine(event: StageflowEvent, data: unknown): string {
  // Spelled out, so that `type` is first and the data last. JSON leaves out undefined fields.
  const { type, seq, timestamp, pipelineRunId, stage, parentRunId, requestId } = event
  const { sessionId, userId, orgId, interactionId } = event
  const fields = { type, seq, timestamp, pipelineRunId, stage, parentRunId, requestId }
  return `${JSON.stringify({ ...fields, sessionId, userId, orgId, interactionId, data })}\n`
}

/** A copy with a type and ids that are short and can be written. */
function withShortIds(event: StageflowEvent): StageflowEvent {
  const entries: readonly (readonly [string, unknown])[] = Object.entries(event)
  const short = entries.map(([key, value]) => [key, key === 'data' ? value : shortId(value)])
  return { type: 'unreadable', ...Object.fromEntries(short) }
}

function shortId(value: unknown): unknown {
  const id = jsonValue(value, LONGEST_ID)
  return typeof id === 'object' && id !== null ? `[${Array.isArray(id) ? 'array' : 'object'}]` : id
}

/** Counts the bytes only if there may be more than `most`. */
function bytesOf(line: string, most: number): number {
  return line.length * 3 <= most ? line.length : Buffer.byteLength(line)
}
