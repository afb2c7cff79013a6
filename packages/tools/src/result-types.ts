import type { ResolvedCall, UnresolvedCall } from './call-types.ts'

interface ResultFields {
  readonly callId: string
  readonly name: string
  /** Its place among the calls of its message, from 0. */
  readonly index: number
  /** From the start of its handler's first attempt to its end; 0 where it never started. */
  readonly durationMs: number
  /** How often its handler was called. */
  readonly attempts: number
  /** What the handler gave to `context.partial` or yielded, in order, frozen; of every attempt. */
  readonly partials: readonly unknown[]
  /** How many more there were than are kept. */
  readonly partialsDropped: number
  /** Whether `undo(callId)` can reverse it. A call that was given up can be undone too, where its handler ended well all the same. */
  readonly undoable: boolean
  /** It is the result of an earlier call with the same idempotency key: nothing was done now. */
  readonly replayed?: true
  /** Its handler ignored its signal, and may still be running. */
  readonly abandoned?: true
}

export interface CompletedCall<Output = unknown> extends ResultFields {
  readonly status: 'completed'
  /** As the output's schema answered it; plain objects and arrays are frozen copies. */
  readonly output: Output
}

/** The handler threw, said that it failed, took too long, or answered what its output schema refuses; or it could not be started. */
export interface FailedCall extends ResultFields {
  readonly status: 'failed'
  /** `message` is fit to be told to the model: bounded, and without secrets. */
  readonly error: { readonly code: string; readonly message: string }
  /** As it was thrown or reported; for the program, and not enumerable. */
  readonly cause: unknown
}

export interface DeniedCall extends ResultFields {
  readonly status: 'denied'
  readonly reason: 'behavior_not_allowed' | 'not_approved' | 'approval_failed'
  readonly message: string
  /** What the approval hook threw; for the program, and not enumerable. */
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

/** What `approve` answers; `false` is `{ approved: false }`. */
export type ApprovalDecision = boolean | { readonly approved: boolean; readonly reason?: string }

/** Asked before each call where it is given; absent: nobody is asked. What it throws, and what is no decision, is a denial. */
export type Approve = (
  call: ResolvedCall,
  options: { readonly signal: AbortSignal },
) => ApprovalDecision | Promise<ApprovalDecision>
