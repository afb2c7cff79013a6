import type { PipelineReport, StageRecord } from '@stageflow/core'
import type { RedactionOptions } from '@stageflow/core/redaction'
import { checkReport, checkRun } from './check-report.ts'
import { joinLegs } from './join-legs.ts'
import { redactReport } from './redact-report.ts'
import { upToNow, type ReportToNow, type RunReport } from './run-in-progress.ts'

/** A report whose shape has been checked. */
export interface CheckedReport<Report extends ReportToNow = PipelineReport> {
  readonly report: Report
  /** By name, in the order of the report. A map, because a stage may be called `constructor`. */
  readonly records: ReadonlyMap<string, StageRecord>
}

/** Checks the report of a run that has ended, and redacts it if `redaction` is given. Throws one error with everything that is missing. */
export function readReport(report: PipelineReport, redaction?: RedactionOptions | false): CheckedReport {
  checkReport(report)
  return withRecords(redactReport(report, redaction))
}

/** The same for a run in progress too. */
export function readRun(report: RunReport, redaction?: RedactionOptions | false): CheckedReport<ReportToNow> {
  checkRun(report)
  return withRecords(redactReport(upToNow(report), redaction))
}

/** The same, in which a resumed run is one run from the start of its first leg. */
export function readWholeRun(report: RunReport, redaction?: RedactionOptions | false): CheckedReport<ReportToNow> {
  checkRun(report)
  return withRecords(redactReport(joinLegs(upToNow(report)), redaction))
}

const withRecords = <Report extends ReportToNow>(report: Report): CheckedReport<Report> => ({
  report,
  records: new Map(Object.entries(report.stages)),
})
