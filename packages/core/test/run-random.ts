import { getEventListeners } from 'node:events'
import { manualClock, recordingSink } from '@stageflow/testing'
import type { ManualClock } from '@stageflow/testing'
import { StageOutput, after } from '../src/index.ts'
import type { Clock, Interceptor, RunOptions, StageGraph, StageflowEvent, StageRecord } from '../src/index.ts'
import type { RunCase, StageCase } from './run-case.ts'
import { FALLBACK, StageCode, nameOf, wordsOf } from './stage-code.ts'
import type { Reading } from './stage-code.ts'
import { untypedPipeline } from './untyped-pipeline.ts'
import type { UntypedResult } from './untyped-pipeline.ts'

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
  readonly timersLeft: number
  readonly listenersLeft: number
  /** The caller's signal had aborted. */
  readonly aborted: boolean
}

/** Runs a random pipeline to its end, and on until nothing is left that could still happen. */
export async function runRandom(run: RunCase, nested = false): Promise<Trace> {
  const clock = manualClock()
  const engine = countedClock(clock)
  const sink = recordingSink()
  const told: StageRecord[] = []
  const caller = callerOf(run, clock)
  const code = new StageCode(run, clock, caller.abort)
  const { run: start, followed } = starterOf(run, graphOf(run, code, engine, interceptorsOf(run, clock, told), nested))
  let settled: { readonly result: UntypedResult; readonly when: Omit<Settling, 'callsLater'> } | undefined
  const ended = start({
    graceMs: run.graceMs,
    onStageFailure: run.onStageFailure,
    chunkEvents: true,
    ...(caller.signal === undefined ? undefined : { signal: caller.signal }),
    ...(run.maxConcurrency === undefined ? undefined : { maxConcurrency: run.maxConcurrency }),
    ...(run.timeoutMs === undefined ? undefined : { timeoutMs: run.timeoutMs }),
    ...(run.heard ? { eventSink: sink } : undefined),
  }).then((result) => {
    const when = {
      at: clock.now(),
      events: sink.events.length,
      told: told.length,
      working: [...code.working.keys()],
      calls: code.calls,
      timersLeft: engine.pending,
      aborted: caller.signal?.aborted === true,
      listenersLeft: caller.signal === undefined ? 0 : getEventListeners(caller.signal, 'abort').length,
    }
    settled = { result, when }
  })
  await clock.runAll()
  if (settled === undefined) throw new Error('the run never settled')
  await ended
  caller.abort()
  await clock.runAll()
  const { result, when } = settled
  const { starts, inputs, mostAtOnce, twice } = code
  return {
    result,
    told,
    events: run.heard ? sink.events : followed,
    followed,
    starts,
    inputs,
    mostAtOnce,
    twice,
    whenSettled: { ...when, callsLater: code.calls, ...(run.heard ? undefined : { events: followed.length }) },
  }
}

/** How the run is started: as a handle, whose events are read, or for its result alone. */
function starterOf(run: RunCase, graph: StageGraph<Record<string, never>, {}>) {
  const followed: StageflowEvent[] = []
  if (!run.followed) return { followed, run: (options: RunOptions) => graph.runSettled({}, options) }
  return {
    followed,
    run: async (options: RunOptions): Promise<UntypedResult> => {
      const handle = graph.start({}, options)
      const reading = (async () => {
        for await (const event of handle) followed.push(event)
      })()
      const result = await handle.settled
      await reading
      return result
    },
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

/** The clock that the engine is given: counts the timers that are the engine's own. */
function countedClock(clock: ManualClock): Clock & { readonly pending: number } {
  const pending = new Set<object>()
  return {
    now: () => clock.now(),
    sleep: (ms, signal) => clock.sleep(ms, signal),
    setTimeout(callback, ms) {
      const timer = {}
      pending.add(timer)
      const cancel = clock.setTimeout(() => {
        pending.delete(timer)
        callback()
      }, ms)
      return () => {
        pending.delete(timer)
        cancel()
      }
    },
    get pending() {
      return pending.size
    },
  }
}

function graphOf(
  run: RunCase,
  code: StageCode,
  clock: Clock,
  interceptors: readonly Interceptor[],
  nested: boolean,
): StageGraph<Record<string, never>, {}> {
  let pipeline = untypedPipeline('random')
  run.stages.forEach((stage, place) => {
    const { when } = stage
    pipeline = pipeline.withStage(nameOf(place), code.of(stage, place), {
      dependencies: stage.dependencies.map(nameOf),
      join: stage.join,
      late: stage.late ? 'abort' : 'finish',
      onFailure:
        stage.onFailure === 'fallback' ? { fallback: FALLBACK } : stage.onFailure === 'skip' ? 'skip' : undefined,
      when:
        when === 'none'
          ? undefined
          : () => {
              code.starts.push(place)
              if (when === 'throws') throw new Error(wordsOf(place))
              return when === 'true'
            },
    })
  })
  if (nested) pipeline = untypedPipeline('outer').withPipeline('child', pipeline)
  return pipeline.build({ clock, interceptors })
}

function interceptorsOf(run: RunCase, clock: Clock, told: StageRecord[]): readonly Interceptor[] {
  const observer: Interceptor = { name: 'observer', settled: (record) => void told.push(record) }
  return [...(run.watched ? [observer] : []), ...(run.wrapper === 'none' ? [] : [wrapperOf(run, clock)])]
}

function wrapperOf({ wrapper, stages }: RunCase, clock: Clock): Interceptor {
  return {
    name: 'wrapper',
    wrap: (next, { index, pipeline }) => {
      const { wrapped, earlyMs } = stages[index] as StageCase
      if (!wrapped || pipeline.name === 'outer') return next
      if (wrapper === 'passes') return (context) => after(next(context), (output) => output)
      if (wrapper === 'retries') {
        const isBad = ({ status }: StageOutput): boolean => status === 'fail' || status === 'retry'
        return (context) => after(next(context), (output) => (isBad(output) ? next(context) : output))
      }
      return (context) => {
        const fork = context.fork()
        const answer = next(fork.context)
        if (!(answer instanceof Promise)) return answer
        return new Promise((resolve) => {
          const cancel = clock.setTimeout(() => {
            fork.abort(new Error('early'))
            resolve(wrapper === 'calls again' ? next(context) : StageOutput.fail('early'))
          }, earlyMs)
          void answer.then((output) => {
            cancel()
            resolve(output)
          })
        })
      }
    },
  }
}
