import type { AttemptRecord, ErrorRecord, StageNotes, StageOutput, StageRecord } from '@stageflow/core'
import { isError } from '@stageflow/core/kit'
import type { CallSpan } from './call-span.ts'
import type { CallEnding } from './stage-span.ts'

/**
 * How the call at `place` ended. `now` is its end if nothing else is known. `isGated`: a gate may have refused what the stage did, so that only
 * its record says what may be seen.
 */
export function endingOf(
  calls: readonly CallSpan[],
  place: number,
  record: StageRecord,
  now: number,
  isGated: boolean,
): CallEnding {
  const call = calls[place] as CallSpan
  const attempt = attemptOf(calls, place, record)
  // A stage without attempts was answered, so its end is that of the call.
  const answeredAt = record.attempts.length === 0 ? record.endedAt : undefined
  const endedAt = attempt?.endedAt ?? call.endedAt ?? answeredAt ?? now
  const status = attempt?.status ?? call.output?.status
  const error = attempt?.error ?? (isGated ? undefined : errorOf(call.output))
  const following = calls[place + 1]
  if (following === undefined) return { status, error, endedAt, record, retry: undefined }
  const delayMs = notedDelay(record.notes, place) ?? Math.max(0, following.startedAt - endedAt)
  return { status, error, endedAt, record: undefined, retry: { attempt: place + 2, delayMs } }
}

/** Whether the code of the call at `place` still runs. */
export function isRunning(calls: readonly CallSpan[], place: number, record: StageRecord): boolean {
  const attempt = attemptOf(calls, place, record)
  return attempt !== undefined && attempt.endedAt === undefined
}

/** The last attempt of a call. An interceptor further inside may turn a call into several attempts, or answer it without one. */
function attemptOf(calls: readonly CallSpan[], place: number, { attempts }: StageRecord): AttemptRecord | undefined {
  const first = calls[place]?.firstAttempt ?? 0
  const end = calls[place + 1]?.firstAttempt ?? attempts.length
  return end > first ? attempts[end - 1] : undefined
}

const DEEPEST_CAUSE = 5

/** The error of an output that has one. */
export function errorOf(output: StageOutput | undefined): ErrorRecord | undefined {
  const hasError = output?.status === 'fail' || output?.status === 'retry'
  return hasError ? errorRecord(output.error, 0) : undefined
}

function errorRecord(error: unknown, depth: number): ErrorRecord {
  try {
    const { code: given, message: text, cause } = error as Partial<Record<'code' | 'message' | 'cause', unknown>>
    const code = typeof given === 'string' ? given : 'core/stage-failed'
    const message = String(text)
    const hasCause = isError(cause) && depth < DEEPEST_CAUSE
    return hasCause ? { code, message, cause: errorRecord(cause, depth + 1) } : { code, message }
  } catch {
    return { code: 'core/stage-failed', message: 'an error that cannot be read' }
  }
}

/** The delay that the retry interceptor noted. */
function notedDelay(notes: Readonly<StageNotes>, place: number): number | undefined {
  const { retry } = notes as { readonly retry?: { readonly delaysMs?: unknown } | null }
  const delays = retry?.delaysMs
  const delay: unknown = Array.isArray(delays) ? delays[place] : undefined
  return typeof delay === 'number' ? delay : undefined
}
