/** Which call an event is about; the run it belongs to stands in the event itself. */
export interface ToolCallEvent {
  readonly toolName: string
  readonly callId: string
}

export interface ToolInvokedEvent extends ToolCallEvent {
  /** The input, bounded and without secrets. */
  readonly payloadSummary: unknown
  readonly behavior: string | undefined
}

export interface ToolUpdatedEvent extends ToolCallEvent {
  readonly kind: 'progress' | 'partial' | 'retrying'
  /** Of `progress`. */
  readonly done?: number
  readonly total?: number
  readonly message?: string
  /** Of `partial`: the part, bounded and without secrets. */
  readonly partialSummary?: unknown
  /** Of `retrying`: the attempt to come, after how long, and what the last one ended with. */
  readonly attempt?: number
  readonly delayMs?: number
  readonly errorCode?: string
  readonly errorMessage?: string
}

interface ToolEndedEvent extends ToolCallEvent {
  readonly durationMs: number
  readonly attempts: number
  /** How many partial results it left. */
  readonly partials: number
  /** It is the result of an earlier call with the same idempotency key. */
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
  readonly reason: 'behavior_not_allowed' | 'not_approved' | 'approval_failed'
  readonly message: string
  readonly behavior: string | undefined
  /** Undefined: all. */
  readonly allowedBehaviors: readonly string[] | undefined
}

export interface ToolAbandonedEvent extends ToolCallEvent {
  /** How long its handler has been ignoring its signal. */
  readonly graceMs: number
}

export interface UndoEvent extends ToolCallEvent {
  /** The run of the call, where it had one; the event itself may belong to another. */
  readonly originalRunId: string | undefined
  /** When the call completed, in milliseconds since 1970. */
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
