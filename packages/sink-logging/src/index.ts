export { LoggingEventSink } from './logging-event-sink.ts'
export type { LoggingEventSinkOptions } from './logging-event-sink.ts'
