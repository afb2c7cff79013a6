import type { StageflowEvent } from '@stageflow/core'
import { createRedactor } from '@stageflow/core/redaction'
import type { RedactionOptions, Redactor } from '@stageflow/core/redaction'

import { isPlain, jsonValue } from './json-value.ts'

/** How every line begins: whatever does not was written by somebody else. */
export const LINE_START = '{"type":'

/** Of the type and ids in a line whose data alone was not what was too long, in characters. */
const LONGEST_ID = 256

/** Writes one event as one line, its newline included: of at most `maxLineBytes` bytes, and whatever it is. */
export function lineWriter(
  maxLineBytes: number,
  redaction: RedactionOptions | false,
): (event: StageflowEvent) => string {
  const redactor = redaction === false ? undefined : createRedactor(redaction)
  return (event) => {
    try {
      return lineOf(event)
    } catch {
      return oddLine(event)
    }
  }

  /** Of what is no event of the engine: it must not hold up those that come with it. */
  function oddLine(event: StageflowEvent): string {
    try {
      const short = withShortIds(event)
      // A copy is read but once: it cannot say something else the second time.
      return lineOf({ ...short, data: jsonValue(short.data, maxLineBytes) } as StageflowEvent)
    } catch {
      return `${LINE_START}"unreadable"}\n`
    }
  }

  function lineOf(event: StageflowEvent): string {
    const line = writeLine(event, dataOf(event, maxLineBytes, redactor))
    const bytes = bytesOf(line, maxLineBytes)
    if (bytes <= maxLineBytes) return line
    const note = { '…': `cut: the line would be ${bytes} bytes long` }
    const short = writeLine(event, note)
    return bytesOf(short, maxLineBytes) <= maxLineBytes ? short : writeLine(withShortIds(event), note)
  }
}

function dataOf(event: StageflowEvent, most: number, redactor: Redactor | undefined): unknown {
  const { data } = event
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

/** The events that come most often hold numbers of the engine, and the names that the app gave to pipelines. */
function hasNoText({ type, stage }: StageflowEvent): boolean {
  if (stage === undefined) return type === 'pipeline.started' || type === 'pipeline.completed'
  return type === `stage.${stage}.started` || type === `stage.${stage}.completed`
}

function writeLine(event: StageflowEvent, data: unknown): string {
  // Spelt out: `type` first, the data last; JSON leaves out what is undefined.
  const { type, seq, timestamp, pipelineRunId, stage, parentRunId, requestId } = event
  const { sessionId, userId, orgId, interactionId } = event
  const fields = { type, seq, timestamp, pipelineRunId, stage, parentRunId, requestId }
  return `${JSON.stringify({ ...fields, sessionId, userId, orgId, interactionId, data })}\n`
}

/** A copy whose type and ids are short, and can be written. */
function withShortIds(event: StageflowEvent): StageflowEvent {
  const entries: readonly (readonly [string, unknown])[] = Object.entries(event)
  const short = entries.map(([key, value]) => [key, key === 'data' ? value : shortId(value)])
  return { type: 'unreadable', ...Object.fromEntries(short) }
}

function shortId(value: unknown): unknown {
  const id = jsonValue(value, LONGEST_ID)
  return typeof id === 'object' && id !== null ? `[${Array.isArray(id) ? 'array' : 'object'}]` : id
}

/** Counted only where it may be more than `most`. */
function bytesOf(line: string, most: number): number {
  return line.length * 3 <= most ? line.length : Buffer.byteLength(line)
}
