import type { ErrorRecord, PipelineReport, RunAuthor, StageRecord } from '@stageflow/core'
import { REDACTION } from '@stageflow/core/kit'
import type { OptionRules } from '@stageflow/core/kit'
import { createRedactor } from '@stageflow/core/redaction'
import type { RedactionOptions, Redactor } from '@stageflow/core/redaction'

export interface DrawingOptions {
  /** What to redact in reasons, errors and notes. Default: false, which draws the report as it is, secrets included. */
  readonly redaction?: RedactionOptions | false
}

export const DRAWING_RULES: OptionRules<DrawingOptions> = { redaction: REDACTION }

/** A copy of a checked report without secrets; the report itself if `redaction` is false. Leaves child runs as they are: check and redact each of them. */
export function redactReport(report: PipelineReport, redaction: RedactionOptions | false = false): PipelineReport {
  return redaction === false ? report : cleanReport(report, createRedactor(redaction))
}

function cleanReport(report: PipelineReport, redactor: Redactor): PipelineReport {
  const stages = Object.entries(report.stages).map(([name, record]) => [name, cleanRecord(record, redactor)] as const)
  return {
    ...report,
    pipelineRunId: redactor.text(report.pipelineRunId),
    notes: redactor.value(report.notes) as PipelineReport['notes'],
    stages: Object.fromEntries(stages),
  }
}

function cleanRecord(record: StageRecord, redactor: Redactor): StageRecord {
  const { reason, error, attempts, answeredBy } = record
  return {
    ...record,
    notes: redactor.value(record.notes) as StageRecord['notes'],
    attempts: attempts.map((attempt) => ({
      ...attempt,
      ...(attempt.error === undefined ? undefined : { error: cleanError(attempt.error, redactor) }),
    })),
    ...(answeredBy === undefined ? undefined : { answeredBy: redactor.value(answeredBy) as RunAuthor }),
    ...(reason === undefined ? undefined : { reason: redactor.text(reason) }),
    ...(error === undefined ? undefined : { error: cleanError(error, redactor) }),
  }
}

const cleanError = (error: ErrorRecord, redactor: Redactor): ErrorRecord => redactor.value(error) as ErrorRecord
