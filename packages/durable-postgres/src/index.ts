export { durablePostgres } from './durable-postgres.ts'
export type { DurablePostgres } from './durable-postgres.ts'
export type { DurablePostgresOptions, JournalClient, JournalPool } from './options.ts'
export type {
  CallUnderWay,
  DurableRunOptions,
  GetOptions,
  JournalCloseReport,
  ListOptions,
  RecoveredRun,
  RunDetails,
  RunFact,
  RunOwner,
  RunStatus,
  RunSummary,
  TimelineEntry,
} from '@stageflow/durable-engine'
