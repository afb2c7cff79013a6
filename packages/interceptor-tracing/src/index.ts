export { tracing } from './tracing.ts'
export type { TracingOptions } from './tracing.ts'
export { traceparent } from './trace-headers.ts'
export type { TraceSource } from './trace-headers.ts'
