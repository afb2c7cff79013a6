// For apps, by way of the package of their journal
export { durableRuns } from './durable-runs.ts'
export type { DurableRuns, DurableStats, RetryOptions, SystemRuns } from './durable-runs.ts'
export type { RecoveredRun } from './recover.ts'
export type { DurableRunOptions, JournalCloseReport } from './runs.ts'
export type { RunStatus, ListOptions, RunDetails, RunSummary, TimelineEntry } from './views.ts'

// For journals
export { ask, closedJournal, perform } from './journal.ts'
export type {
  Act,
  AddedFact,
  AddedInboxRow,
  AddedRun,
  ClaimedRun,
  EndedLeg,
  FoundRun,
  Journal,
  Question,
  ReopenedRun,
  RunFilter,
  Tables,
} from './journal.ts'
export type { FactKey } from './answers.ts'
export type { FactKind, FactRow, InboxRow } from './run-log.ts'
export type { RunRow } from './run-row.ts'
export { DURABLE_OPTIONS, LONGEST_MS } from './options.ts'
export type { DurableOptions } from './options.ts'
