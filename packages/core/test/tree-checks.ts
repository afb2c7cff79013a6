import { StageflowError, isStageEvent } from '../src/index.ts'
import type { PipelineReport, StageRecord, StageflowEvent } from '../src/index.ts'
import type { TreeCase, TreeLayer, TreePipeline } from './tree-cases.ts'
import type { TreeTrace } from './tree-run.ts'

/** A run, where it is in the tree of reports. */
interface Place {
  readonly report: PipelineReport
  readonly depth: number
  /** The stages above it. */
  readonly path: string
  readonly above: { readonly place: Place; readonly record: StageRecord } | undefined
}

/** Every run that a report names: itself, then those of its stages. */
export function placesOf(report: PipelineReport, above?: Place['above'], path = ''): readonly Place[] {
  const place: Place = { report, above, path, depth: above === undefined ? 0 : above.place.depth + 1 }
  const below = Object.values(report.stages).flatMap((record) =>
    (record.children ?? []).flatMap((child) =>
      placesOf(child, { place, record }, path === '' ? record.stage : `${path}/${record.stage}`),
    ),
  )
  return [place, ...below]
}

/** What is wrong with the run of a tree: nothing, whatever it came to. */
export function* faultsOf(tree: TreeCase, trace: TreeTrace): Generator<string> {
  const places = placesOf(trace.result.report)
  yield* faultsOfWhatIsLeft(trace, places)
  if (isObedient(tree)) yield* faultsOfObedience(places)
  yield* faultsOfPlaces(trace, places)
  if (tree.sink !== 'none') yield* faultsOfEvents(trace.events, places, 'the sink', true)
  if (trace.read !== undefined) yield* faultsOfEvents(trace.read, places, 'the reader', tree.reader !== 'leaves')
}

// ---------- what outlives the run

/** Why no child run can start in a stage. */
const REFUSALS = ['core/run-over', 'core/stage-ended']

function* faultsOfWhatIsLeft(trace: TreeTrace, places: readonly Place[]): Generator<string> {
  const { events, told, watch, whenSettled, left } = trace
  if (!trace.readerEnded) yield 'the reader of the handle never ended'
  if (events.length > whenSettled.events) yield `${events[whenSettled.events]?.type} came after the run had settled`
  if (told.length > whenSettled.told) yield `${told[whenSettled.told]} was told after the run had settled`
  if (watch.calls > whenSettled.calls) yield 'code began after the run had settled'
  for (const line of new Set(told)) {
    const times = told.filter((one) => one === line).length
    if (times > mostTold(line, places)) yield `${line} was told ${times} times`
  }
  for (const stage of watch.twice) yield `the code of ${stage} ran twice at once`
  for (const refusal of watch.refused) {
    if (!REFUSALS.some((code) => StageflowError.is(refusal, code))) yield `a child run rejected: ${String(refusal)}`
  }
  const isAbandoned = places.some(({ report }) =>
    Object.values(report.stages).some(
      ({ abandoned, items }) => abandoned === true || items?.records.some((item) => item.abandoned),
    ),
  )
  if (whenSettled.timers > 0 && !isAbandoned) yield `${whenSettled.timers} timers when the run settled`
  if (whenSettled.listeners > 0) yield "the caller's signal was listened to when the run had settled"
  if (left.timers > 0) yield `${left.timers} timers in the end`
  if (left.listeners > 0) yield "the caller's signal is listened to in the end"
  for (const { pipelineRunId, stage, item } of whenSettled.working) {
    const place = places.find(({ report }) => report.pipelineRunId === pipelineRunId)
    if (place === undefined) yield `code of ${stage} outlives the root run, in a run that no report names`
    else if (!isNamed(place, stage, item))
      yield `the code of ${place.path}/${stage} ${item ?? ''} outlives the root run, and no report says so`
  }
}

