export { durablePostgres } from './durable-postgres.ts'
export type { DurablePostgres } from './durable-postgres.ts'
export type { DurablePostgresOptions, JournalClient, JournalPool } from './options.ts'
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
