export { classifyError } from './classify-error.ts'
export { retry } from './retry.ts'
export type { RetryNote } from './retry.ts'
export type { RetryOptions, RetryVerdict } from './options.ts'
