export { durableLocal, openJournal } from './durable-local.ts'
export type { DurableLocal, JournalReader } from './durable-local.ts'
export type { DurableLocalOptions, ReadOnlyOptions } from './options.ts'
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
  RunStatus,
  RunSummary,
  RunSchedule,
  ScheduleOptions,
  TimelineEntry,
} from '@stageflow/durable-engine'
