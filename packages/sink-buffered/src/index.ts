export type {
  BufferOverflow,
  BufferStats,
  CloseReport,
  DeliveryRetry,
  EndReport,
  EventChoice,
  EventFilterStats,
  LossReason,
  WaitOptions,
} from '@stageflow/core/kit'
export type { BufferedEventSinkOptions } from './buffer-options.ts'
export { BufferedEventSink } from './buffered-event-sink.ts'
export type { DropReason } from './drop-count.ts'
export type { SinkDroppedEvent } from './dropped-event.ts'
export type { ErrorFacts } from './error-facts.ts'
export type { BranchStats } from './fan-out-branch.ts'
export { fanOutSink, type BranchReport, type FanOutSink, type FanOutSinkOptions } from './fan-out-sink.ts'
export { filterSink, type FilterSink, type FilterSinkOptions } from './filter-sink.ts'
