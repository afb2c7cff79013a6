import type { RunAuthor } from '@stageflow/core'

import type { UnresolvedCall } from './parsed-call.ts'

interface ResultFields {
  readonly callId: string
  readonly name: string
  /** Its place among the calls of its message, from 0. */
  readonly index: number
  /** From the start of its handler's first attempt to its end, in ms; 0 if it never started. */
  readonly durationMs: number
  /** How often its handler ran. */
  readonly attempts: number
  /** What the handler passed to `context.partial` or yielded, in order, frozen; from all attempts. */
  readonly partials: readonly unknown[]
  /** How many partial results were dropped, because there were too many or they were too large. */
  readonly partialsDropped: number
  /** Whether `undo(callId)` can reverse it. That includes calls that timed out or were cancelled, if their handler completed all the same. */
  readonly undoable: boolean
  /** This is the result of another call with the same idempotency key: its handler didn't run. */
  readonly replayed?: true
  /** Its handler ignored its signal, and may still be running. */
  readonly abandoned?: true
  /** The arguments that it was made with, if its approval changed them. */
  readonly editedArguments?: unknown
  /** The person who approved or denied it, if the approval hook names one. */
  readonly decidedBy?: RunAuthor
}

export interface CompletedCall<Output = unknown> extends ResultFields {
  readonly status: 'completed'
  /** What the output schema made of it. Plain objects and arrays are frozen copies. */
  readonly output: Output
}

/** The handler threw, reported a failure, timed out, or returned what its output schema refuses; or it could not be started. */
export interface FailedCall extends ResultFields {
  readonly status: 'failed'
  /** `message` is fit for the model: bounded and without secrets. */
  readonly error: { readonly code: string; readonly message: string }
  /** What was thrown or reported. For your program; not enumerable. */
  readonly cause: unknown
}

export interface DeniedCall extends ResultFields {
  readonly status: 'denied'
  readonly reason: 'execution_mode_not_allowed' | Denial
  readonly message: string
  /** The approval, if `Approvals` was asked. */
  readonly approvalId?: string
  /** What the approval hook threw. For your program; not enumerable. */
  readonly cause: unknown
}

/** The caller's signal aborted before it settled. */
export interface CancelledCall extends ResultFields {
  readonly status: 'cancelled'
  readonly message: string
}

/** How a call that was executed ended. */
export type ExecutedCall<Output = unknown> = CompletedCall<Output> | FailedCall | DeniedCall | CancelledCall

/** How a call ended. */
export type ToolResult<Output = unknown> = ExecutedCall<Output> | UnresolvedCall

/**
 * Why an approval lets no call through. `approval_pending`: there is no decision yet, and the same call can be made later.
 * `approval_used`: the approval was good for one call. `edit_refused`: the schema of the tool refused the edited arguments.
 */
export type Denial =
  | 'not_approved'
  | 'approval_failed'
  | 'approval_pending'
  | 'approval_expired'
  | 'approval_cancelled'
  | 'approval_used'
  | 'edit_refused'
