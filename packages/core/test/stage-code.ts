import { StageOutput } from '../src/index.ts'
import type { Clock, InterceptorContext, StageContext, StageRecord } from '../src/index.ts'
import type { Ending, RunCase, StageCase } from './run-case.ts'

export const nameOf = (place: number): string => `s${place}`
/** What a stage itself gives as its reason or error. */
export const wordsOf = (place: number): string => `${nameOf(place)} says so`
export const FALLBACK = { from: 'fallback' }

/** How a stage's dependencies stood when its code looked, and what they gave. */
export interface Reading {
  readonly place: number
  readonly statuses: readonly string[]
  readonly data: readonly unknown[]
}

/** The code of all stages of one run, and what it saw. */
export class StageCode {
  readonly starts: number[] = []
  readonly inputs: Reading[] = []
  /** What observers of the run were told. */
  readonly told: StageRecord[] = []
  readonly working: Map<number, InterceptorContext> = new Map()
  /** Stages whose code began while it ran. */
  readonly twice: string[] = []
  /** Cleanups in the order they were asked for, and in the order they ran. */
  readonly toClean: string[] = []
  readonly cleaned: string[] = []
  mostAtOnce = 0
  calls = 0
  readonly #attempts = new Map<number, number>()
  readonly #run: RunCase
  readonly #clock: Clock
  readonly #abortCaller: () => void

  constructor(run: RunCase, clock: Clock, abortCaller: () => void) {
    this.#run = run
    this.#clock = clock
    this.#abortCaller = abortCaller
  }

  of(stage: StageCase, place: number): (context: StageContext) => object | undefined {
    const { style, durationMs, chunks, stubborn } = stage
    const pause = (signal: AbortSignal): Promise<void> | undefined =>
      durationMs === 0 ? undefined : this.#clock.sleep(durationMs, stubborn ? undefined : signal)
    const begin = (context: StageContext): Ending => this.#begin(context as InterceptorContext, stage, place)
    const end = (context: StageContext): void => this.#end(context, place)
    const output = (ending: Ending): object | undefined => this.#output(ending, place)
    if (style === 'sync') {
      return (context) => {
        const ending = begin(context)
        end(context)
        return output(ending)
      }
    }
    if (style === 'promise') {
      return async (context) => {
        const ending = begin(context)
        try {
          await pause(context.signal)
        } finally {
          end(context)
        }
        return output(ending)
      }
    }
    return async function* (context) {
      const ending = begin(context)
      try {
        await pause(context.signal)
        for (let chunk = 0; chunk < chunks; chunk++) yield chunk
      } finally {
        end(context)
      }
      return output(ending)
    }
  }

  #begin(context: InterceptorContext, stage: StageCase, place: number): Ending {
    const attempt = this.#attempts.get(place) ?? 0
    this.#attempts.set(place, attempt + 1)
    this.calls++
    if (this.working.has(place)) this.twice.push(nameOf(place))
    this.working.set(place, context)
    if (place % 3 === 0) {
      const name = `${nameOf(place)} of call ${this.calls}`
      this.toClean.push(name)
      context.onCleanup(() => void this.cleaned.push(name))
    }
    const counted = [...this.working.values()].filter(({ record }) => record.abandoned !== true)
    this.mostAtOnce = Math.max(this.mostAtOnce, counted.length)
    if (attempt === 0 && stage.when === 'none') this.starts.push(place)
    // Inputs are fixed when a stage starts, even where its code looks at them late.
    if (place % 2 === 0) this.#read(context, place)
    return stage.endings[Math.min(attempt, 1)] as Ending
  }

  #end(context: StageContext, place: number): void {
    this.working.delete(place)
    this.#read(context, place)
  }

  #read({ inputs }: StageContext, place: number): void {
    const names = this.#run.stages[place]?.dependencies.map(nameOf) ?? []
    const statuses = names.map((name) => inputs.status(name))
    this.inputs.push({ place, statuses, data: names.map((name): unknown => inputs.from(name)) })
  }

  #output(ending: Ending, place: number): object | undefined {
    if (ending === 'throw') throw new Error(wordsOf(place))
    if (ending === 'aborts') this.#abortCaller()
    return ending === 'ok' || ending === 'aborts' ? { from: nameOf(place) } : StageOutput[ending](wordsOf(place))
  }
}
