export { RetryWaitError } from './give-up.ts'
export type { RetryOptions, RetryVerdict } from './options.ts'
export { retry } from './retry.ts'
export type { RetryNote } from './retry.ts'
