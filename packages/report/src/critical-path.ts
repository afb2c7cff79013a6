import type { PipelineReport, StageRecord } from '@stageflow/core'
import { readReport } from './read-report.ts'
import { partsOf, type PathPart } from './stage-parts.ts'

/** The stages that a run's duration was made of: had one been quicker, the run might have been too. */
export interface CriticalPath {
  readonly durationMs: number
  /** In order of time; each begins where the one before it ends, the first with the run, and the last ends with it. */
  readonly segments: readonly PathSegment[]
}

/** One stage's share of the run: from what made it ready until it ended. */
export interface PathSegment {
  /** Undefined only where no stage ever settled: the one segment is then the whole run. */
  readonly stage: string | undefined
  readonly from: number
  readonly to: number
  readonly durationMs: number
  /** What the time went into; they cover the segment without a gap, and none of them is empty. */
  readonly parts: readonly PathPart[]
}

/** Finds the chain of stages that decided how long a run took, back from the last attempt that settled. */
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
  return { stage: record?.stage, from, to, durationMs: to - from, parts: partsOf(record, from, to) }
}

/**
 * Of several that settled at the same instant, one that released none of the others: a chain of stages that took no time
 * is then walked from its end. A stage that never ran is taken only where none did.
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
  // A report that was tampered with may go round in a circle; a real one cannot.
  for (let record = last; record !== undefined && !chain.has(record); record = releaserOf(record, records)) {
    chain.add(record)
  }
  return [...chain].reverse()
}

/** What made the stage ready. */
function releaserOf(record: StageRecord, records: ReadonlyMap<string, StageRecord>): StageRecord | undefined {
  return record.releasedBy === undefined ? undefined : records.get(record.releasedBy)
}

function between(low: number, value: number, high: number): number {
  return Math.max(low, Math.min(value, high))
}
