import type { CancelledCall, CompletedCall, DeniedCall, ExecutedCall, FailedCall, ResolvedCall } from '@stageflow/tools'
import { cleanText } from '@stageflow/tools/kit'

import type { HandlerFailure } from './settled.ts'
import type { Stop } from './stops.ts'

/** What events and results show of a call. */
export type ShownCall = Pick<ResolvedCall, 'callId' | 'name' | 'index' | 'tool' | 'input'>

/** What every result has. */
export type Facts = Omit<CompletedCall, 'status' | 'output'>

/** The facts of a call whose handler never started. */
export function notStarted({ callId, name, index }: Pick<ResolvedCall, 'callId' | 'name' | 'index'>): Facts {
  return { callId, name, index, durationMs: 0, attempts: 0, partials: [], partialsDropped: 0, undoable: false }
}

export function completed(facts: Facts, output: unknown): CompletedCall {
  return Object.freeze({ ...facts, status: 'completed' as const, output })
}

export function failed(call: ShownCall, facts: Facts, { code, message, cause }: HandlerFailure): FailedCall {
  const error = Object.freeze({ code, message: cleanText(call.tool, message, call.input) })
  return withCause({ ...facts, status: 'failed' as const, error }, cause)
}

export function denied(
  facts: Facts & Pick<DeniedCall, 'approvalId'>,
  reason: DeniedCall['reason'],
  message: string,
  cause?: unknown,
): DeniedCall {
  return withCause({ ...facts, status: 'denied' as const, reason, message }, cause)
}

export function cancelled(facts: Facts, message: string): CancelledCall {
  return Object.freeze({ ...facts, status: 'cancelled' as const, message })
}

export function stopped(call: ShownCall, facts: Facts, { kind, error }: Stop): FailedCall | CancelledCall {
  const { code, message } = error
  return kind === 'cancelled'
    ? cancelled(facts, cleanText(call.tool, message, call.input))
    : failed(call, facts, { ok: false, code, message, cause: error })
}

/** Another call's result as that of this call. Only the call that did the work can be undone. */
export function replay({ callId, name, index }: ResolvedCall, result: ExecutedCall): ExecutedCall {
  const own = { ...result, callId, name, index, undoable: false, replayed: true as const }
  if ('cause' in result) Object.defineProperty(own, 'cause', { value: result.cause })
  return Object.freeze(own)
}

/** Not enumerable: a thrown value may hold anything, and results are logged and stored. */
function withCause<Result extends object>(result: Result, cause: unknown): Readonly<Result & { cause: unknown }> {
  return Object.freeze(Object.defineProperty(result, 'cause', { value: cause }) as Result & { cause: unknown })
}
