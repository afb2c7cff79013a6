import type { PipelineInfo, PipelineReport, StageRecord } from '@stageflow/core'
import { formatDuration, plainLine } from '@stageflow/core/kit'
import { firstCallAt, triesOf } from './stage-parts.ts'
import type { Style } from './terminal-style.ts'

/** The texts of one stage in a timeline. */
export interface Row {
  readonly record: StageRecord
  readonly name: string
  readonly isCritical: boolean
  readonly ran: boolean
  readonly duration: string
  readonly status: string
  readonly style: Style
  /** Short facts that stand beside the status. */
  readonly facts: string
  /** Why it ended as it did. */
  readonly why: string
}

/** The rows of a timeline, in the order that the stages began. */
export function rowsOf(
  records: ReadonlyMap<string, StageRecord>,
  critical: ReadonlySet<string | undefined>,
  pipeline: PipelineInfo | undefined,
): Row[] {
  const names = pipeline === undefined ? [...records.keys()] : pipeline.stages.map(({ name }) => name)
  const inOrder = names.flatMap((name) => records.get(name) ?? [])
  const said = new Set<string>()
  return inOrder
    .toSorted((a, b) => compare(beganAt(a), beganAt(b)))
    .map((record) => rowOf(record, critical.has(record.stage), said))
}

/** Keeps at most `count` rows: first the failures, then the critical path, then the longest. */
export function mostTelling(rows: readonly Row[], count: number): readonly Row[] {
  if (rows.length <= count) return rows
  const kept = new Set(
    rows.toSorted((a, b) => weightOf(b) - weightOf(a) || elapsed(b.record) - elapsed(a.record)).slice(0, count),
  )
  return rows.filter((row) => kept.has(row))
}

function weightOf({ status, isCritical, record, ran }: Row): number {
  const wentWrong = record.abandoned === true || status === 'fail' || (ran && status !== 'ok' && status !== 'skip')
  if (wentWrong) return 2
  return isCritical ? 1 : 0
}

/** `5 ok, 1 skip`. */
export function countsOf(rows: readonly Row[]): string {
  const counts = new Map<string, number>()
  for (const { status } of rows) counts.set(status, (counts.get(status) ?? 0) + 1)
  return [...counts].map(([status, count]) => `${count} ${status}`).join(', ')
}

export function runStyle(status: PipelineReport['status']): Style {
  const styles: Partial<Record<string, Style>> = {
    completed: 'green',
    cancelled: 'yellow',
    failed: 'red',
    suspended: 'magenta',
  }
  return styles[status] ?? 'dim'
}

function rowOf(record: StageRecord, isCritical: boolean, said: Set<string>): Row {
  const ran = record.startedAt !== undefined
  // A stage behind a suspended one has no status yet.
  const status = record.status ?? (ran ? 'unknown' : 'pending')
  const facts = factsOf(record).join(', ')
  const why = whyOf(record, said)
  return {
    record,
    name: plainLine(record.stage),
    isCritical,
    ran,
    duration: ran ? formatDuration(elapsed(record)) : '',
    status,
    style: styleOf(record),
    facts,
    why,
  }
}

function whyOf(record: StageRecord, said: Set<string>): string {
  const reason = plainLine(reasonOf(record))
  if (record.status === 'skip') return reason
  // A run that stops gives all its stages the same reason. Only the first row shows it.
  const news = said.has(reason) ? '' : reason
  said.add(reason)
  const neverBegan = record.startedAt === undefined && record.status === 'cancel'
  return neverBegan ? `not started${news === '' ? '' : `: ${news}`}` : news
}

function factsOf(record: StageRecord): string[] {
  const { children = [], tolerated, abandoned } = record
  const facts = []
  const tries = triesOf(record)
  if (tries > 1) facts.push(`${tries} attempts`)
  if (children.length > 0) facts.push(children.length === 1 ? '1 child run' : `${children.length} child runs`)
  if (tolerated === true) facts.push('tolerated')
  if (abandoned === true) facts.push('abandoned')
  return facts
}

function reasonOf({ error, reason }: StageRecord): string {
  if (error === undefined) return reason ?? ''
  const isNamed = error.code === 'core/stage-failed' || error.message.includes(error.code)
  return isNamed ? error.message : `${error.code}: ${error.message}`
}

function styleOf({ status, abandoned, tolerated }: StageRecord): Style {
  if (abandoned === true) return 'red'
  if (tolerated === true) return 'yellow'
  const styles: Partial<Record<string, Style>> = { ok: 'green', cancel: 'yellow', fail: 'red', suspend: 'magenta' }
  return styles[String(status)] ?? 'dim'
}

function beganAt(record: StageRecord): number {
  return firstCallAt(record) ?? record.readyAt ?? record.endedAt ?? Infinity
}

function elapsed({ startedAt, endedAt }: StageRecord): number {
  return startedAt === undefined || endedAt === undefined ? 0 : endedAt - startedAt
}

/** Compares without subtraction, which would return NaN for two infinities. */
function compare(a: number, b: number): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}
