import type { ItemRecord, PipelineInfo, StageRecord } from '@stageflow/core'
import { checkArgumentCount } from '@stageflow/core/kit'
import { stageOfItem } from './map-items.ts'
import { upToNow, type ReportToNow, type RunReport } from './run-in-progress.ts'
import { readEdges, stepBefore, waitsOf, type RunEdges, type Step } from './stage-edges.ts'
import { partsOf, type PathPart } from './stage-parts.ts'

/** The stages that decided how long a run took. If one of them gets faster, so may the run. */
export interface CriticalPath {
  readonly durationMs: number
  /** In order of time, without gaps, from the start of the run to its end. */
  readonly segments: readonly PathSegment[]
}

/**
 * One stage's share of the run: from the end of the stage before it until its own end. If the next stage is ready when this one begins to
 * yield, and reads on after that, the share ends there.
 */
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

/**
 * Finds the chain of stages that decided how long a run took, from the last stage that settled back to the first. `pipeline`: `graph.info`.
 * Only with it does the chain follow streams, soft edges and gates; a report has no edges. Of a run in progress, the chain begins with the
 * stage that has run longest, and ends now.
 */
export function pathOf(report: RunReport, pipeline?: PipelineInfo): CriticalPath {
  checkArgumentCount(arguments.length, 2, 'pathOf(report, pipeline)', 'report/illegal-option')
  return pathToNow(upToNow(report), pipeline)
}

export function pathToNow(report: ReportToNow, pipeline: PipelineInfo | undefined): CriticalPath {
  const { startedAt, endedAt } = report
  const records = new Map(Object.entries(report.stages))
  const edges = readEdges(records, pipeline)
  const chain = chainTo(lastSettled(edges), endedAt, edges)
  if (chain.length === 0) return { durationMs: endedAt - startedAt, segments: [runAlone(startedAt, endedAt)] }
  const segments: PathSegment[] = []
  let from = startedAt
  for (const { record, until } of chain) {
    const to = between(from, until, endedAt)
    segments.push(segmentOf(record, from, to, edges))
    from = to
  }
  return { durationMs: endedAt - startedAt, segments }
}

function segmentOf(record: StageRecord, from: number, to: number, edges: RunEdges): PathSegment {
  const item = lastItem(record)
  const parts = partsOf(record, from, to, waitsOf(record, edges))
  const segment = { stage: record.stage, from, to, durationMs: to - from, parts }
  return item === undefined ? segment : { ...segment, item }
}

/** The one segment of a run in which no stage settled. */
function runAlone(from: number, to: number): PathSegment {
  return { stage: undefined, from, to, durationMs: to - from, parts: partsOf(undefined, from, to, undefined) }
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
  return {
    index,
    key,
    certain,
    from,
    to,
    durationMs: to - from,
    parts: partsOf(stageOfItem(item), from, to, undefined),
  }
}

type EndedItem = ItemRecord & { readonly startedAt: number; readonly endedAt: number }
const hasTimes = (item: ItemRecord): item is EndedItem => item.startedAt !== undefined && item.endedAt !== undefined

/** The stages of the critical path, with the item that certainly decided when a map ended. */
export function criticalStages(
  report: ReportToNow,
  pipeline: PipelineInfo | undefined,
): ReadonlyMap<string | undefined, PathItem | undefined> {
  const { segments } = pathToNow(report, pipeline)
  return new Map(segments.map(({ stage, item }) => [stage, item?.certain === true ? item : undefined]))
}

/**
 * The stage that settled last. If several settled at the same instant, one that let none of the others go on, so that a chain of
 * stages without duration is followed from its end. A stage that never ran counts only if no stage ran.
 */
function lastSettled(edges: RunEdges): StageRecord | undefined {
  const settled = [...edges.records.values()].filter(({ endedAt }) => endedAt !== undefined)
  const ran = settled.filter(({ startedAt }) => startedAt !== undefined)
  const candidates = ran.length > 0 ? ran : settled.filter(({ status }) => status === 'skip')
  const latest = candidates.reduce((last, { endedAt }) => Math.max(last, endedAt ?? -Infinity), -Infinity)
  const tied = candidates.filter(({ endedAt }) => endedAt === latest)
  const stepsBefore = new Set(tied.map((record) => stepBefore(record, edges)?.record))
  const open = tied.filter((record) => !stepsBefore.has(record))
  return longestRunning(open) ?? open.at(-1) ?? tied.at(-1)
}

/** Of several stages that run now, the one that began first. Undefined if none runs: then all have a status. */
function longestRunning(records: readonly StageRecord[]): StageRecord | undefined {
  const running = records.filter(({ status }) => status === undefined)
  const first = running.reduce((least, { startedAt }) => Math.min(least, startedAt ?? Infinity), Infinity)
  return running.find(({ startedAt }) => startedAt === first)
}

/** The steps to the last stage, the first one first. */
function chainTo(last: StageRecord | undefined, endedAt: number, edges: RunEdges): readonly Step[] {
  const chain: Step[] = []
  const seen = new Set<StageRecord>()
  let step = last === undefined ? undefined : { record: last, until: endedAt }
  // A changed report may contain a circle. A real one can't.
  while (step !== undefined && !seen.has(step.record)) {
    seen.add(step.record)
    chain.push(step)
    step = stepBefore(step.record, edges)
  }
  return chain.toReversed()
}

function between(low: number, value: number, high: number): number {
  return Math.max(low, Math.min(value, high))
}
