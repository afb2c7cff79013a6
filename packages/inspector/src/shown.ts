import type { AttemptRecord, ErrorRecord, ItemRecord, LegReport, MapRecord, StageRecord } from '@stageflow/core'
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
    notes: withoutSecrets(notes, redactor),
    attempts: attempts.slice(-MOST_ATTEMPTS).map((attempt) => shownAttempt(attempt, redactor)),
    ...(answeredBy === undefined ? undefined : { answeredBy: withoutSecrets(answeredBy, redactor) }),
    ...(items === undefined ? undefined : { items: shownItems(items, redactor) }),
  }
}

/** An earlier leg of a run. */
export const shownLeg = (leg: LegReport, redactor: Redactor): LegReport & { readonly stages: Rows } => ({
  ...leg,
  notes: withoutSecrets(leg.notes, redactor),
  stages: Object.fromEntries(
    Object.entries(leg.stages).map(([name, record]) => [name, shownRecord(record, redactor)] as const),
  ),
})
type Rows = Readonly<Record<string, StageRow>>

/** A copy of plain data. It has the same fields: secrets in it are replaced. */
export const withoutSecrets = <Data>(data: Data, redactor: Redactor): Data => redactor.value(data) as Data

const shownAttempt = (attempt: AttemptRecord, redactor: Redactor): AttemptRecord => ({
  ...attempt,
  ...shownEnding(attempt, redactor),
})

function shownItems(items: MapRecord, redactor: Redactor): MapRecord {
  const { usage, records } = items
  return {
    ...items,
    ...(usage === undefined ? undefined : { usage: withoutSecrets(usage, redactor) }),
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
    ...(error === undefined ? undefined : { error: withoutSecrets(error, redactor) }),
    ...(notes === undefined ? undefined : { notes: withoutSecrets(notes, redactor) }),
  }
}
