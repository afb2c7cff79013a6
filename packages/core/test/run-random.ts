import { getEventListeners } from 'node:events'
import { manualClock, recordingSink } from '@stageflow/testing'
import type { ManualClock } from '@stageflow/testing'
import { Pipeline, StageOutput, after } from '../src/index.ts'
import type { AnyStage, Clock, FailedResult, Interceptor, InterceptorContext, PipelineResult, StageContext, StageGraph, StageflowEvent, StageRecord } from '../src/index.ts'
import type { Ending, RunCase, StageCase } from './run-case.ts'

export type AnyResult = PipelineResult<Record<string, never>> | FailedResult<Record<string, never>>

/** What was seen of one run. */
export interface Trace {
  readonly result: AnyResult
  readonly events: readonly StageflowEvent[]
  /** Stages in the order in which the engine turned to them. */
  readonly starts: readonly number[]
  /** How each stage's dependencies stood when its code began, and what they gave. */
  readonly inputs: ReadonlyMap<number, { readonly statuses: readonly string[]; readonly data: readonly unknown[] }>
  readonly mostAtOnce: number
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
}

/** The pipeline builder without its types, which a random pipeline has none for. */
interface UntypedBuilder {
  withStage(name: string, stage: (context: StageContext) => object | undefined, options: object): UntypedBuilder
  build(options: object): StageGraph<Record<string, never>, {}>
  readonly stages: readonly AnyStage[]
}

export const nameOf = (place: number): string => `s${place}`
/** What a stage itself gives as its reason or error. */
export const wordsOf = (place: number): string => `${nameOf(place)} says so`
export const FALLBACK = { from: 'fallback' }

/** Runs a random pipeline to its end, and on until nothing is left that could still happen. */
export async function runRandom(run: RunCase): Promise<Trace> {
  const clock = manualClock()
  const engine = countedClock(clock)
  const sink = recordingSink()
  const told: StageRecord[] = []
  const observer: Interceptor = { name: 'observer', settled: (record) => void told.push(record) }
  const code = new Code(run, clock)
  const interceptors = run.wrapper === 'none' ? [observer] : [observer, wrapperOf(run, clock)]
  const { signal, abort } = callersSignal(run, clock)
  const options = {
    graceMs: run.graceMs, onStageFailure: run.onStageFailure, chunkEvents: true,
    ...(signal === undefined ? undefined : { signal }),
    ...(run.maxConcurrency === undefined ? undefined : { maxConcurrency: run.maxConcurrency }),
    ...(run.timeoutMs === undefined ? undefined : { timeoutMs: run.timeoutMs }),
    ...(run.heard ? { eventSink: sink } : undefined),
  }
  let settled: { readonly result: AnyResult; readonly when: Omit<Settling, 'callsLater'> } | undefined
  const ended = graphOf(run, code, engine, interceptors).runSettled({}, options).then((result) => {
    const listenersLeft = signal === undefined ? 0 : getEventListeners(signal, 'abort').length
    settled = { result, when: { at: clock.now(), events: sink.events.length, told: told.length, working: [...code.working.keys()], calls: code.calls, timersLeft: engine.pending, listenersLeft } }
  })
  await clock.runAll()
  if (settled === undefined) throw new Error('the run never settled')
  await ended
  abort?.()
  await clock.runAll()
  const { result, when } = settled
  return {
    result, told, events: sink.events, starts: code.starts, inputs: code.inputs, mostAtOnce: code.mostAtOnce,
    whenSettled: { ...when, callsLater: code.calls },
  }
}

