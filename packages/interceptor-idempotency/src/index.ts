export { idempotency, type IdempotencyOptions } from './idempotency.ts'
export type { IdempotencyScope } from './key.ts'
export type { IdempotencyResult, IdempotencyStageOptions, StoreFailedEvent } from './merged-types.ts'
