import { getEventListeners } from 'node:events'
import { manualClock } from '@stageflow/testing'
import type { ManualClock } from '@stageflow/testing'
import type { EventSink, RunOptions, StageflowEvent } from '../src/index.ts'
import { countedClock } from './counted-clock.ts'
import type { TreeCase } from './tree-cases.ts'
import { TreeWatch } from './tree-code.ts'
import type { Working } from './tree-code.ts'
import { pipelineOf } from './tree-graph.ts'
import { interceptorsOf } from './tree-layers.ts'
import type { UntypedGraph, UntypedResult } from './untyped-pipeline.ts'

/** Code that only its signal ends, in a run that nothing else stops, ends here. */
const LAST_RESORT_MS = 5_000

/** What was seen of one run of a tree. */
export interface TreeTrace {
  readonly result: UntypedResult
  /** What the sink was given. */
  readonly events: readonly StageflowEvent[]
  /** The events from the handle; undefined if there was no reader. */
  readonly read: readonly StageflowEvent[] | undefined
  readonly readerEnded: boolean
  readonly told: readonly string[]
  readonly watch: TreeWatch
  /** What was true when the root run settled. */
  readonly whenSettled: {
    readonly events: number
    readonly told: number
    readonly calls: number
    readonly working: readonly Working[]
    /** Of the engine, at the end of that instant. */
    readonly timers: number
    readonly listeners: number
  }
  /** What was left once nothing could happen any more. */
  readonly left: { readonly timers: number; readonly listeners: number }
}

/** Runs a tree to its end, and on until nothing is left that could still happen. */
export async function runTree(tree: TreeCase): Promise<TreeTrace> {
  const { seed, root, layers, sink: kind } = tree
  const clock = manualClock({ seed })
  const engine = countedClock(clock)
  const watch = new TreeWatch(clock)
  const events: StageflowEvent[] = []
  const told: string[] = []
  const controller = new AbortController()
  const { signal } = controller
  const listeners = (): number => getEventListeners(signal, 'abort').length
  abortLater(tree, controller, clock)

  const graph = pipelineOf(root, 'tree', watch).build({
    clock: engine,
    interceptors: interceptorsOf(layers, clock, told),
  })
  const sink = kind === 'none' ? undefined : { eventSink: sinkOf(kind, tree.cleanupMs, events, clock) }
  const { settled, reader } = open(tree, graph, { ...optionsOf(tree, signal), ...sink }, clock)
  let ended: { readonly result: UntypedResult; readonly seen: Omit<TreeTrace['whenSettled'], 'timers'> } | undefined
  void settled.then((result) => {
    const working = [...watch.working]
    const { calls } = watch
    if (tree.readsAtOnce) void result.report
    ended = { result, seen: { events: events.length, told: told.length, calls, working, listeners: listeners() } }
  })
  await runUntil(() => ended !== undefined, clock)
  const timers = engine.pending
  await clock.runAll()
  if (ended === undefined) throw new Error('the run never settled')
  const { result, seen } = ended
  const left = { timers: engine.pending, listeners: listeners() }
  const whenSettled = { ...seen, timers }
  return { result, whenSettled, events, told, watch, left, read: reader?.read, readerEnded: reader?.ended !== false }
}

/** Lets time pass, one instant after the other, until something is so, or nothing can happen any more. */
async function runUntil(isSo: () => boolean, clock: ManualClock): Promise<void> {
  await clock.settle()
  for (let next = clock.timers[0]; !isSo() && next !== undefined && next.dueAt < Infinity; next = clock.timers[0])
    await clock.advanceTo(next.dueAt)
}

function optionsOf(tree: TreeCase, signal: AbortSignal): RunOptions {
  const { timeoutMs, graceMs, cleanupMs, maxConcurrency, onStageFailure, chunkEvents } = tree
  return {
    signal,
    graceMs,
    cleanupMs,
    onStageFailure,
    chunkEvents,
    ...(timeoutMs === undefined ? undefined : { timeoutMs }),
    ...(maxConcurrency === undefined ? undefined : { maxConcurrency }),
  }
}

function abortLater({ abortAtMs = LAST_RESORT_MS }: TreeCase, controller: AbortController, clock: ManualClock): void {
  const abort = (): void => controller.abort(new Error('from outside'))
  if (abortAtMs < 0) abort()
  else clock.setTimeout(abort, abortAtMs)
}

function sinkOf(kind: TreeCase['sink'], cleanupMs: number, events: StageflowEvent[], clock: ManualClock): EventSink {
  return {
    emit(event) {
      events.push(event)
      if (kind === 'throws') throw new Error('the sink broke')
      if (kind === 'slow' || kind === 'too slow') return clock.sleep(kind === 'slow' ? 4 : 2 * cleanupMs)
    },
    tryEmit(event) {
      events.push(event)
      if (kind === 'throws' && event.seq % 5 === 4) throw new Error('the sink broke')
      return kind !== 'refuses' || event.seq % 5 !== 4
    },
  }
}

interface Reader {
  readonly read: StageflowEvent[]
  ended: boolean
}

/** How many events a reader that leaves has read. */
export const LEAVES_AFTER = 4

/** For its result alone, or as a handle, whose events may be read. */
function open(
  { reader: kind }: TreeCase,
  graph: UntypedGraph,
  options: RunOptions,
  clock: ManualClock,
): { readonly settled: Promise<UntypedResult>; readonly reader?: Reader } {
  if (kind === 'none') return { settled: graph.runSettled({}, options) }
  const handle = graph.start({}, options)
  if (kind === 'nobody') return { settled: handle.settled }
  const reader: Reader = { read: [], ended: false }
  const follow = async (): Promise<void> => {
    for await (const event of handle) {
      reader.read.push(event)
      if (kind === 'leaves' && reader.read.length === LEAVES_AFTER) break
      if (kind === 'slow') await clock.sleep(1)
    }
    reader.ended = true
  }
  void follow()
  return { settled: handle.settled, reader }
}
