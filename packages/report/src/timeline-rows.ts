import type { PipelineInfo, PipelineReport, RunAuthor, StageRecord } from '@stageflow/core'
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
  const declared = names.flatMap((name) => records.get(name) ?? [])
  // Stages that began at the same instant keep their declared order.
  const byStart = declared.toSorted((a, b) => compare(beganAt(a), beganAt(b)))
  const shownReasons = new Set<string>()
  return byStart.map((record) => {
    const reason = plainReason(record)
    const isSkip = record.status === 'skip'
    // A run that stops gives all its stages the same reason. Only the first row shows it.
    const news = !isSkip && shownReasons.has(reason) ? '' : reason
    if (!isSkip) shownReasons.add(reason)
    return rowOf(record, critical.has(record.stage), whyOf(record, news))
  })
}

/** Keeps at most `count` rows: first the failures, then the critical path, then the longest. */
export function mostTelling(rows: readonly Row[], count: number): readonly Row[] {
  if (rows.length <= count) return rows
  const byWeight = rows.toSorted((a, b) => weightOf(b) - weightOf(a) || elapsed(b.record) - elapsed(a.record))
  const kept = new Set(byWeight.slice(0, count))
  // In the order of time again.
  return rows.filter((row) => kept.has(row))
}

function weightOf(row: Row): number {
  if (wentWrong(row)) return 2
  return row.isCritical ? 1 : 0
}

/** True for failures, and for stages that ran and were cancelled or suspended. */
function wentWrong({ status, record, ran }: Row): boolean {
  if (record.abandoned === true || status === 'fail') return true
  const endedWell = status === 'ok' || status === 'skip'
  return ran && !endedWell
}

/** `5 ok, 1 skip`. */
export function countsOf(rows: readonly Row[]): string {
  const counts = new Map<string, number>()
  for (const { status } of rows) counts.set(status, (counts.get(status) ?? 0) + 1)
  return [...counts].map(([status, count]) => `${count} ${status}`).join(', ')
}

export function runStyle(status: PipelineReport['status']): Style {
  return RUN_STYLES[status] ?? 'dim'
}

function rowOf(record: StageRecord, isCritical: boolean, why: string): Row {
  const ran = record.startedAt !== undefined
  // A stage behind a suspended one has no status yet.
  const status = record.status ?? (ran ? 'unknown' : 'pending')
  return {
    record,
    name: plainLine(record.stage),
    isCritical,
    ran,
    duration: ran ? formatDuration(elapsed(record)) : '',
    status,
    style: styleOf(record),
    facts: factsOf(record).join(', '),
    why,
  }
}

function whyOf({ startedAt, status }: StageRecord, reason: string): string {
  const neverBegan = startedAt === undefined && status === 'cancel'
  if (!neverBegan) return reason
  return reason === '' ? 'not started' : `not started: ${reason}`
}

function factsOf(record: StageRecord): string[] {
  const { children = [], tolerated, abandoned, answeredBy, expired } = record
  const facts = []
  const tries = triesOf(record)
  if (tries > 1) facts.push(`${tries} attempts`)
  if (children.length > 0) facts.push(children.length === 1 ? '1 child run' : `${children.length} child runs`)
  if (answeredBy !== undefined) facts.push(`answered by ${authorName(answeredBy)}`)
  if (expired === true) facts.push('not answered in time')
  if (tolerated === true) facts.push('tolerated')
  if (abandoned === true) facts.push('abandoned')
  return facts
}

const authorName = ({ system, userId, orgId }: RunAuthor): string => plainLine(system ?? userId ?? orgId ?? 'unknown')

function plainReason({ error, reason = '' }: StageRecord): string {
  if (error === undefined) return plainLine(reason)
  const { code, message } = error
  // The general code says nothing more.
  const needsCode = code !== 'core/stage-failed' && !message.includes(code)
  return plainLine(needsCode ? `${code}: ${message}` : message)
}

function styleOf({ status, abandoned, tolerated }: StageRecord): Style {
  if (abandoned === true) return 'red'
  if (tolerated === true) return 'yellow'
  return STATUS_STYLES[String(status)] ?? 'dim'
}

const STATUS_STYLES: Partial<Record<string, Style>> = { ok: 'green', cancel: 'yellow', fail: 'red', suspend: 'magenta' }
const RUN_STYLES: Partial<Record<string, Style>> = {
  completed: 'green',
  cancelled: 'yellow',
  failed: 'red',
  suspended: 'magenta',
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
