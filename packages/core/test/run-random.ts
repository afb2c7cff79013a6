import { getEventListeners } from 'node:events'
import { manualClock, recordingSink } from '@stageflow/testing'
import type { ManualClock, RecordingSink } from '@stageflow/testing'
import type { Clock, RunOptions, StageflowEvent, StageRecord } from '../src/index.ts'
import { countedClock } from './counted-clock.ts'
import { StageCodes, graphOf } from './case-graph.ts'
import type { RunCase } from './run-case.ts'
import { StageCode } from './stage-code.ts'
import type { Reading } from './stage-code.ts'
import type { UntypedGraph, UntypedResult } from './untyped-pipeline.ts'

/** What was seen of one run. */
export interface Trace {
  readonly result: UntypedResult
  readonly events: readonly StageflowEvent[]
  /** Stages in the order in which the engine turned to them. */
  readonly starts: readonly number[]
  readonly inputs: readonly Reading[]
  /** What came from the handle of the run. */
  readonly followed: readonly StageflowEvent[]
  readonly mostAtOnce: number
  /** Stages whose code ran twice at once. */
  readonly twice: readonly string[]
  /** What observers were told, in order. */
  readonly told: readonly StageRecord[]
  readonly whenSettled: Settling
}

/** What was true at the moment the run settled. */
interface Settling {
  readonly at: number
  readonly events: number
  readonly told: number
  /** Stages whose code had not ended. */
  readonly working: readonly number[]
  /** How often stages' code had begun. */
  readonly calls: number
  readonly callsLater: number
  readonly toClean: readonly string[]
  readonly cleaned: readonly string[]
  readonly timersLeft: number
  readonly listenersLeft: number
  /** The caller's signal had aborted. */
  readonly aborted: boolean
}

/** Runs a random pipeline to its end, and on until nothing is left that could still happen. */
export async function runRandom(run: RunCase, nested = false): Promise<Trace> {
  const [trace] = await runTogether([run], nested)
  return trace as Trace
}

/** Several runs of one graph at once. Their stages, interceptors and observers are those of the first. */
export async function runTogether(runs: readonly RunCase[], nested = false): Promise<readonly Trace[]> {
  const clock = manualClock()
  const engine = countedClock(clock)
  const single = runs.map((run) => new SingleRun(run, clock))
  const codes = new StageCodes(single.map(({ code }) => code))
  const graph = graphOf(runs[0] as RunCase, codes, clock, engine, nested)
  let left = runs.length
  // While other runs of the graph go on, timers may be theirs.
  const timersLeft = (): number => (--left === 0 ? engine.pending : 0)
  const ended = single.map((one, index) => one.start(graph, String(index), timersLeft))
  await clock.runAll()
  if (left > 0) throw new Error(`${left} of ${runs.length} runs never settled`)
  await Promise.all(ended)
  for (const { caller } of single) caller.abort()
  await clock.runAll()
  return single.map((one) => one.trace())
}

interface Settled {
  readonly result: UntypedResult
  readonly when: Omit<Settling, 'callsLater'>
}

class SingleRun {
  readonly code: StageCode
  readonly caller: { readonly signal?: AbortSignal; abort(): void }
  readonly #run: RunCase
  readonly #clock: ManualClock
  readonly #sink: RecordingSink = recordingSink()
  readonly #followed: StageflowEvent[] = []
  #settled: Settled | undefined

  constructor(run: RunCase, clock: ManualClock) {
    this.#run = run
    this.#clock = clock
    this.caller = callerOf(run, clock)
    this.code = new StageCode(run, clock, this.caller.abort)
  }

  async start(graph: UntypedGraph, inputText: string, timersLeft: () => number): Promise<void> {
    const { signal } = this.caller
    const { graceMs, onStageFailure, maxConcurrency, timeoutMs, heard } = this.#run
    const result = await this.#open(graph, inputText, {
      graceMs,
      onStageFailure,
      chunkEvents: true,
      ...(signal === undefined ? undefined : { signal }),
      ...(maxConcurrency === undefined ? undefined : { maxConcurrency }),
      ...(timeoutMs === undefined ? undefined : { timeoutMs }),
      ...(heard ? { eventSink: this.#sink } : undefined),
    })
    const when = {
      at: this.#clock.now(),
      events: this.#sink.events.length,
      told: this.code.told.length,
      working: [...this.code.working.keys()],
      calls: this.code.calls,
      toClean: [...this.code.toClean],
      cleaned: [...this.code.cleaned],
      timersLeft: timersLeft(),
      aborted: signal?.aborted === true,
      listenersLeft: signal === undefined ? 0 : getEventListeners(signal, 'abort').length,
    }
    this.#settled = { result, when }
  }

  /** For its result alone, or as a handle, whose events are read. */
  async #open(graph: UntypedGraph, inputText: string, options: RunOptions): Promise<UntypedResult> {
    if (!this.#run.followed) return graph.runSettled({ inputText }, options)
    const handle = graph.start({ inputText }, options)
    const reading = (async () => {
      for await (const event of handle) this.#followed.push(event)
    })()
    const result = await handle.settled
    await reading
    return result
  }

  trace(): Trace {
    const { result, when } = this.#settled as Settled
    const { heard } = this.#run
    const { starts, inputs, mostAtOnce, twice, told, calls } = this.code
    const followed = this.#followed
    const events = heard ? this.#sink.events : followed
    const whenSettled = { ...when, callsLater: calls, ...(heard ? undefined : { events: followed.length }) }
    return { result, told, events, followed, starts, inputs, mostAtOnce, twice, whenSettled }
  }
}

function callerOf({ abortAtMs, stages }: RunCase, clock: Clock): { readonly signal?: AbortSignal; abort(): void } {
  if (abortAtMs === undefined && !stages.some(({ endings }) => endings.includes('aborts'))) return { abort: () => {} }
  const controller = new AbortController()
  const abort = (): void => controller.abort(new Error('from outside'))
  if (abortAtMs !== undefined && abortAtMs < 0) abort()
  else if (abortAtMs !== undefined) clock.setTimeout(abort, abortAtMs)
  return { signal: controller.signal, abort }
}
