import type { AttemptRecord, MapRecord, StageRecord } from '@stageflow/core'
import { checkOptions } from '@stageflow/core/kit'
import type { RedactionOptions } from '@stageflow/core/redaction'
import { assignLanes } from './lanes.ts'
import { nameOfItem, stageOfItem } from './map-items.ts'
import { readRun, type CheckedReport } from './read-report.ts'
import { DRAWING_RULES, type DrawingOptions } from './redact-report.ts'
import type { ReportToNow, RunReport } from './run-in-progress.ts'
import { firstCallAt } from './stage-parts.ts'

/** A trace for Perfetto and `chrome://tracing`. Write it to a file with `JSON.stringify`. */
export interface ChromeTrace {
  readonly traceEvents: readonly TraceEvent[]
  readonly displayTimeUnit: 'ms'
  readonly otherData: Readonly<Record<string, unknown>>
}

/** Times are microseconds since the first run of the trace started. */
export type TraceEvent = CompleteEvent | FlowEvent | InstantEvent | MetadataEvent

/** Something that took time. */
export interface CompleteEvent extends Track {
  readonly ph: 'X'
  readonly name: string
  readonly cat: string
  readonly ts: number
  readonly dur: number
  readonly args: Readonly<Record<string, unknown>>
}

/** Something that took no time: a stage that never ran. */
export interface InstantEvent extends Track {
  readonly ph: 'i'
  readonly s: 't'
  readonly name: string
  readonly cat: string
  readonly ts: number
  readonly args: Readonly<Record<string, unknown>>
}

/** The start or the end of an arrow: from the stage that released another one to that stage. Both have one `id`. */
export interface FlowEvent extends Track {
  readonly ph: 's' | 'f'
  readonly name: 'released'
  readonly cat: 'release'
  readonly id: number
  readonly ts: number
  /** The arrow ends at the stage that begins here, and not at the next one. */
  readonly bp?: 'e'
}

/** The name or the order of a run or a lane. */
export interface MetadataEvent extends Track {
  readonly ph: 'M'
  readonly name: 'process_name' | 'process_sort_index' | 'thread_name' | 'thread_sort_index'
  readonly args: Readonly<Record<string, unknown>>
}

/** `pid` is the run, `tid` the lane in it. */
export interface Track {
  readonly pid: number
  readonly tid: number
}

/**
 * Turns one run, or several, into a Chrome trace. Each run and each child run is a process in it. Stages that ran at the same time
 * have lanes of their own. So have the items of maps that have a record, below all stages. An arrow leads to each stage from the one that
 * released it. In a run in progress, what runs ends now. It contains errors, reasons, notes and keys of items of the report.
 */
export function chromeTrace(reports: RunReport | readonly RunReport[], options: DrawingOptions = {}): ChromeTrace {
  checkOptions('chromeTrace()', 'report/illegal-option', options, DRAWING_RULES)
  const checked = withChildren(Array.isArray(reports) ? reports : [reports], options.redaction)
  if (checked.length === 0) return { traceEvents: [], displayTimeUnit: 'ms', otherData: {} }
  const origin = checked.reduce((first, { report }) => Math.min(first, report.startedAt), Infinity)
  const traceEvents = checked.flatMap(({ report, records }, index) =>
    eventsOf(report, [...records.values()], index + 1, origin),
  )
  return { traceEvents, displayTimeUnit: 'ms', otherData: { startedAtMs: origin } }
}

/** Each run, followed by the runs that its stages started. */
function withChildren(
  reports: readonly RunReport[],
  redaction?: RedactionOptions | false,
): CheckedReport<ReportToNow>[] {
  return reports.flatMap((report) => {
    const checked = readRun(report, redaction)
    return [checked, ...[...checked.records.values()].flatMap(({ children = [] }) => withChildren(children, redaction))]
  })
}

/** A stretch of time on a lane of its own, with the events on it. */
interface Slice {
  readonly from: number
  readonly to: number
  readonly events: readonly Stretch[]
}

