export type { TimeoutOptions } from './options.ts'
export { timeout } from './timeout.ts'
export type { TimeoutNote } from './timeout.ts'
