export { durablePostgres } from './durable-postgres.ts'
export type { DurablePostgres } from './durable-postgres.ts'
export type { DurablePostgresOptions, JournalClient, JournalPool } from './options.ts'
export type {
  CallInProgress,
  DurableRunOptions,
  GetOptions,
  JournalCloseReport,
  ListOptions,
  RecoveredRun,
  RunDetails,
  RunFact,
  RunOwner,
  RunSchedule,
  RunStatus,
  RunSummary,
  ScheduleOptions,
  TimelineEntry,
} from '@stageflow/durable-engine'
