export { streamedCalls } from './providers/streamed-calls.ts'
export type { StreamedCalls, StreamedCallsOptions } from './providers/streamed-calls.ts'
export type { StreamedCall } from './providers/streaming-call.ts'
export type { PartialCall } from './providers/written-call.ts'
