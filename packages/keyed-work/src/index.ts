export { askStore, type StoreLimit } from './ask-store.ts'
export type { Claim, ClaimAnswer, Claimed, Completed, Completion, KeyedStore, Running } from './keyed-store.ts'
export { keyedWork, type KeyedWork } from './keyed-work.ts'
export { type KeptLease, type Leases, leases } from './leases.ts'
export { memoryStore, type MemoryStore, type MemoryStoreOptions, type MemoryStoreStats } from './memory-store.ts'
export { poll, type PollPlan } from './poll.ts'
export { KEYED_STORE, STORED_MS } from './rules.ts'
export type {
  Done,
  Ending,
  KeyedWorkOptions,
  NotDone,
  NotJson,
  NotRecorded,
  StoreOperation,
  WorkClaim,
  Worked,
  WorkRequest,
} from './work.ts'
