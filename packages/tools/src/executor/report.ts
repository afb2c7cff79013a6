import type { TryEmitEvent } from '@stageflow/core'

import type { ResolvedCall } from '../parsed-call.ts'
import { cleanText, payloadSummary, shownText } from '../redact.ts'
import type { CancelledCall, CompletedCall, DeniedCall, ExecutedCall, FailedCall } from '../result-types.ts'
import type { HandlerFailure } from './settled.ts'
import type { Stop } from './caller.ts'

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

export function denied(
  facts: Facts & Pick<DeniedCall, 'approvalId'>,
  reason: DeniedCall['reason'],
  message: string,
  cause?: unknown,
): DeniedCall {
  return withCause({ ...facts, status: 'denied' as const, reason, message }, cause)
}

export function stopped(call: ResolvedCall, facts: Facts, { kind, error }: Stop): FailedCall | CancelledCall {
  if (kind !== 'cancelled')
    return failed(call, facts, { ok: false, code: error.code, message: error.message, cause: error })
  const message = cleanText(call.tool, error.message, call.input)
  return Object.freeze({ ...facts, status: 'cancelled' as const, message })
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

/** The call that an event is about. The event itself has the ids of its run. */
export interface ToolCallEvent {
  readonly toolName: string
  readonly callId: string
}

export interface ToolInvokedEvent extends ToolCallEvent {
  /** The input, bounded and without secrets. */
  readonly payloadSummary: unknown
  readonly executionMode: string | undefined
}

export interface ToolUpdatedEvent extends ToolCallEvent {
  readonly kind: 'progress' | 'partial' | 'retrying'
  /** For `progress`. */
  readonly done?: number
  readonly total?: number
  readonly message?: string
  /** For `partial`: the partial result, bounded and without secrets. */
  readonly partialSummary?: unknown
  /** For `retrying`: the next attempt, the delay before it, and the error of the last one. */
  readonly attempt?: number
  readonly delayMs?: number
  readonly errorCode?: string
  readonly errorMessage?: string
}

interface ToolEndedEvent extends ToolCallEvent {
  readonly durationMs: number
  readonly attempts: number
  /** How many partial results there were. */
  readonly partials: number
  /** The result is that of an earlier call with the same idempotency key. */
  readonly replayed?: true
}

export interface ToolCompletedEvent extends ToolEndedEvent {
  readonly outputSummary: unknown
  readonly undoable: boolean
}

export interface ToolFailedEvent extends ToolEndedEvent {
  readonly errorCode: string
  readonly errorMessage: string
  /** The partial results, bounded and without secrets. */
  readonly partialsSummary: unknown
}

export interface ToolDeniedEvent extends ToolCallEvent {
  readonly reason: DeniedCall['reason']
  readonly message: string
  readonly executionMode: string | undefined
  /** Undefined: all. */
  readonly allowedExecutionModes: readonly string[] | undefined
}

/** The approval that an event is about. */
export interface ApprovalEvent extends ToolCallEvent {
  readonly approvalId: string
}

export interface ApprovalRequestedEvent extends ApprovalEvent {
  /** The input, bounded and without secrets. */
  readonly payloadSummary: unknown
  /** How long it can be decided, in ms. */
  readonly expiresInMs: number
}

export interface ApprovalDecidedEvent extends ApprovalEvent {
  readonly decision: 'approved' | 'denied'
  /** Whether the decision changed the arguments. */
  readonly edited: boolean
  readonly decidedBy: string | undefined
}

export interface ToolAbandonedEvent extends ToolCallEvent {
  /** How long its handler has ignored its signal, in ms. */
  readonly graceMs: number
}

export interface UndoEvent extends ToolCallEvent {
  /** The run of the call, if it had one. The event itself may belong to another run. */
  readonly originalRunId: string | undefined
  /** When the call completed, in ms since 1970. */
  readonly originalTimestamp: number
}

export interface ToolUndoneEvent extends UndoEvent {
  readonly durationMs: number
}

export interface ToolUndoFailedEvent extends UndoEvent {
  readonly reason: 'failed' | 'timed_out' | 'cancelled' | 'expired' | 'not_recorded'
  readonly errorCode: string
  readonly errorMessage: string
}

declare module '@stageflow/core' {
  interface EventMap {
    'tool.invoked': ToolInvokedEvent
    'tool.started': ToolCallEvent
    'tool.updated': ToolUpdatedEvent
    'tool.completed': ToolCompletedEvent
    'tool.failed': ToolFailedEvent
    'tool.denied': ToolDeniedEvent
    'tool.abandoned': ToolAbandonedEvent
    'tool.undone': ToolUndoneEvent
    'tool.undo_failed': ToolUndoFailedEvent
    'approval.requested': ApprovalRequestedEvent
    'approval.decided': ApprovalDecidedEvent
  }
}
