import type {
  ErrorRecord,
  RunContext,
  RunOutcome,
  StageKind,
  StageNotes,
  StageOutput,
  StageRecord,
} from '@stageflow/core'
import type { Redactor } from '@stageflow/core/redaction'

/** What every line of a run says. */
export function idsOf(run: RunContext): object {
  const { pipeline, parent, pipelineRunId, requestId, sessionId, userId, orgId, interactionId } = run
  const lineage = parent === undefined ? undefined : { parentRunId: parent.pipelineRunId, path: parent.path }
  // pino leaves out what is undefined.
  return { pipeline: pipeline.name, pipelineRunId, ...lineage, requestId, sessionId, userId, orgId, interactionId }
}

/** The line of a stage that settled. What most have not is added where it is: pino looks at every field of every line. */
export function stageLine(
  record: StageRecord,
  kind: StageKind | undefined,
  run: RunContext,
  redactor: Redactor,
  withData: boolean,
): object {
  const { stage, status, readyAt, startedAt, endedAt, attempts, chunks, notes, reason, error } = record
  const line: Record<string, unknown> = {
    stage,
    kind,
    status,
    durationMs: between(startedAt, endedAt),
    queuedMs: between(readyAt, startedAt),
    attempts: attempts.length,
  }
  if (chunks > 0) line['chunks'] = chunks
  if (record.tolerated === true) line['tolerated'] = true
  if (record.abandoned === true) line['abandoned'] = true
  if (reason !== undefined) line['reason'] = redactor.text(reason)
  if (error !== undefined) line['error'] = errorLine(error, run.output(stage), redactor)
  const noted = notesLine(notes, redactor)
  if (noted !== undefined) line['notes'] = noted
  if (withData) line['data'] = dataLine(run.output(stage), redactor)
  return line
}

function dataLine(output: StageOutput | undefined, redactor: Redactor): unknown {
  const data = output !== undefined && 'data' in output ? output.data : undefined
  return data === undefined ? undefined : redactor.value(data)
}

/** The line of a run that ended. */
export function runLine(outcome: RunOutcome, redactor: Redactor): object {
  const { status, reason, errors, startedAt, endedAt, droppedEvents } = outcome
  return {
    status,
    durationMs: rounded(endedAt - startedAt),
    ...(droppedEvents > 0 ? { droppedEvents } : undefined),
    ...(reason === undefined ? undefined : { reason: redactor.text(reason) }),
    ...(errors.length === 0
      ? undefined
      : { errors: errors.slice(0, MOST_ERRORS).map((error) => redactor.value(error)) }),
    ...(errors.length > MOST_ERRORS ? { moreErrors: errors.length - MOST_ERRORS } : undefined),
  }
}

const MOST_ERRORS = 20

// Not under `err`: pino's own serialiser would make something else of a record.
function errorLine(error: ErrorRecord, output: StageOutput | undefined, redactor: Redactor): object {
  const thrown: unknown = output?.status === 'fail' ? output.error : undefined
  const known = redactor.value(error) as object
  if (!(thrown instanceof Error)) return known
  const { type, stack } = readError(thrown)
  return { type: textOf(type, redactor), ...known, stack: textOf(stack, redactor) }
}

/** Errors of others may throw when they are read. */
function readError(thrown: Error): { readonly type?: unknown; readonly stack?: unknown } {
  try {
    return { type: thrown.name, stack: thrown.stack }
  } catch {
    return {}
  }
}

const textOf = (value: unknown, redactor: Redactor): string | undefined =>
  typeof value === 'string' ? redactor.text(value) : undefined

/** What stages and interceptors noted; the attributes are for spans. */
function notesLine(notes: Readonly<StageNotes>, redactor: Redactor): unknown {
  for (const key in notes) {
    if (key === 'attributes') continue
    const { attributes: _, ...rest } = notes
    return redactor.value(rest)
  }
  return undefined
}

function between(from: number | undefined, to: number | undefined): number | undefined {
  return from === undefined || to === undefined ? undefined : rounded(to - from)
}

/** Milliseconds, to the microsecond. */
function rounded(ms: number): number {
  return Math.round(ms * 1_000) / 1_000
}
