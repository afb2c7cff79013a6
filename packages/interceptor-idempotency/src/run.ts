export { idempotentRun, type IdempotentRunOptions } from './idempotent-run.ts'
export type { IdempotentRun } from './recorded-once.ts'
