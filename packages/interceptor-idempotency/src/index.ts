export { idempotency, type IdempotencyOptions } from './idempotency.ts'
export { memoryStore, type MemoryStore, type MemoryStoreOptions } from './memory-store.ts'
export type { IdempotencyResult, IdempotencyStageOptions, StoreFailedEvent } from './merged-types.ts'
export type { Claim, ClaimAnswer, Claimed, Completed, Completion, IdempotencyStore, Running } from './store.ts'
