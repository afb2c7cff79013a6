export type {
  Approval,
  ApprovalAnswer,
  ApprovalOutcome,
  ApprovalOwner,
  ApprovalQuestion,
  AskContext,
  AskerIds,
} from './approval.ts'
export { Approvals, type ApprovalsOptions } from './approvals.ts'
export type { ApprovalDecidedEvent, ApprovalEvent, ApprovalRequestedEvent } from './events.ts'
export { memoryApprovalStore, type MemoryApprovalStoreOptions } from './memory-approval-store.ts'
