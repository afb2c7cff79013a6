import type {
  AttemptRecord,
  ErrorRecord,
  ItemRecord,
  MapRecord,
  RunAuthor,
  RunNotes,
  StageRecord,
  Usage,
} from '@stageflow/core'
import type { Redactor } from '@stageflow/core/redaction'

import type { StageRow } from './protocol.ts'
import type { Redactors } from './redactors.ts'

/** What readers may see of runs. */
export interface Shown {
  /** Whether they see inputs, outputs, chunks and requests. */
  readonly data: boolean
  readonly redactors: Redactors
}

/** How many attempts of a stage, and how many items of a map, a row has. */
const MOST_ATTEMPTS = 50
const MOST_ITEMS = 100

/** A record as readers get it: bounded, without secrets, and without the reports of its child runs. */
export function shownRecord(record: StageRecord, redactor: Redactor): StageRow {
  const { children: _children, attempts, answeredBy, items, notes, ...fields } = record
  return {
    ...fields,
    ...shownEnding(record, redactor),
    notes: redactor.value(notes) as StageRecord['notes'],
    attempts: attempts.slice(-MOST_ATTEMPTS).map((attempt) => shownAttempt(attempt, redactor)),
    ...(answeredBy === undefined ? undefined : { answeredBy: redactor.value(answeredBy) as RunAuthor }),
    ...(items === undefined ? undefined : { items: shownItems(items, redactor) }),
  }
}

export const shownError = (error: ErrorRecord, redactor: Redactor): ErrorRecord => redactor.value(error) as ErrorRecord

export const shownRunNotes = (notes: RunNotes, redactor: Redactor): RunNotes => redactor.value(notes) as RunNotes

/** A sum of numbers, but whatever else was noted as `usage` is in it too. */
export const shownUsage = (usage: Usage, redactor: Redactor): Usage => redactor.value(usage) as Usage

const shownAttempt = (attempt: AttemptRecord, redactor: Redactor): AttemptRecord => ({
  ...attempt,
  ...shownEnding(attempt, redactor),
})

function shownItems(items: MapRecord, redactor: Redactor): MapRecord {
  const { usage, records } = items
  return {
    ...items,
    ...(usage === undefined ? undefined : { usage: shownUsage(usage, redactor) }),
    records: shownFirst(records).map((item) => shownItem(item, redactor)),
  }
}

/** Items that failed or run have a place before the others. The order stays that of the source. */
function shownFirst(records: readonly ItemRecord[]): readonly ItemRecord[] {
  if (records.length <= MOST_ITEMS) return records
  const isFirst = ({ status }: ItemRecord): boolean => status !== 'ok' && status !== 'skip'
  const chosen = new Set([...records.filter(isFirst), ...records.filter((item) => !isFirst(item))].slice(0, MOST_ITEMS))
  return records.filter((item) => chosen.has(item))
}

/** The key of an item may be an address with a password. */
function shownItem(item: ItemRecord, redactor: Redactor): ItemRecord {
  const { key, attempts } = item
  return {
    ...item,
    ...shownEnding(item, redactor),
    key: redactor.text(key),
    ...(attempts && { attempts: attempts.slice(-MOST_ATTEMPTS).map((attempt) => shownAttempt(attempt, redactor)) }),
  }
}

interface Ending {
  readonly reason?: string
  readonly error?: ErrorRecord
  readonly notes?: StageRecord['notes']
}

/** The texts with which a stage, an item or an attempt ended, as far as it has them. */
function shownEnding({ reason, error, notes }: Ending, redactor: Redactor): Ending {
  return {
    ...(reason === undefined ? undefined : { reason: redactor.text(reason) }),
    ...(error === undefined ? undefined : { error: shownError(error, redactor) }),
    ...(notes === undefined ? undefined : { notes: redactor.value(notes) as StageRecord['notes'] }),
  }
}
