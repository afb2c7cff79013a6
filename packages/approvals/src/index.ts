export type {
  Approval,
  ApprovalAnswer,
  ApprovalDecision,
  ApprovalOutcome,
  ApprovalOwner,
  ApprovalQuestion,
  AskContext,
  AskerIds,
  Decider,
  MayDecide,
  MayDecideRequest,
  PendingApproval,
  PendingPage,
} from './approval.ts'
export { Approvals, type ApprovalsOptions } from './approvals.ts'
export type { ApprovalDecidedEvent, ApprovalEvent, ApprovalRequestedEvent } from './events.ts'
export { memoryApprovalStore, type MemoryApprovalStoreOptions } from './memory-approval-store.ts'
