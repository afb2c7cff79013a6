export { fallback } from './fallback.ts'
export type { FallbackNote } from './fallback.ts'
export type { FallbackOptions, FallbackVerdict } from './options.ts'
export { WAY, wayOf } from './way.ts'