interface Stretch {
  readonly name: string
  readonly cat: 'run' | 'stage' | 'item' | 'queue' | 'attempt'
  readonly from: number
  readonly to: number
  readonly args: Readonly<Record<string, unknown>>
}

function eventsOf(report: ReportToNow, records: readonly StageRecord[], pid: number, origin: number): TraceEvent[] {
  const { pipeline, pipelineRunId, status, startedAt, endedAt, droppedEvents, notes } = report
  const micros = (time: number): number => thousandths((time - origin) * 1_000)
  const complete = ({ name, cat, from, to, args }: Stretch, tid: number): CompleteEvent => {
    const dur = thousandths(Math.max(0, micros(to) - micros(from)))
    return { ph: 'X', name, cat, ts: micros(from), dur, pid, tid, args }
  }
  const ran = records.filter((record) => record.startedAt !== undefined)
  // A run in progress may still come to a stage without a status.
  const neverRan = records.filter(
    (record) => record.startedAt === undefined && (status !== 'running' || record.status !== undefined),
  )
  const stages = ran.map((record) => ({ record, slices: slicesOf(record, endedAt) }))
  const ofStages = stages.flatMap((stage) => stage.slices)
  const ofItems = ran.flatMap((record) => itemSlicesOf(record, endedAt))
  const slices = [...ofStages, ...ofItems]
  const lanesOfStages = assignLanes(ofStages)
  const firstOfItems = countLanes(lanesOfStages)
  const lanes = [...lanesOfStages, ...assignLanes(ofItems).map((lane) => firstOfItems + lane)]
  const laneCount = countLanes(lanes)
  const placed = new Map<string, PlacedStage>()
  let place = 0
  for (const { record, slices: own } of stages) {
    placed.set(record.stage, { record, slice: own[0] as Slice, tid: (lanes[place] ?? 0) + 1 })
    place += own.length
  }
  const runArgs = { status, pipelineRunId, droppedEvents, notes }
  const run: Stretch = { name: pipeline, cat: 'run', from: startedAt, to: endedAt, args: runArgs }
  // Lane 0 is the run. The stages have those from 1 up.
  return [
    { ph: 'M', name: 'process_name', pid, tid: 0, args: { name: `${pipeline} ${pipelineRunId}` } },
    { ph: 'M', name: 'process_sort_index', pid, tid: 0, args: { sort_index: pid } },
    ...Array.from({ length: laneCount + 1 }, (_, tid) => namesOf(pid, tid)).flat(),
    complete(run, 0),
    ...slices.flatMap(({ events }, index) => events.map((each) => complete(each, (lanes[index] ?? 0) + 1))),
    ...arrowsOf(placed, micros, pid),
    ...neverRan.map((record) => instantOf(record, micros(record.endedAt ?? endedAt), pid)),
  ]
}

/** A stage that ran, with its own slice and the lane of that. */
interface PlacedStage {
  readonly record: StageRecord
  readonly slice: Slice
  readonly tid: number
}

/** A trace has no more stages of one run, so that no two arrows have one id. */
const MOST_STAGES = 2 ** 20

/** An arrow to each stage, from the one that released it. Stages that never ran have no slice to lead to. */
function arrowsOf(
  placed: ReadonlyMap<string, PlacedStage>,
  micros: (time: number) => number,
  pid: number,
): readonly FlowEvent[] {
  return [...placed.values()].flatMap(({ record, slice, tid }, index): readonly FlowEvent[] => {
    const source = placed.get(record.releasedBy ?? '')
    if (source === undefined) return []
    const arrow = { name: 'released', cat: 'release', id: pid * MOST_STAGES + index, pid } as const
    // A viewer binds an arrow to the slice around its start, so it starts one nanosecond before the end of that.
    const releasedAt = micros(Math.min(record.readyAt ?? source.slice.to, source.slice.to))
    const from = Math.max(micros(source.slice.from), thousandths(releasedAt - 0.001))
    return [
      { ph: 's', ...arrow, tid: source.tid, ts: from },
      { ph: 'f', bp: 'e', ...arrow, tid, ts: Math.max(from, micros(slice.from)) },
    ]
  })
}

