import type {
  AttemptRecord,
  ErrorRecord,
  ItemRecord,
  MapRecord,
  PipelineReport,
  RunAuthor,
  StageRecord,
  Usage,
} from '@stageflow/core'
import { REDACTION } from '@stageflow/core/kit'
import type { OptionRules } from '@stageflow/core/kit'
import { createRedactor } from '@stageflow/core/redaction'
import type { RedactionOptions, Redactor } from '@stageflow/core/redaction'
import type { ReportToNow } from './run-in-progress.ts'

export interface DrawingOptions {
  /** What to redact in reasons, errors, notes and keys of items. Default: false, which draws the report as it is, secrets included. */
  readonly redaction?: RedactionOptions | false
}

export const DRAWING_RULES: OptionRules<DrawingOptions> = { redaction: REDACTION }

/** A copy of a checked report without secrets; the report itself if `redaction` is false. Leaves child runs as they are: check and redact each of them. */
export function redactReport<Report extends ReportToNow>(
  report: Report,
  redaction: RedactionOptions | false = false,
): Report {
  return redaction === false ? report : cleanReport(report, createRedactor(redaction))
}

function cleanReport<Report extends ReportToNow>(report: Report, redactor: Redactor): Report {
  const stages = Object.entries(report.stages).map(([name, record]) => [name, cleanRecord(record, redactor)] as const)
  return {
    ...report,
    pipelineRunId: redactor.text(report.pipelineRunId),
    notes: redactor.value(report.notes) as PipelineReport['notes'],
    ...cleanUsage(report, redactor),
    stages: Object.fromEntries(stages),
  }
}

function cleanRecord(record: StageRecord, redactor: Redactor): StageRecord {
  const { attempts, answeredBy, items } = record
  return {
    ...record,
    ...cleanEnding(record, redactor),
    notes: redactor.value(record.notes) as StageRecord['notes'],
    attempts: attempts.map((attempt) => cleanAttempt(attempt, redactor)),
    ...(answeredBy === undefined ? undefined : { answeredBy: redactor.value(answeredBy) as RunAuthor }),
    ...(items === undefined ? undefined : { items: cleanMap(items, redactor) }),
  }
}

function cleanMap(items: MapRecord, redactor: Redactor): MapRecord {
  return {
    ...items,
    ...cleanUsage(items, redactor),
    records: items.records.map((item) => cleanItem(item, redactor)),
  }
}

/** The key of an item may be an address or a name. */
function cleanItem(item: ItemRecord, redactor: Redactor): ItemRecord {
  const { attempts } = item
  return {
    ...item,
    ...cleanEnding(item, redactor),
    key: redactor.text(item.key),
    ...(attempts === undefined ? undefined : { attempts: attempts.map((attempt) => cleanAttempt(attempt, redactor)) }),
  }
}

const cleanAttempt = (attempt: AttemptRecord, redactor: Redactor): AttemptRecord => ({
  ...attempt,
  ...cleanEnding(attempt, redactor),
})

interface Ending {
  readonly reason?: string
  readonly error?: ErrorRecord
  readonly notes?: StageRecord['notes']
}

/** The texts with which a stage, an item or an attempt ended, as far as it has them. */
function cleanEnding({ reason, error, notes }: Ending, redactor: Redactor): Ending {
  return {
    ...(reason === undefined ? undefined : { reason: redactor.text(reason) }),
    ...(error === undefined ? undefined : { error: redactor.value(error) as ErrorRecord }),
    ...(notes === undefined ? undefined : { notes: redactor.value(notes) as StageRecord['notes'] }),
  }
}

/** Sums of numbers, but whatever else was noted as `usage` is in them too. */
const cleanUsage = ({ usage }: { readonly usage?: Usage }, redactor: Redactor): { readonly usage?: Usage } =>
  usage === undefined ? {} : { usage: redactor.value(usage) as Usage }
