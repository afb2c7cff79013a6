import type { Clock, RunAuthor, RunIdentity, TryEmitEvent } from '@stageflow/core'
import type { Denial } from '@stageflow/tools'
import type { ApprovalStatus } from '@stageflow/keyed-work'

/** Whose approval it is: the user and the tenant of the run that asks. Leave an id out if the run has none. */
export interface ApprovalOwner {
  readonly orgId?: string
  readonly userId?: string
}

/** Who decides, as your app has verified it. Pass no ids of a request body. */
export interface Decider extends ApprovalOwner {
  readonly sessionId?: string | undefined
  /** For `allows`. */
  readonly roles?: readonly string[]
}

/** The options of `decide`. */
export interface DecideOptions {
  /**
   * The user who asks, in the tenant of the person who decides; `{}` for a run without a user. Default: the person who decides. Other
   * tenants can't be named: their approvals don't exist for this person.
   */
  readonly of?: Pick<ApprovalOwner, 'userId'>
}

/** What `allows` is asked. */
export interface DecisionRequest<Answer = ApprovalAnswer> {
  /** What is asked, by whom (`orgId` and `userId`), and what became of it until now. */
  readonly request: Approval
  /** What the person wants to decide. It may have other arguments than the request. */
  readonly answer: Answer
  readonly by: Decider
}

/** Whether a person may decide a request in this way. Only `true` allows it. */
export type AllowsDecision<Answer = ApprovalAnswer> = (asked: DecisionRequest<Answer>) => boolean | PromiseLike<boolean>

/** The owner of an approval, and the run that asks. Give at least one of `userId` and `orgId`, which may be undefined. */
export type AskerIds = Partial<Pick<RunIdentity, 'orgId' | 'userId'>> &
  (Pick<RunIdentity, 'userId'> | Pick<RunIdentity, 'orgId'>) & { readonly pipelineRunId?: string | undefined }

/** What a person is asked to approve. */
export interface ApprovalQuestion {
  /** Names it among the questions of its owner. Asking again with the same id is asking the same question. Up to 256 characters of ASCII. */
  readonly id: string
  /** What would be done, such as `refund`. */
  readonly action: string
  /** What it would be done with: a value of JSON. */
  readonly arguments?: unknown
}

/** What `ask` needs of its caller. A stage passes `{ ids: context, signal: context.signal, clock: context.clock, emit: context.tryEmitEvent }`. */
export interface AskContext {
  /** The user and the tenant who own the approval, and the run that asks. If both are undefined, it belongs to no user. */
  readonly ids: AskerIds
  /** If it aborts, the question is withdrawn. Default: it can't be withdrawn this way. */
  readonly signal?: AbortSignal | undefined
  /** Measures how long to wait. Default: the system's. */
  readonly clock?: Clock | undefined
  /** Receives the events. Default: no events. */
  readonly emit?: TryEmitEvent | undefined
}

/** What a person decided. */
export interface ApprovalAnswer {
  readonly approved: boolean
  /** For an approval: other arguments. The schema of a tool checks them before its call is made. */
  readonly arguments?: unknown
  /** Why, for the model: at most 2,000 characters. */
  readonly reason?: string
}

/** An answer that counts, and who gave it. */
export interface DecidedAnswer extends ApprovalAnswer {
  /** Undefined in an app without users. */
  readonly decidedBy: RunAuthor | undefined
}

/** A question, and what became of it. Frozen at its top level. */
export interface Approval {
  readonly id: string
  readonly status: ApprovalStatus
  /** What would be done. Of a tool call: the name of its tool. */
  readonly action: string
  /** What it would be done with, as it is in JSON. Of a tool call: the arguments of the model. */
  readonly arguments: unknown
  /** The id of the tool call, if it is about one. */
  readonly callId: string | undefined
  /** The run that asks, if it is a run. */
  readonly pipelineRunId: string | undefined
  /** The tenant and the user who ask, if there are any. */
  readonly orgId: string | undefined
  readonly userId: string | undefined
  /** The decision, if there is one. */
  readonly decision: DecidedAnswer | undefined
  /** How long it can still be decided, in ms: 0 unless it is pending. */
  readonly leftMs: number
}

/** An approval that waits for a decision, as a list has it. */
export interface PendingApproval extends Approval {
  /** Its place in the list: `after` of the next page, if it is the last one of this page. */
  readonly place: string
}

/** A page of a list. */
export interface PendingPage {
  /** Maximum number of approvals, from 1 to 10,000. Default: 100. */
  readonly limit?: number
  /** The `place` of the last approval of the page before. Default: the first page. */
  readonly after?: string
}

/** What became of a question that was asked. `approvalId` is its id. */
export type ApprovalOutcome =
  | {
      readonly approved: true
      readonly approvalId: string
      /** Other arguments, if the person changed them. Nothing has checked them. */
      readonly arguments: unknown
      /** Who decided. Undefined in an app without users. */
      readonly decidedBy: RunAuthor | undefined
    }
  | {
      readonly approved: false
      readonly approvalId: string
      /** `approval_pending`: there is no decision yet. Ask again later. */
      readonly denied: Denial
      readonly reason: string
      /** Who denied it. Undefined without a decision, and in an app without users. */
      readonly decidedBy: RunAuthor | undefined
    }
