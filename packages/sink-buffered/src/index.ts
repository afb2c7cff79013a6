export type { BufferedEventSinkOptions, OverflowPolicy } from './buffer-options.ts'
export type { BufferStatistics } from './buffer-statistics.ts'
export { BufferedEventSink } from './buffered-event-sink.ts'
export type { DropReason } from './drop-count.ts'
export type { SinkDroppedEvent } from './dropped-event.ts'
export type { ErrorFacts } from './error-facts.ts'
export type { BranchStatistics } from './fan-out-branch.ts'
export { fanOutSink, type FanOutSink, type FanOutSinkOptions } from './fan-out-sink.ts'
export {
  filterSink,
  type EventChoice,
  type FilterSink,
  type FilterSinkOptions,
  type FilterStatistics,
} from './filter-sink.ts'
export type { WaitOptions } from './within-limit.ts'
