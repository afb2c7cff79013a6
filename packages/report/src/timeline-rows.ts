import type { PipelineInfo, RunAuthor, StageRecord } from '@stageflow/core'
import { formatDuration, plainLine } from '@stageflow/core/kit'
import type { PathItem } from './critical-path.ts'
import { grouped, itemsLine, stageOfItem, tellingItems } from './map-items.ts'
import type { ReportToNow } from './run-in-progress.ts'
import { readEdges, waitsOf, type EdgeWaits } from './stage-edges.ts'
import { firstCallAt, triesOf } from './stage-parts.ts'
import type { Style } from './terminal-style.ts'

/** The texts of one stage, or of one item of a map, in a timeline. */
export interface Row {
  readonly record: StageRecord
  /** Undefined for an item. */
  readonly waits: EdgeWaits | undefined
  readonly name: string
  readonly isCritical: boolean
  readonly ran: boolean
  readonly duration: string
  readonly status: string
  readonly style: Style
  /** Short facts that stand beside the status. */
  readonly facts: string
  /** Of a map: the counts of its items. */
  readonly items: string
  /** Why it ended as it did. */
  readonly why: string
  /** The name of the map whose item it is; undefined for a stage. */
  readonly itemOf: string | undefined
}

/** The stages of a critical path, each with the item that decided when it ended if it is a map. */
export type Critical = ReadonlyMap<string | undefined, PathItem | undefined>

/** The rows of a timeline, in the order that the stages began. */
export function rowsOf(
  records: ReadonlyMap<string, StageRecord>,
  critical: Critical,
  pipeline: PipelineInfo | undefined,
  runStatus: ReportToNow['status'],
): Row[] {
  const names = pipeline === undefined ? [...records.keys()] : pipeline.stages.map(({ name }) => name)
  const declared = names.flatMap((name) => records.get(name) ?? [])
  const edges = readEdges(records, pipeline)
  // Stages that began at the same instant keep their declared order.
  const byStart = declared.toSorted((a, b) => compare(beganAt(a), beganAt(b)))
  const unsettled = runStatus === 'running' ? RUNNING : UNKNOWN
  const shownReasons = new Set<string>()
  return byStart.map((record) => {
    const reason = plainReason(record)
    const isSkip = record.status === 'skip'
    // A run that stops gives all its stages the same reason. Only the first row shows it.
    const news = !isSkip && shownReasons.has(reason) ? '' : reason
    if (!isSkip) shownReasons.add(reason)
    const row = rowOf(record, critical.has(record.stage), whyOf(record, news), unsettled)
    return { ...row, waits: waitsOf(record, edges) }
  })
}

/** A row, followed by the rows of the items that tell most if it is a map: at most `count` of them, fewer if there is nothing to tell. */
export function withItems(row: Row, critical: Critical, count: number): readonly [Row, ...Row[]] {
  const { items, stage } = row.record
  if (items === undefined) return [row]
  const telling = tellingItems(items, critical.get(stage)?.index).slice(0, count)
  const unsettled = row.status === RUNNING ? RUNNING : UNKNOWN
  return [
    { ...row, items: itemsLine(items, telling.length) },
    ...telling.map((item) => {
      const record = stageOfItem(item)
      const reason = plainReason(record)
      // The map may have failed with the error of this item.
      const why = whyOf(record, reason === row.why ? '' : reason)
      const isCritical = row.isCritical && critical.get(stage)?.index === item.index
      return { ...rowOf(record, isCritical, why, unsettled), itemOf: row.name }
    }),
  ]
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

export function runStyle(status: ReportToNow['status']): Style {
  return RUN_STYLES[status] ?? 'dim'
}

const RUNNING = 'running'
const UNKNOWN = 'unknown'

/** `unsettled`: the status of a stage that has started, if its record has none. */
function rowOf(record: StageRecord, isCritical: boolean, why: string, unsettled: string): Row {
  const ran = record.startedAt !== undefined
  // A stage behind a suspended one, or one that the run hasn't come to, has no status yet.
  const status = record.status ?? (ran ? unsettled : 'pending')
  return {
    record,
    waits: undefined,
    name: plainLine(record.stage),
    isCritical,
    ran,
    duration: ran ? formatDuration(elapsed(record)) : '',
    status,
    style: styleOf(record),
    facts: factsOf(record).join(', '),
    items: record.items === undefined ? '' : itemsLine(record.items, 0),
    why,
    itemOf: undefined,
  }
}

function whyOf({ startedAt, status }: StageRecord, reason: string): string {
  const neverBegan = startedAt === undefined && status === 'cancel'
  if (!neverBegan) return reason
  return reason === '' ? 'not started' : `not started: ${reason}`
}

function factsOf(record: StageRecord): string[] {
  const { tolerated, abandoned, answeredBy, expired } = record
  const facts = []
  const tries = triesOf(record)
  if (tries > 1) facts.push(`${tries} attempts`)
  facts.push(...inboxFactsOf(record))
  facts.push(...childRunsOf(record))
  if (answeredBy !== undefined) facts.push(`answered by ${authorName(answeredBy)}`)
  if (expired === true) facts.push('not answered in time')
  if (tolerated === true) facts.push('tolerated')
  if (abandoned === true) facts.push('abandoned')
  return facts
}

/** `12 chunks, at most 5 waiting, 3 dropped, sources blocked 40 ms`. */
function inboxFactsOf({ inbox }: StageRecord): string[] {
  if (inbox === undefined) return []
  const { chunks, mostWaiting, dropped, blockedMs } = inbox
  const facts = [chunks === 1 ? '1 chunk' : `${grouped(chunks)} chunks`]
  if (mostWaiting > 0) facts.push(`at most ${grouped(mostWaiting)} waiting`)
  if (dropped > 0) facts.push(`${grouped(dropped)} dropped`)
  if (blockedMs > 0) facts.push(`sources blocked ${formatDuration(blockedMs)}`)
  return facts
}

function childRunsOf({ children = [], childrenLeftOut = 0 }: StageRecord): string[] {
  const count = children.length + childrenLeftOut
  if (count === 0) return []
  const leftOut = childrenLeftOut > 0 ? ` (${grouped(childrenLeftOut)} not in the report)` : ''
  return [count === 1 ? '1 child run' : `${grouped(count)} child runs${leftOut}`]
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
