export { checkBatch, valueProblems } from './argument-rules.ts'
export { closeBranches, flushBranches, recordOf, targetProblems } from './branches.ts'
export type { FanOutBranch } from './branches.ts'
export { deliveryRetryPlan, deliveryRetryProblems, isRetryableDelivery } from './delivery-retry.ts'
export type { DeliveryRetry, DeliveryRetryDefaults, DeliveryRetryPlan } from './delivery-retry.ts'
export { Closing } from './closing.ts'
export { deliveryReport } from './delivery-report.ts'
export type { DeliveryReport, HandedOn } from './delivery-report.ts'
export { Downstream } from './downstream.ts'
export type { DownstreamErrors, DownstreamPlan, Endable } from './downstream.ts'
export { EventBuffer } from './event-buffer.ts'
export type {
  BufferNotice,
  BufferOverflow,
  BufferStats,
  BufferReport,
  EventBufferListener,
  EventBufferPlan,
  LossReason,
} from './event-buffer-plan.ts'
export { EventFilter } from './event-filter.ts'
export type { EventChoice, EventFilterStats } from './event-filter.ts'
export { matchEvents } from './event-pattern.ts'
export type { EventPattern } from './event-pattern.ts'
export { FILTER_RULES, filterEnds } from './filter-ends.ts'
export type { FilterEnds, FilterEndsPlan, FilterOptions } from './filter-ends.ts'
export { ExportProgress } from './export-progress.ts'
export type { ExporterReport, ExporterStats, ExportProgressPlan } from './export-progress.ts'