const countLanes = (lanes: readonly number[]): number => lanes.reduce((most, lane) => Math.max(most, lane + 1), 0)

function namesOf(pid: number, tid: number): MetadataEvent[] {
  return [
    { ph: 'M', name: 'thread_name', pid, tid, args: { name: tid === 0 ? 'run' : `lane ${tid}` } },
    { ph: 'M', name: 'thread_sort_index', pid, tid, args: { sort_index: tid } },
  ]
}

function instantOf(record: StageRecord, ts: number, pid: number): InstantEvent {
  return { ph: 'i', s: 't', name: record.stage, cat: 'stage', ts, pid, tid: 0, args: factsOf(record) }
}

/** Of the items of a map that have a record and ran in this leg. */
function itemSlicesOf({ stage: map, items, endedAt = Infinity }: StageRecord, runEndedAt: number): Slice[] {
  const ran = (items?.records ?? []).filter(({ startedAt }) => startedAt !== undefined)
  return ran.flatMap((item) => {
    const { index, key } = item
    const record = { ...stageOfItem(item), stage: nameOfItem(map, item) }
    return slicesOf(record, Math.min(endedAt, runEndedAt), { cat: 'item', args: { index, key } })
  })
}

function slicesOf(
  record: StageRecord,
  runEndedAt: number,
  { cat, args }: Pick<Stretch, 'cat' | 'args'> = { cat: 'stage', args: {} },
): Slice[] {
  const { stage: name, readyAt, startedAt: from = 0, endedAt: to = runEndedAt } = record
  const stage: Stretch = { name, cat, from, to, args: { ...args, ...factsOf(record) } }
  const isQueued = readyAt !== undefined && readyAt < from
  const sliceFrom = isQueued ? readyAt : from
  const queued: Stretch = {
    name: `${name} (queued)`,
    cat: 'queue',
    from: sliceFrom,
    to: firstCallAt(record) ?? from,
    args: {},
  }
  const inside: Stretch[] = []
  const beside: Slice[] = []
  let freeFrom = from
  // One attempt alone is the stage itself.
  const attempts = record.attempts.length > 1 ? record.attempts : []
  for (const attempt of attempts) {
    const stretch = stretchOf(name, attempt, runEndedAt)
    // A viewer shows only nested stretches, so the second attempt of a hedge needs a lane of its own.
    const fitsInside = stretch.from >= freeFrom && stretch.to <= to
    if (!fitsInside) {
      beside.push({ from: stretch.from, to: stretch.to, events: [stretch] })
      continue
    }
    inside.push(stretch)
    freeFrom = stretch.to
  }
  const events = isQueued ? [queued, stage, ...inside] : [stage, ...inside]
  return [{ from: sliceFrom, to, events }, ...beside]
}

function stretchOf(
  stage: string,
  { attempt, startedAt, endedAt, status, error }: AttemptRecord,
  runEndedAt: number,
): Stretch {
  return {
    name: `${stage} #${attempt}`,
    cat: 'attempt',
    from: startedAt,
    to: endedAt ?? runEndedAt,
    args: { attempt, status, ...(error === undefined ? {} : { error }) },
  }
}

function factsOf({
  stage: _stage,
  readyAt: _readyAt,
  startedAt: _startedAt,
  endedAt: _endedAt,
  attempts,
  children: _children,
  items,
  ...facts
}: StageRecord): Readonly<Record<string, unknown>> {
  return { ...facts, attempts: attempts.length, ...(items === undefined ? undefined : { items: countsOf(items) }) }
}

/** The items themselves have slices. */
function countsOf({ records: _records, ...counts }: MapRecord): Omit<MapRecord, 'records'> {
  return counts
}

/** Rounds to nanoseconds: more digits are noise of the subtraction. */
function thousandths(micros: number): number {
  return Math.round(micros * 1_000) / 1_000
}
