import type { ItemRecord, PipelineReport, StageRecord } from '@stageflow/core'
import { stageOfItem } from './map-items.ts'
import { readReport } from './read-report.ts'
import { partsOf, type PathPart } from './stage-parts.ts'

/** The stages that decided how long a run took. If one of them gets faster, so may the run. */
export interface CriticalPath {
  readonly durationMs: number
  /** In order of time, without gaps, from the start of the run to its end. */
  readonly segments: readonly PathSegment[]
}

/** One stage's share of the run: from the end of the stage before it until its own end. */
export interface PathSegment {
  /** Undefined only if no stage settled. Then one segment is the whole run. */
  readonly stage: string | undefined
  readonly from: number
  readonly to: number
  readonly durationMs: number
  /** What the time was spent on. The parts cover the segment without gaps, and none is empty. */
  readonly parts: readonly PathPart[]
  /** Of a map: the item that ended last. Undefined for other stages, and if the report has no record of an item that ran. */
  readonly item?: PathItem
}

/** The item that decided when its map ended. */
export interface PathItem {
  readonly index: number
  readonly key: string
  /** False if an item without a record may have ended later: a report keeps at most 1,000 records of a map. */
  readonly certain: boolean
  readonly from: number
  readonly to: number
  readonly durationMs: number
  /** What the time of the item was spent on: its attempts and the backoff between them. */
  readonly parts: readonly PathPart[]
}

/** Finds the chain of stages that decided how long a run took, from the last stage that settled back to the first. */
export function criticalPath(report: PipelineReport): CriticalPath {
  const { records } = readReport(report)
  const { startedAt, endedAt } = report
  const chain = chainTo(lastSettled(records), records)
  const segments: PathSegment[] = []
  let from = startedAt
  for (const record of chain.slice(0, -1)) {
    const to = between(from, record.endedAt ?? from, endedAt)
    segments.push(segmentOf(record, from, to))
    from = to
  }
  segments.push(segmentOf(chain.at(-1), from, endedAt))
  return { durationMs: endedAt - startedAt, segments }
}

function segmentOf(record: StageRecord | undefined, from: number, to: number): PathSegment {
  const item = record === undefined ? undefined : lastItem(record)
  const segment = { stage: record?.stage, from, to, durationMs: to - from, parts: partsOf(record, from, to) }
  return item === undefined ? segment : { ...segment, item }
}

/** The item that ended last, but not after its map: code of an aborted item may run on. */
function lastItem({ items, status, endedAt: mapEndedAt }: StageRecord): PathItem | undefined {
  if (items === undefined || mapEndedAt === undefined) return undefined
  const ran = items.records.filter(hasTimes).filter(({ endedAt }) => endedAt <= mapEndedAt)
  const latest = ran.reduce((last, { endedAt }) => Math.max(last, endedAt), -Infinity)
  const tied = ran.filter(({ endedAt }) => endedAt === latest)
  // The others may have been aborted because this one failed.
  const item = tied.findLast((each) => each.status === status) ?? tied.at(-1)
  if (item === undefined) return undefined
  const { index, key, startedAt: from } = item
  const to = Math.max(from, item.endedAt)
  const certain = items.records.length >= items.total || latest === mapEndedAt
  return { index, key, certain, from, to, durationMs: to - from, parts: partsOf(stageOfItem(item), from, to) }
}

type EndedItem = ItemRecord & { readonly startedAt: number; readonly endedAt: number }
const hasTimes = (item: ItemRecord): item is EndedItem => item.startedAt !== undefined && item.endedAt !== undefined

/** The stages of the critical path, with the item that certainly decided when a map ended. */
export function criticalStages(report: PipelineReport): ReadonlyMap<string | undefined, PathItem | undefined> {
  const { segments } = criticalPath(report)
  return new Map(segments.map(({ stage, item }) => [stage, item?.certain === true ? item : undefined]))
}

/**
 * The stage that settled last. If several settled at the same instant, one that released none of the others, so that a chain of
 * stages without duration is followed from its end. A stage that never ran counts only if no stage ran.
 */
function lastSettled(records: ReadonlyMap<string, StageRecord>): StageRecord | undefined {
  const settled = [...records.values()].filter(({ endedAt }) => endedAt !== undefined)
  const ran = settled.filter(({ startedAt }) => startedAt !== undefined)
  const candidates = ran.length > 0 ? ran : settled.filter(({ status }) => status === 'skip')
  const latest = candidates.reduce((last, { endedAt }) => Math.max(last, endedAt ?? -Infinity), -Infinity)
  const tied = candidates.filter(({ endedAt }) => endedAt === latest)
  const releasers = new Set(tied.map(({ releasedBy }) => releasedBy))
  return tied.findLast(({ stage }) => !releasers.has(stage)) ?? tied.at(-1)
}

function chainTo(last: StageRecord | undefined, records: ReadonlyMap<string, StageRecord>): StageRecord[] {
  const chain = new Set<StageRecord>()
  // A changed report may contain a circle. A real one can't.
  for (let record = last; record !== undefined && !chain.has(record); record = releaserOf(record, records)) {
    chain.add(record)
  }
  return [...chain].reverse()
}

/** The stage that made this one ready. */
function releaserOf(record: StageRecord, records: ReadonlyMap<string, StageRecord>): StageRecord | undefined {
  return record.releasedBy === undefined ? undefined : records.get(record.releasedBy)
}

function between(low: number, value: number, high: number): number {
  return Math.max(low, Math.min(value, high))
}
