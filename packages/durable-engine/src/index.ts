// For apps, by way of the package of their journal
export { durableRuns } from './durable-runs.ts'
export type {
  AnsweredQuestion,
  AnswerOptions,
  DurableRuns,
  DurableStats,
  RetryFailedOptions,
  SystemRuns,
  SystemScheduleOptions,
} from './handle.ts'
export type { RecoveredRun } from './recover.ts'
export type { JournalCloseReport } from './legs.ts'
export type { DurableRunOptions } from './runs.ts'
export type { RunStatus } from './rows.ts'
export type { RunSchedule, ScheduleOptions } from './schedule.ts'
export type { CallInProgress } from './in-progress.ts'
export type {
  AskedRequest,
  GetOptions,
  ListOptions,
  RunDetails,
  RunFact,
  RunOwner,
  RunSummary,
  TimelineEntry,
} from './views.ts'

// For journals
export { runsReader } from './runs-reader.ts'
export type { ReadableJournal, RunsReader } from './runs-reader.ts'
export { ask, closedJournal, perform, questionOf } from './journal.ts'
export type {
  Act,
  AddedFact,
  AddedInboxRow,
  AddedRun,
  ClaimedRun,
  EndedLeg,
  FoundRun,
  Journal,
  LastQuestion,
  OwnedRun,
  Passing,
  Question,
  ReopenedRun,
  Repetition,
  RunFilter,
  Tables,
} from './journal.ts'
export { hasEnded } from './run-row.ts'
export type { FactKey, FactKind, FactRow, InboxRow, ListedRun, RunRow, ScheduleRow } from './rows.ts'
export { ENGINE_OPTIONS, LEASE_MS, LONGEST_MS } from './options.ts'
export type { EngineOptions } from './options.ts'
