import { StageflowError } from '../src/index.ts'
import type { Clock } from '../src/index.ts'

/** How the loop over the streams of a stage ended. `left`: the code left it; `open`: it read no more, and did not leave. */
export type LoopEnd = 'clean' | 'left' | 'open' | 'aborted' | (string & {})

/** One call of the code of a stage. */
export interface Attempt {
  readonly place: number
  readonly signal: AbortSignal
  readonly beganAt: number
  endedAt?: number
  /** Its own chunks and those that it passed on, in order. */
  readonly made: string[]
  /** How many of them were taken over: the generator went on after them. */
  accepted: number
  /** The chunks that it read, by source. */
  readonly read: Map<number, string[]>
  /** The source of each chunk that it read, in order. */
  loopEnd?: LoopEnd
  loopEndedAt?: number
  /** The statuses of its sources after a clean end, and before it. */
  statuses?: readonly string[]
  /** What its code came to: what it returned, the code of an error of the engine, or `thrown`. Undefined: it was cut where it yields. */
  outcome?: string
  /** Its signal had aborted when it ended, or when it was cut. */
  aborted: boolean
  /** How long its code ran while the engine did not keep it waiting. */
  activeMs: number
}

/** What the code of the stages of one run did. */
export class EdgeLog {
  readonly attempts: Attempt[] = []
  /** When the `when` of a stage was asked. */
  readonly asked = new Map<number, number>()
  /** Stages that were answered in their place. */
  readonly answered = new Set<number>()
  /** What stages saw of others when their code was called: as JSON, and the statuses of those that they wait for softly. */
  readonly received: {
    readonly place: number
    readonly at: number
    readonly text: string
    readonly soft: readonly string[]
  }[] = []
  readonly wrong: string[] = []
  /** The most stages at once whose code ran, was not aborted, and was not kept waiting by the engine. */
  mostActive = 0
  readonly #clock: Clock
  /** For each stage, the signals of its code that runs. */
  readonly #active = new Map<number, AbortSignal[]>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  now(): number {
    return this.#clock.now()
  }

  /** The code of a stage, or one of several pieces of code that run for it at once, is called, or goes on. */
  goesOn(place: number, signal: AbortSignal): void {
    this.#active.set(place, [...(this.#active.get(place) ?? []), signal])
    // Code that winds down needs no slot.
    const active = [...this.#active.values()].filter((signals) => signals.some(({ aborted }) => !aborted))
    this.mostActive = Math.max(this.mostActive, active.length)
  }

  /** The code of a stage returns, or waits for the engine. */
  pauses(place: number, signal: AbortSignal): void {
    const left = this.#active.get(place) as AbortSignal[]
    left.splice(left.indexOf(signal), 1)
    if (left.length === 0) this.#active.delete(place)
  }

  begin(place: number, signal: AbortSignal): CodeLog {
    const attempt: Attempt = {
      place,
      signal,
      beganAt: this.now(),
      made: [],
      accepted: 0,
      read: new Map(),
      aborted: false,
      activeMs: 0,
    }
    this.attempts.push(attempt)
    return new CodeLog(this, attempt)
  }

  of(place: number): readonly Attempt[] {
    return this.attempts.filter((attempt) => attempt.place === place)
  }
}

/** What one call of the code of a stage does. */
export class CodeLog {
  readonly attempt: Attempt
  readonly #log: EdgeLog
  /** How many promises of the engine it waits for. */
  #waits = 0
  #activeSince: number

  constructor(log: EdgeLog, attempt: Attempt) {
    this.#log = log
    this.attempt = attempt
    this.#activeSince = log.now()
    log.goesOn(attempt.place, attempt.signal)
  }

  /** It waits for the engine: for a chunk, or for room. */
  waits(): void {
    if (this.#waits++ === 0) this.#pause()
  }

  goesOn(): void {
    if (--this.#waits > 0 || this.attempt.endedAt !== undefined) return
    this.#log.goesOn(this.attempt.place, this.attempt.signal)
    this.#activeSince = this.#log.now()
  }

  reads(source: number, id: string): void {
    const { read } = this.attempt
    const before = read.get(source)
    if (before === undefined) read.set(source, [id])
    else before.push(id)
  }

  loopEnds(how: LoopEnd): void {
    this.attempt.loopEnd ??= how
    this.attempt.loopEndedAt ??= this.#log.now()
  }

  makes(id: string): string {
    this.attempt.made.push(id)
    return id
  }

  returns(outcome: string): void {
    this.attempt.outcome = outcome
  }

  throws(error: unknown): void {
    const { signal } = this.attempt
    const isReason = signal.aborted && error === signal.reason
    this.attempt.outcome = isReason ? 'aborted' : StageflowError.is(error) ? error.code : 'thrown'
  }

  ends(): void {
    if (this.#waits === 0) this.#pause()
    this.attempt.endedAt = this.#log.now()
    this.attempt.aborted = this.attempt.signal.aborted
  }

  #pause(): void {
    this.attempt.activeMs += this.#log.now() - this.#activeSince
    this.#log.pauses(this.attempt.place, this.attempt.signal)
  }
}
