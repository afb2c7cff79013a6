import type { PipelineReport, StageRecord } from '@stageflow/core'

/**
 * A run that hasn't ended, as a report: the records so far, and the time up to which they are read. A stage that runs has no `endedAt`, and no
 * status.
 */
export interface RunInProgress extends Omit<PipelineReport, 'status' | 'endedAt'> {
  readonly status: 'running'
  /** On the clock of the run, in ms since 1970. */
  readonly now: number
  readonly endedAt?: undefined
}

/** The report of a run that has ended, or of one in progress. */
export type RunReport = PipelineReport | RunInProgress

/** A report whose times all lie before its end. In that of a run in progress, what runs ends now. */
export interface ReportToNow extends Omit<PipelineReport, 'status'> {
  readonly status: PipelineReport['status'] | 'running'
}

export function upToNow(report: RunReport): ReportToNow {
  if (report.status !== 'running') return report
  const { now, ...rest } = report
  const endedAt = Math.max(now, report.startedAt)
  const stages = Object.entries(report.stages).map(
    ([name, record]) => [name, isRunning(record) ? { ...record, endedAt } : record] as const,
  )
  return { ...rest, endedAt, stages: Object.fromEntries(stages) }
}

const isRunning = ({ startedAt, endedAt }: StageRecord): boolean => startedAt !== undefined && endedAt === undefined
