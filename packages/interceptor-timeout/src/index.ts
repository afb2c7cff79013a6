export { timeout } from './timeout.ts'
export type { TimeoutNote, TimeoutOptions } from './timeout.ts'
