export { durableLocal } from './durable-local.ts'
export type { DurableLocal } from './durable-local.ts'
export type { DurableLocalOptions } from './options.ts'
export type {
  DurableRunOptions,
  JournalCloseReport,
  ListOptions,
  RecoveredRun,
  RunDetails,
  RunStatus,
  RunSummary,
  TimelineEntry,
} from '@stageflow/durable-engine'
