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
  readonly reason: 'execution_mode_not_allowed' | 'not_approved' | 'approval_failed'
  readonly message: string
  readonly executionMode: string | undefined
  /** Undefined: all. */
  readonly allowedExecutionModes: readonly string[] | undefined
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
  }
}
