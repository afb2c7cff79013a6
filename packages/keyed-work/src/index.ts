export { type Account, ownerOf } from './account.ts'
export type {
  ApprovalRequest,
  ApprovalStatus,
  ApprovalStore,
  FoundApproval,
  ListedApproval,
  PendingQuery,
  StoredApproval,
  StoredDecision,
} from './approval-store.ts'
export { askStore, type StoreLimit } from './ask-store.ts'
export { BoundedMap, type Bounds, BOUNDS } from './bounded-map.ts'
export type { BudgetReservation, BudgetSettlement, BudgetStore, ReserveAnswer } from './budget-store.ts'
export type { Claim, ClaimAnswer, Claimed, Completed, Completion, KeyedStore, Running } from './keyed-store.ts'
export { keyedWork, type KeyedWork } from './keyed-work.ts'
export { type KeptLease, type Leases, leases } from './leases.ts'
export { memoryStore, type MemoryStore, type MemoryStoreOptions, type MemoryStoreStats } from './memory-store.ts'
export { poll, type PollPlan } from './poll.ts'
export { APPROVAL_STORE, BUDGET_STORE, KEYED_STORE, STORED_MS, UNDO_STORE } from './rules.ts'
export type { StoredUndo, UndoClaimAnswer, UndoClaimRequest, UndoEntry, UndoQuery, UndoStore } from './undo-store.ts'
export type {
  Done,
  Ending,
  KeyedWorkOptions,
  NotDone,
  NotRecorded,
  StoreOperation,
  Unstorable,
  WorkClaim,
  Worked,
  WorkRequest,
} from './work.ts'
