export { LoggingEventSink } from './logging-event-sink.ts'
export type { LoggingEventSinkOptions, LoggingSinkReport, LoggingSinkStats } from './logging-event-sink.ts'