function callersSignal({ abortAtMs }: RunCase, clock: Clock): { readonly signal?: AbortSignal; readonly abort?: () => void } {
  if (abortAtMs === undefined) return {}
  const controller = new AbortController()
  const abort = (): void => controller.abort(new Error('from outside'))
  if (abortAtMs < 0) abort()
  else clock.setTimeout(abort, abortAtMs)
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

function graphOf(run: RunCase, code: Code, clock: Clock, interceptors: readonly Interceptor[]): StageGraph<Record<string, never>, {}> {
  let pipeline = new Pipeline('random') as unknown as UntypedBuilder
  run.stages.forEach((stage, place) => {
    const { when } = stage
    pipeline = pipeline.withStage(nameOf(place), code.of(stage, place), {
      dependencies: stage.dependencies.map(nameOf),
      join: stage.join,
      late: stage.late ? 'abort' : 'finish',
      onFailure: stage.onFailure === 'fallback' ? { fallback: FALLBACK } : stage.onFailure === 'skip' ? 'skip' : undefined,
      when: when === 'none' ? undefined : () => {
        code.starts.push(place)
        if (when === 'throws') throw new Error(wordsOf(place))
        return when === 'true'
      },
    })
  })
  return pipeline.build({ clock, interceptors })
}

function wrapperOf({ wrapper, stages }: RunCase, clock: Clock): Interceptor {
  return {
    name: 'wrapper',
    wrap: (next, { index }) => {
      const { wrapped, earlyMs } = stages[index] as StageCase
      if (!wrapped) return next
      if (wrapper === 'passes') return (context) => after(next(context), (output) => output)
      if (wrapper === 'retries') return (context) => after(next(context), (output) => (output.status === 'fail' || output.status === 'retry' ? next(context) : output))
      return (context) => {
        const fork = context.fork()
        const answer = next(fork.context)
        if (!(answer instanceof Promise)) return answer
        return new Promise((resolve) => {
          const cancel = clock.setTimeout(() => {
            fork.abort(new Error('early'))
            resolve(StageOutput.fail('early'))
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

/** The code of all stages of one run, and what it saw. */
class Code {
  readonly starts: number[] = []
  readonly inputs: Map<number, { readonly statuses: readonly string[]; readonly data: readonly unknown[] }> = new Map()
  readonly working: Map<number, InterceptorContext> = new Map()
  mostAtOnce = 0
  calls = 0
  readonly #attempts = new Map<number, number>()
  readonly #run: RunCase
  readonly #clock: Clock

  constructor(run: RunCase, clock: Clock) {
    this.#run = run
    this.#clock = clock
  }

  of(stage: StageCase, place: number): (context: StageContext) => object | undefined {
    const { style, durationMs, chunks, stubborn } = stage
    const pause = (signal: AbortSignal): Promise<void> | undefined => (durationMs === 0 ? undefined : this.#clock.sleep(durationMs, stubborn ? undefined : signal))
    const begin = (context: StageContext): Ending => this.#begin(context as InterceptorContext, stage, place)
    const end = (): void => void this.working.delete(place)
    if (style === 'sync') {
      return (context) => {
        const ending = begin(context)
        end()
        return outputOf(ending, place)
      }
    }
    if (style === 'promise') {
      return async (context) => {
        const ending = begin(context)
        try {
          await pause(context.signal)
        } finally {
          end()
        }
        return outputOf(ending, place)
      }
    }
    return async function* (context) {
      const ending = begin(context)
      try {
        await pause(context.signal)
        for (let chunk = 0; chunk < chunks; chunk++) yield chunk
      } finally {
        end()
      }
      return outputOf(ending, place)
    }
  }

  #begin(context: InterceptorContext, stage: StageCase, place: number): Ending {
    const attempt = this.#attempts.get(place) ?? 0
    this.#attempts.set(place, attempt + 1)
    this.calls++
    if (this.working.has(place)) throw new Error(`${nameOf(place)} runs twice at once`)
    this.working.set(place, context)
    const counted = [...this.working.values()].filter(({ record }) => record.abandoned !== true)
    this.mostAtOnce = Math.max(this.mostAtOnce, counted.length)
    if (attempt === 0) {
      if (stage.when === 'none') this.starts.push(place)
      const names = this.#run.stages[place]?.dependencies.map(nameOf) ?? []
      this.inputs.set(place, { statuses: names.map((name) => context.inputs.status(name)), data: names.map((name): unknown => context.inputs.from(name)) })
    }
    return stage.endings[Math.min(attempt, 1)] as Ending
  }
}

function outputOf(ending: Ending, place: number): object | undefined {
  if (ending === 'throw') throw new Error(wordsOf(place))
  return ending === 'ok' ? { from: nameOf(place) } : StageOutput[ending](wordsOf(place))
}
