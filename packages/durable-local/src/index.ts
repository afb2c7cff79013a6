export { durableLocal, openJournal } from './durable-local.ts'
export type { DurableLocal, JournalReader } from './durable-local.ts'
export type { DurableLocalOptions, ReadOnlyOptions } from './options.ts'
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