/** How often an observer may be told of a stage: once, and of an item once in every call of its map. */
function mostTold(line: string, places: readonly Place[]): number {
  const [, runId, stage] = / of (\S+) ([^#]+)#/.exec(line) ?? []
  const place = places.find(({ report }) => report.pipelineRunId === runId)
  return place?.report.stages[stage ?? '']?.attempts.length ?? 1
}

/** Whether a report says that code may still run: in the record of its stage or its item, or of one above. */
function isNamed({ report, above }: Place, stage: string, item?: string): boolean {
  const { abandoned, items } = report.stages[stage] ?? {}
  if (abandoned === true || items?.records.some((one) => one.abandoned === true && one.key === item) === true)
    return true
  return above !== undefined && isNamed(above.place, above.record.stage)
}

function twice(list: readonly string[]): string | undefined {
  return list.find((each, index) => list.indexOf(each) !== index)
}

// ---------- trees that stop when they are told to

const PATIENT: ReadonlySet<TreeLayer['kind']> = new Set(['observes', 'observes and throws', 'retries'])

/** Whether all code, and all that surrounds it, ends at once when its signal aborts. */
function isObedient({ root, layers }: TreeCase): boolean {
  return layers.every(({ kind }) => PATIENT.has(kind)) && heedsSignals(root)
}

function heedsSignals({ stages }: TreePipeline): boolean {
  return stages.every(({ work }) => {
    switch (work.does) {
      case 'code':
        return !work.code.deaf
      case 'child':
        return heedsSignals(work.child)
      case 'repeat':
        return !work.guard.deaf && heedsSignals(work.child)
      case 'map':
        return work.source === 'list' && ('stages' in work.each ? heedsSignals(work.each) : !work.each.deaf)
      case 'runs':
        return work.waitsMs === 0 && heedsSignals(work.child)
    }
  })
}

function* faultsOfObedience(places: readonly Place[]): Generator<string> {
  for (const { report, path } of places) {
    for (const { stage, abandoned } of Object.values(report.stages))
      if (abandoned === true) yield `${path}/${stage} was abandoned, and it is not deaf`
  }
}

// ---------- reports

function* faultsOfPlaces({ result, watch }: TreeTrace, places: readonly Place[]): Generator<string> {
  const ids = places.map(({ report }) => report.pipelineRunId)
  if (new Set(ids).size < ids.length) yield `two runs have the id ${twice(ids)}`
  if (result.status === 'cancelled' && WAS_ABANDONED.test(result.reason)) yield `the root run ended: ${result.reason}`
  if (result.report.status !== result.status) yield `the result is ${result.status}, its report ${result.report.status}`
  for (const [id, parent] of watch.runs) {
    const place = places[ids.indexOf(id)]
    if (place === undefined) yield `code ran in a run that no report names, of ${parent?.path}`
    else if (parent === undefined) {
      if (place.above !== undefined) yield `a run of ${place.path} does not know of its parent`
    } else {
      const { above, depth, path } = place
      if (parent.rootRunId !== ids[0]) yield `a run of ${path} has the root ${parent.rootRunId}`
      if (parent.pipelineRunId !== above?.place.report.pipelineRunId) yield `a run of ${path} has another parent`
      if (parent.stage !== above?.record.stage) yield `a run of ${path} says that its stage is ${parent.stage}`
      if (parent.depth !== depth) yield `a run of ${path} says that its depth is ${parent.depth}`
      if (withoutNumbers(parent.path) !== path) yield `a run of ${path} says that its path is ${parent.path}`
    }
  }
  for (const place of places) yield* faultsOfReport(place)
}

/** A stage is abandoned after its run was stopped: that is not why it was stopped. */
const WAS_ABANDONED = /^abandoned/
const withoutNumbers = (path: string): string => path.replaceAll(/[#~]\w+/g, '')

function* faultsOfReport({ report, above, path }: Place): Generator<string> {
  const where = `${report.pipeline} (${path})`
  const { startedAt, endedAt, status, stages } = report
  if (startedAt > endedAt) yield `${where} ended before it started`
  if (above !== undefined) {
    const { place, record } = above
    if (startedAt < (record.startedAt ?? Infinity)) yield `${where} started before its stage`
    if (endedAt > place.report.endedAt) yield `${where} ended after the run above it`
  }
  for (const record of Object.values(stages)) {
    const about = `${where} ${record.stage}`
    if (record.status === undefined) yield `${about} has no status`
    if (record.startedAt !== undefined && record.endedAt === undefined) yield `${about} started and has no end`
    if (record.endedAt !== undefined && record.endedAt > endedAt) yield `${about} ended after its run`
    if (record.abandoned !== true && record.attempts.some((attempt) => attempt.status === undefined))
      yield `an attempt of ${about} has no end`
    if (record.items !== undefined) yield* faultsOfItems(record, record.items, about)
    const isBad = record.status === 'cancel' || (record.status === 'fail' && record.tolerated !== true)
    if (status === 'completed' && isBad) yield `${where} completed, and ${record.stage} ended as ${record.status}`
  }
}

/** The items of a map, in its record. */
function* faultsOfItems(
  { startedAt, status }: StageRecord,
  items: NonNullable<StageRecord['items']>,
  about: string,
): Generator<string> {
  const { total, ok, skip, fail, unfinished, records } = items
  if (ok + skip + fail + unfinished !== total) yield `the items of ${about}: ${JSON.stringify(items)}`
  // No tree has more than a report keeps.
  if (records.length !== total) yield `${about} has ${total} items, and ${records.length} records of items`
  if (new Set(records.map(({ key }) => key)).size < records.length) yield `two items of ${about} have one key`
  for (const [place, item] of records.entries()) {
    const one = `item ${place} of ${about}`
    if (item.index !== place) yield `${one} says that its place is ${item.index}`
    if (item.status === undefined && status === 'ok') yield `${one} has no status, and the map is ok`
    if ((item.startedAt ?? 0) > (item.endedAt ?? Infinity)) yield `${one} ended before it started`
    if (item.startedAt !== undefined && item.startedAt < (startedAt ?? Infinity)) yield `${one} started before its map`
    if (item.abandoned !== true && item.attempts?.some((attempt) => attempt.status === undefined) === true)
      yield `an attempt of ${one} has no end`
  }
}

// ---------- events

const TERMINAL = ['completed', 'failed', 'skipped', 'cancelled', 'abandoned'] as const
const EVENT_OF = {
  ok: 'completed',
  skip: 'skipped',
  fail: 'failed',
  cancel: 'cancelled',
  suspend: 'suspended',
} as const
const RUN_END = /^pipeline\.(completed|failed|cancelled)$/
const CHILD_END = /^pipeline\.child_(completed|failed|cancelled)$/

/** `whole`: the reader or the sink took all events. */
function* faultsOfEvents(
  events: readonly StageflowEvent[],
  places: readonly Place[],
  who: string,
  whole: boolean,
): Generator<string> {
  const byRun = new Map<string, StageflowEvent[]>()
  for (const event of events) {
    const own = byRun.get(event.pipelineRunId)
    if (own === undefined) byRun.set(event.pipelineRunId, [event])
    else own.push(event)
  }
  const [root] = places
  if (whole && events.at(-1)?.pipelineRunId !== root?.report.pipelineRunId)
    yield `${who}: ${events.at(-1)?.type} of a child run came last`
  for (const [id, own] of byRun) {
    const place = places.find(({ report }) => report.pipelineRunId === id)
    const where = `${who}, ${place?.report.pipeline ?? 'a run that no report names'} (${place?.path ?? id})`
    if (place === undefined) yield where
    if (own.some(({ seq }, index) => seq !== index)) yield `${where}: numbers ${own.map(({ seq }) => seq).join(' ')}`
    if (own[0]?.type !== 'pipeline.started') yield `${where}: ${own[0]?.type} came first`
    const parent = place?.above?.place.report.pipelineRunId
    if (own.some(({ parentRunId }) => parentRunId !== parent)) yield `${where}: an event has another parentRunId`
    if (whole) yield* faultsOfWhole(own, place, where)
  }
  for (const { report, path } of places) {
    if (whole && !byRun.has(report.pipelineRunId)) yield `${who}: no event of ${report.pipeline} (${path})`
  }
}

function* faultsOfWhole(own: readonly StageflowEvent[], place: Place | undefined, where: string): Generator<string> {
  const ends = own.filter(({ type }) => RUN_END.test(type))
  if (ends.length !== 1) yield `${where}: ${ends.length} last events`
  else if (own.at(-1) !== ends[0]) yield `${where}: ${own.at(-1)?.type} came after ${ends[0]?.type}`
  for (const { data } of ends) {
    if ('reason' in data && WAS_ABANDONED.test(data.reason)) yield `${where} ended: ${data.reason}`
  }
  if (place === undefined) return
  const { report } = place
  if (ends[0] !== undefined && ends[0].type !== `pipeline.${report.status}`)
    yield `${where}: ${ends[0].type}, and the report says ${report.status}`
  for (const record of Object.values(report.stages)) {
    const stages = own.filter(({ stage }) => stage === record.stage)
    yield* faultsOfStage(stages, record, `${where} ${record.stage}`)
    yield* faultsOfItemEvents(stages, record, `${where} ${record.stage}`)
    yield* faultsOfChildren(stages, record, `${where} ${record.stage}`)
  }
}

function* faultsOfStage(own: readonly StageflowEvent[], record: StageRecord, where: string): Generator<string> {
  const prefix = `stage.${record.stage}.`
  const kinds = own.flatMap(({ type }) => (type.startsWith(prefix) ? [type.slice(prefix.length)] : []))
  const all = kinds.join(' ')
  const starts = own.filter((event) => isStageEvent(event, 'started'))
  const ends = TERMINAL.flatMap((kind) => (own.some((event) => isStageEvent(event, kind)) ? [kind] : []))
  if (starts.length !== (record.startedAt === undefined ? 0 : 1)) yield `${where}: ${all}, started ${record.startedAt}`
  if (starts.length > 0 && kinds[0] !== 'started') yield `${where}: ${all}`
  const terminal = kinds.filter((kind) => TERMINAL.some((one) => one === kind))
  if (terminal.length !== (record.endedAt === undefined ? 0 : 1)) yield `${where}: ${all}, ended ${record.endedAt}`
  const [end] = ends
  if (end === undefined) return
  const isRight =
    end === 'abandoned' ? record.abandoned === true : record.status !== undefined && end === EVENT_OF[record.status]
  if (!isRight) yield `${where}: ${end}, and the report says ${record.status}`
}

/** The events of the items of a map: each begins once, ends at most once, and none comes after the end of the map. */
function* faultsOfItemEvents(own: readonly StageflowEvent[], record: StageRecord, where: string): Generator<string> {
  const prefix = `stage.${record.stage}.`
  const byKey = new Map<string, string[]>()
  let end: string | undefined
  for (const { type, data } of own) {
    if (!type.startsWith(prefix)) continue
    const kind = type.slice(prefix.length)
    const { key } = data as { readonly key?: string }
    if (TERMINAL.some((one) => one === kind)) end = kind
    if (!kind.startsWith('item_') || key === undefined) continue
    if (end !== undefined) yield `${where}: ${kind} of item ${key} came after ${end}`
    byKey.set(key, [...(byKey.get(key) ?? []), kind])
  }
  // Each call of a map runs the items again that were not done, and its source may end before it has given all of them again.
  if (record.attempts.length > 1) return
  const { records = [] } = record.items ?? {}
  for (const [key, kinds] of byKey) {
    const item = records.find((one) => one.key === key)
    const about = `${where}, item ${key} (${kinds.join(' ')})`
    if (item === undefined) yield `${about} has no record`
    if (kinds[0] !== 'item_started') yield about
    if (kinds.filter((kind) => kind === 'item_started').length > 1) yield `${about} started twice`
    const ends = kinds.filter((kind) => TERMINAL.some((one) => kind === `item_${one}`))
    if (ends.length > 1) yield `${about} ended twice`
    if (ends[0] === undefined || ends[0] === 'item_abandoned' || item?.status === undefined) continue
    if (ends[0] !== `item_${EVENT_OF[item.status]}`) yield `${about}, and the report says ${item.status}`
  }
  if (record.status !== 'ok') return
  for (const { key, startedAt, status } of records)
    if (startedAt !== undefined && !byKey.has(key)) yield `${where}: no event of item ${key}, which ended as ${status}`
}

function* faultsOfChildren(own: readonly StageflowEvent[], record: StageRecord, where: string): Generator<string> {
  const children = record.children ?? []
  const started = own.flatMap(({ type, data }) =>
    type === 'pipeline.child_started' ? [(data as { readonly childRunId: string }).childRunId] : [],
  )
  if (started.join() !== children.map(({ pipelineRunId }) => pipelineRunId).join())
    yield `${where} started ${started.length} child runs, and its record has ${children.length} others`
  for (const { pipelineRunId, status } of children) {
    const ends = own.filter(
      ({ type, data }) =>
        CHILD_END.test(type) && (data as { readonly childRunId: string }).childRunId === pipelineRunId,
    )
    if (ends.length > 1 || (ends[0] !== undefined && ends[0].type !== `pipeline.child_${status}`))
      yield `${where}: ${ends.map(({ type }) => type).join(' ')} of a child run that ${status}`
  }
}
