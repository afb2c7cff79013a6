export { durablePostgres } from './durable-postgres.ts'
export type { DurablePostgres } from './durable-postgres.ts'
export type { DurablePostgresOptions, JournalClient, JournalPool } from './options.ts'
export type {
  AnsweredQuestion,
  AnswerOptions,
  AskedRequest,
  CallInProgress,
  DurableRunOptions,
  DurableStats,
  GetOptions,
  JournalCloseReport,
  ListOptions,
  RecoveredRun,
  RetryFailedOptions,
  RunDetails,
  RunFact,
  RunOwner,
  RunSchedule,
  RunStatus,
  RunSummary,
  ScheduleOptions,
  SystemRuns,
  SystemScheduleOptions,
  TimelineEntry,
} from '@stageflow/durable-engine'
