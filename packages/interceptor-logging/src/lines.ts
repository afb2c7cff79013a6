import type {
  ErrorRecord,
  MapItem,
  MapRecord,
  RunContext,
  RunOutcome,
  StageKind,
  StageNotes,
  StageOutput,
  StageRecord,
} from '@stageflow/core'
import { read, isError } from '@stageflow/core/kit'
import type { Redactor } from '@stageflow/core/redaction'

/** The fields of a stage that settled. Rare fields are added only if there is a value, because pino reads every field of every line. */
export function stageLine(
  record: StageRecord,
  kind: StageKind | undefined,
  run: RunContext,
  redactor: Redactor,
  withData: boolean,
): object {
  const { stage, status, readyAt, startedAt, endedAt, attempts, chunks, notes, reason, error, items, inbox } = record
  const line: Record<string, unknown> = {
    stage,
    kind,
    item: itemLine(run.item, redactor),
    status,
    durationMs: between(startedAt, endedAt),
    queuedMs: between(readyAt, calledAt(record)),
    attempts: attempts.length,
  }
  if (chunks > 0) line['chunks'] = chunks
  if (inbox !== undefined) line['inbox'] = inbox
  if (items !== undefined) line['items'] = itemsLine(items, redactor)
  if (record.tolerated === true) line['tolerated'] = true
  if (record.abandoned === true) line['abandoned'] = true
  if (reason !== undefined) line['reason'] = redactor.text(reason)
  if (error !== undefined) line['error'] = errorLine(error, run.output(stage), redactor)
  const noted = notesLine(notes, redactor)
  if (noted !== undefined) line['notes'] = noted
  if (withData) line['data'] = dataLine(run.output(stage), redactor)
  return line
}

/** Which item of a map a line is about. */
export const itemLine = (item: MapItem | undefined, redactor: Redactor): object | undefined =>
  item && { index: item.index, key: redactor.text(item.key) }

/** The counts of the items of a map, and their usage. */
function itemsLine(items: MapRecord, redactor: Redactor): object {
  const { total, ok, skip, fail, unfinished, attempts, usage } = items
  const counts = { total, ok, skip, fail, unfinished, attempts }
  return usage === undefined ? counts : { ...counts, usage: redactor.value(usage) }
}

/** A stage of a durable run that has been answered was called before its last call, and waited for the answer since. */
const calledAt = ({ startedAt, attempts: [first] }: StageRecord): number | undefined =>
  startedAt === undefined || first === undefined ? startedAt : Math.min(startedAt, first.startedAt)

function dataLine(output: StageOutput | undefined, redactor: Redactor): unknown {
  const data = output !== undefined && 'data' in output ? output.data : undefined
  return data === undefined ? undefined : redactor.value(data)
}

/** The fields of a run that ended. */
export function runLine(outcome: RunOutcome, redactor: Redactor): object {
  const { status, reason, errors, startedAt, endedAt, droppedEvents } = outcome
  const line: Record<string, unknown> = { status, durationMs: rounded(endedAt - startedAt) }
  if (droppedEvents > 0) line['droppedEvents'] = droppedEvents
  if (reason !== undefined) line['reason'] = redactor.text(reason)
  const shown = errors.slice(0, MOST_ERRORS)
  if (shown.length > 0) line['errors'] = shown.map((error) => redactor.value(errorFields(error)))
  if (errors.length > MOST_ERRORS) line['moreErrors'] = errors.length - MOST_ERRORS
  return line
}

/** How many errors of a run, or of an AggregateError, a line has. */
const MOST_ERRORS = 20

/** The fields of an error, without a code that it doesn't have itself. */
function errorFields({ code, message, stage, cause }: ErrorRecord, isCause = false): object {
  const fields: Record<string, unknown> = {}
  const hasOwnCode = !isCause || code !== 'core/stage-failed'
  if (hasOwnCode) fields['code'] = code
  fields['message'] = message
  if (stage !== undefined) fields['stage'] = stage
  if (cause !== undefined) fields['cause'] = errorFields(cause, true)
  return fields
}

// The key is always `error`, not the logger's `errorKey`: pino's serializer for errors would change these fields.
function errorLine(error: ErrorRecord, output: StageOutput | undefined, redactor: Redactor): object {
  const thrown: unknown = output?.status === 'fail' ? output.error : undefined
  const known = redactor.value(errorFields(error)) as object
  if (!isError(thrown)) return known
  const errors = read(thrown, 'errors')
  return {
    type: textAt(thrown, 'name', redactor),
    ...known,
    ...(Array.isArray(errors) ? { errors: redactor.value(errors.slice(0, MOST_ERRORS)) } : undefined),
    stack: textAt(thrown, 'stack', redactor),
  }
}

function textAt(thrown: Error, key: string, redactor: Redactor): string | undefined {
  const text = read(thrown, key)
  return typeof text === 'string' ? redactor.text(text) : undefined
}

/** The notes of stages and interceptors, without the attributes, which are for spans. Undefined without notes. */
function notesLine(notes: Readonly<StageNotes>, redactor: Redactor): unknown {
  if (!hasNotes(notes)) return undefined
  const { attributes: _, ...rest } = notes
  return redactor.value(rest)
}

/** Most stages have none, so this allocates nothing. */
function hasNotes(notes: Readonly<StageNotes>): boolean {
  for (const key in notes) if (key !== 'attributes') return true
  return false
}

function between(from: number | undefined, to: number | undefined): number | undefined {
  return from === undefined || to === undefined ? undefined : rounded(to - from)
}

/** Milliseconds, to the microsecond. */
function rounded(ms: number): number {
  return Math.round(ms * 1_000) / 1_000
}
