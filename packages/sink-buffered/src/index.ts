export type {
  BufferOverflow,
  BufferStats,
  BufferReport,
  DeliveryReport,
  DeliveryRetry,
  EventChoice,
  EventFilterStats,
  FilterOptions,
  LossReason,
} from '@stageflow/buffer'
export type { EndReport, WaitOptions } from '@stageflow/core/kit'
export type { BufferedEventSinkOptions } from './buffer-options.ts'
export { BufferedEventSink } from './buffered-event-sink.ts'
export type { DropReason } from './drop-count.ts'
export type { SinkDroppedEvent } from './dropped-event.ts'
export type { ErrorFacts } from './error-facts.ts'
export type { BranchStats } from './fan-out-branch.ts'
export { fanOutSink } from './fan-out-sink.ts'
export type { FanOutSink, FanOutSinkOptions } from './fan-out-sink.ts'
export { filterSink } from './filter-sink.ts'
export type { FilterSink } from './filter-sink.ts'
