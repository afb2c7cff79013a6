import type { AttemptRecord, ErrorRecord, StageNotes, StageOutput, StageRecord } from '@stageflow/core'
import type { CallSpan } from './call-span.ts'
import type { CallEnding } from './stage-span.ts'

/** How the call at `place` ended. `now` is its end if nothing else is known. */
export function endingOf(calls: readonly CallSpan[], place: number, record: StageRecord, now: number): CallEnding {
  const call = calls[place] as CallSpan
  const following = calls[place + 1]
  const attempt = attemptOf(calls, place, record)
  const endedAt = attempt?.endedAt ?? call.endedAt ?? (record.attempts.length === 0 ? record.endedAt : undefined) ?? now
  return {
    status: attempt?.status ?? call.output?.status,
    error: attempt?.error ?? errorOf(call.output),
    endedAt,
    record: following === undefined ? record : undefined,
    retry:
      following === undefined
        ? undefined
        : {
            attempt: place + 2,
            delayMs: notedDelay(record.notes, place) ?? Math.max(0, following.startedAt - endedAt),
          },
  }
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
  return output?.status === 'fail' || output?.status === 'retry' ? errorRecord(output.error, 0) : undefined
}

function errorRecord(error: unknown, depth: number): ErrorRecord {
  try {
    const { code, message, cause } = error as { readonly code?: unknown; readonly message?: unknown; cause?: unknown }
    return {
      code: typeof code === 'string' ? code : 'core/stage-failed',
      message: String(message),
      ...(cause instanceof Error && depth < DEEPEST_CAUSE ? { cause: errorRecord(cause, depth + 1) } : undefined),
    }
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
