export type {
  Approval,
  ApprovalAnswer,
  DecidedAnswer,
  ApprovalOutcome,
  ApprovalOwner,
  ApprovalQuestion,
  AskContext,
  AskerIds,
  DecideOptions,
  Decider,
  AllowsDecision,
  DecisionRequest,
  PendingApproval,
  PendingPage,
} from './approval.ts'
export {
  approvalsOfRuns,
  type ApprovalsOfRunsOptions,
  type RunApproval,
  type RunApprovals,
} from './approvals-of-runs.ts'
export { Approvals, type ApprovalsOptions } from './approvals.ts'
export type { ApprovalDecidedEvent, ApprovalEvent, ApprovalRequestedEvent } from './events.ts'
export { memoryApprovalStore, type MemoryApprovalStoreOptions } from './memory-approval-store.ts'
export type { RunAnswerOptions, AnsweredGraph, WaitingRun, SuspendedRuns } from './suspended-runs.ts'
