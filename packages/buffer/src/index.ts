export { deliveryRetryPlan, deliveryRetryProblems, isRetryableDelivery } from './delivery-retry.ts'
export type { DeliveryRetry, DeliveryRetryPlan } from './delivery-retry.ts'
export { EventBuffer } from './event-buffer.ts'
export type {
  BufferNotice,
  BufferOverflow,
  BufferStats,
  ClosePlan,
  CloseReport,
  EventBufferListener,
  EventBufferPlan,
  FlushPlan,
  LossReason,
} from './event-buffer-plan.ts'
export { EVENT_FILTER_RULES, EventFilter } from './event-filter.ts'
export type { EventChoice, EventFilterStats } from './event-filter.ts'
export { matchEvents } from './event-pattern.ts'
export type { EventPattern } from './event-pattern.ts'
export { ExportProgress } from './export-progress.ts'
export type { ExporterReport } from './export-progress.ts'
export { waitLeft } from './wait-left.ts'
