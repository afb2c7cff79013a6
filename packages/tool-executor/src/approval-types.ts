import type { Clock, RunAuthor, RunIdentity, TryEmitEvent } from '@stageflow/core'
import type { Denial, ResolvedCall } from '@stageflow/tools'

/** What `approve` returns. `true` and `false` are short for `{ approved }`. */
export type ApprovalDecision =
  | boolean
  | {
      readonly approved: boolean
      /** Why not, for the model. */
      readonly reason?: string
      /** With `approved: true`: other arguments for the call. They are checked with the schema of the tool. */
      readonly arguments?: unknown
      /** With `approved: false`. Default: `not_approved`. */
      readonly denied?: Denial
      readonly approvalId?: string
      /** The person who decided. Given to the handler, and kept in the result. */
      readonly decidedBy?: RunAuthor | undefined
    }

/** What `approve` gets beside the call. */
export interface ApproveContext {
  /** Aborts when the call is cancelled. */
  readonly signal: AbortSignal
  readonly clock: Clock
  /** Whose call it is. */
  readonly ids: Readonly<Partial<RunIdentity>>
  /** Undefined without an emitter. */
  readonly emit: TryEmitEvent | undefined
}

/** Decides whether a call may be made. If it throws, or returns anything else, the call is denied. `call` is to look at: changing its input changes nothing. */
export type Approve = (call: ResolvedCall, context: ApproveContext) => ApprovalDecision | Promise<ApprovalDecision>
