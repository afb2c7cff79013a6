import type { TryEmitEvent } from '@stageflow/core'
import type { DeniedCall, ExecutedCall } from '@stageflow/tools'
import { payloadSummary, shownText } from '@stageflow/tools/kit'

import type { ShownCall } from './results.ts'

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

export interface ToolAbandonedEvent extends ToolCallEvent {
  /** How long its handler has ignored its signal, in ms. */
  readonly graceMs: number
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
  }
}

export function emitInvoked(
  emit: TryEmitEvent,
  { callId, name, tool, input }: ShownCall,
  executionMode?: string,
): void {
  emit('tool.invoked', { toolName: name, callId, payloadSummary: payloadSummary(tool, input), executionMode })
}

/** The one event that ends a call. */
export function emitEnded(emit: TryEmitEvent, call: ShownCall, result: ExecutedCall, executionMode?: string): void {
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
    result.status === 'failed' ? result.error : { code: 'tool-executor/cancelled', message: result.message }
  const partialsSummary = payloadSummary(tool, result.partials, call.input)
  emit('tool.failed', { ...ended, errorCode: code, errorMessage: shownText(tool, message), partialsSummary })
}
