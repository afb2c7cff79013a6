import type { RunAuthor } from '@stageflow/core'

/** The approval that an event is about. */
export interface ApprovalEvent {
  readonly approvalId: string
  /** What would be done. Of a tool call: the name of its tool. */
  readonly action: string
  /** Of a tool call. */
  readonly toolName: string | undefined
  readonly callId: string | undefined
}

export interface ApprovalRequestedEvent extends ApprovalEvent {
  /** The arguments that the person sees, bounded and without secrets. */
  readonly payloadSummary: unknown
  /** How long it can be decided, in ms. */
  readonly expiresInMs: number
}

export interface ApprovalDecidedEvent extends ApprovalEvent {
  readonly decision: 'approved' | 'denied'
  /** Whether the decision changed the arguments. */
  readonly edited: boolean
  /** Undefined in an app without users. */
  readonly decidedBy: RunAuthor | undefined
}

declare module '@stageflow/core' {
  interface EventMap {
    'approval.requested': ApprovalRequestedEvent
    'approval.decided': ApprovalDecidedEvent
  }
}
