import type { TryEmitEvent } from '@stageflow/core'

import type { ResolvedCall } from '../parsed-call.ts'
import { cleanText, payloadSummary, shownText } from '../redact.ts'
import type { CancelledCall, CompletedCall, DeniedCall, ExecutedCall, FailedCall } from '../result-types.ts'
import type { HandlerFailure } from './settled.ts'
import type { Stop } from './stops.ts'

/** What every result has. */
export type Facts = Omit<CompletedCall, 'status' | 'output'>

/** The facts of a call whose handler never started. */
export function notStarted({ callId, name, index }: Pick<ResolvedCall, 'callId' | 'name' | 'index'>): Facts {
  return { callId, name, index, durationMs: 0, attempts: 0, partials: [], partialsDropped: 0, undoable: false }
}

export function completed(facts: Facts, output: unknown): CompletedCall {
  return Object.freeze({ ...facts, status: 'completed' as const, output })
}

export function failed(call: ResolvedCall, facts: Facts, { code, message, cause }: HandlerFailure): FailedCall {
  const error = Object.freeze({ code, message: cleanText(call.tool, message, call.input) })
  return withCause({ ...facts, status: 'failed' as const, error }, cause)
}

export function denied(facts: Facts, reason: DeniedCall['reason'], message: string, cause?: unknown): DeniedCall {
  return withCause({ ...facts, status: 'denied' as const, reason, message }, cause)
}

export function stopped(call: ResolvedCall, facts: Facts, { kind, error }: Stop): FailedCall | CancelledCall {
  if (kind !== 'cancelled')
    return failed(call, facts, { ok: false, code: error.code, message: error.message, cause: error })
  const message = cleanText(call.tool, error.message, call.input)
  return Object.freeze({ ...facts, status: 'cancelled' as const, message })
}

/** Not enumerable: a thrown value may hold anything, and results are logged and stored. */
function withCause<Result extends object>(result: Result, cause: unknown): Readonly<Result & { cause: unknown }> {
  return Object.freeze(Object.defineProperty(result, 'cause', { value: cause }) as Result & { cause: unknown })
}

export function emitInvoked(
  emit: TryEmitEvent,
  { callId, name, tool, input }: ResolvedCall,
  executionMode?: string,
): void {
  emit('tool.invoked', { toolName: name, callId, payloadSummary: payloadSummary(tool, input), executionMode })
}

/** The one event that ends a call. */
export function emitEnded(emit: TryEmitEvent, call: ResolvedCall, result: ExecutedCall, executionMode?: string): void {
  const { tool } = call
  const { callId, name: toolName, durationMs, attempts, replayed } = result
  if (result.status === 'denied') {
    const { reason, message } = result
    emit('tool.denied', {
      toolName,
      callId,
      reason,
      message: shownText(tool, message),
      executionMode,
      allowedExecutionModes: tool.executionModes,
    })
    return
  }
  const partials = result.partials.length + result.partialsDropped
  const ended = { toolName, callId, durationMs, attempts, partials, ...(replayed && { replayed }) }
  if (result.status === 'completed') {
    const { output, undoable } = result
    emit('tool.completed', { ...ended, outputSummary: payloadSummary(tool, output, call.input), undoable })
    return
  }
  const { code, message } =
    result.status === 'failed' ? result.error : { code: 'tools/cancelled', message: result.message }
  const partialsSummary = payloadSummary(tool, result.partials, call.input)
  emit('tool.failed', { ...ended, errorCode: code, errorMessage: shownText(tool, message), partialsSummary })
}
