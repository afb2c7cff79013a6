import { untouched } from './expected-stage.ts'
import type { ExpectedStage } from './expected-stage.ts'
import { dependentsOf, longestPaths, skipsEarly, verdictOf } from './reference-join.ts'
import type { Counts } from './reference-join.ts'
import type { Ending, RunCase, StageCase } from './run-case.ts'

/** Where the rules leave open which of two things comes first in one instant, what really came first. */
export interface Seen {
  /** The stages in the order they started. */
  readonly starts: readonly number[]
  /** The stages that ended as late while they ran. */
  readonly late: ReadonlySet<number>
  /** The stages that say that a failure had its share in their being skipped. */
  readonly forFailure: ReadonlySet<number>
}

const bad = (ending: Ending): boolean => ending === 'fail' || ending === 'retry' || ending === 'throw'

/** One run on a simulated time line, written to be obviously right: after everything that happens, all is looked at again. */
export class ReferenceRun {
  now = 0
  status: 'completed' | 'cancelled' | 'failed' = 'completed'
  /** The stages whose failures count, in order; `undefined`: the run's time-out. */
  readonly errors: (number | undefined)[] = []
  readonly stages: readonly ExpectedStage[]
  readonly starts: number[] = []
  readonly #case: RunCase
  readonly #seen: Seen
  readonly #dependents: readonly (readonly number[])[]
  readonly #paths: readonly number[]
  #stopped = false
  #graceAt = Infinity
  #abortAt: number
  #timeoutAt: number

  constructor(run: RunCase, seen: Seen) {
    this.#case = run
    this.#seen = seen
    this.#dependents = dependentsOf(run.stages)
    this.#paths = longestPaths(run.stages)
    this.#abortAt = run.abortAtMs ?? Infinity
    this.#timeoutAt = run.timeoutMs ?? Infinity
    this.stages = run.stages.map(untouched)
    this.#spread()
    if (this.#abortAt < 0) this.#stop('cancelled')
    this.#drive()
    while (this.#busy().length > 0) this.#next()
  }

  #of(place: number): StageCase {
    return this.#case.stages[place] as StageCase
  }
  #at(place: number): ExpectedStage {
    return this.stages[place] as ExpectedStage
  }
  /** The stages that run, or whose code does. */
  #busy(): readonly ExpectedStage[] {
    return this.stages.filter(({ phase, codeEndsAt }) => phase === 'running' || codeEndsAt !== undefined)
  }

  // ---------- time

  /** Goes on to the next thing that happens. */
  #next(): void {
    const timesOf = ({ codeEndsAt, answersAt, waitsUntil }: ExpectedStage) => [codeEndsAt, answersAt, waitsUntil]
    const times = this.stages.flatMap(timesOf).filter((time) => time !== undefined)
    this.now = Math.min(...times, this.#graceAt, this.#abortAt, this.#timeoutAt)
    const place = this.stages.findIndex((stage) => timesOf(stage).includes(this.now))
    if (place >= 0 && this.#at(place).codeEndsAt === this.now) this.#codeEnds(place)
    else if (place >= 0 && this.#at(place).answersAt === this.now) this.#losesPatience(place)
    else if (place >= 0) this.#settle(place, 'fail', 'core/still-running')
    else if (this.#graceAt === this.now) this.#abandon()
    else if (this.#abortAt === this.now) {
      this.#abortAt = Infinity
      this.#stop('cancelled')
    } else {
      this.#timeoutAt = Infinity
      if (!this.#stopped) this.errors.push(undefined)
      this.#stop('failed')
    }
    this.#drive()
  }

  /** Starts whatever may start now. */
  #drive(): void {
    for (;;) {
      this.#spread()
      const late = this.#runningLate()
      const seenLate = late.find((place) => this.#seen.late.has(place))
      const start = this.#nextStart()
      if (seenLate !== undefined) this.#endLate(seenLate)
      else if (start !== undefined) this.#start(start)
      else if (late[0] !== undefined) this.#endLate(late[0])
      else break
    }
    if (this.#stopped) return
    const onlyCode = this.#busy().length > 0 && this.stages.every(({ phase }) => phase !== 'running')
    if (!onlyCode) this.#graceAt = Infinity
    else if (this.#graceAt === Infinity) this.#graceAt = this.now + this.#case.graceMs
  }

  // ---------- what may start, and what will not

  #verdict(place: number): 'wait' | 'start' | 'skip' {
    const { join, dependencies } = this.#of(place)
    return verdictOf(
      join,
      dependencies.map((source) => this.#at(source).counts),
    )
  }

  #isUnread(place: number): boolean {
    const readers = this.#dependents[place] as readonly number[]
    return (
      this.#of(place).late &&
      readers.length > 0 &&
      readers.every((reader) => ['running', 'settled'].includes(this.#at(reader).phase))
    )
  }

  #spread(): void {
    const skipped: number[] = []
    for (let changed = !this.#stopped; changed;) {
      changed = false
      this.stages.forEach((stage, place) => {
        const verdict = stage.phase === 'waiting' ? this.#verdict(place) : 'wait'
        const waits = stage.phase === 'waiting' || stage.phase === 'ready'
        if (verdict === 'skip' || (waits && this.#isUnread(place))) {
          const counts = verdict === 'skip' ? this.#countsWhenSkipped(place) : 'skip'
          Object.assign(stage, { phase: 'settled', status: 'skip', counts, endedAt: this.now })
          skipped.push(place)
        } else if (verdict === 'start') Object.assign(stage, { phase: 'ready', readyAt: this.now })
        else return
        changed = true
      })
    }
    for (const place of skipped) {
      this.#checkWhatWasOpen(place)
      this.#at(place).kinds = [
        ...(this.#verdict(place) === 'skip' ? ['dependency'] : []),
        ...(this.#isUnread(place) ? ['late'] : []),
      ]
    }
  }

  /** Which of two dependencies that end at one instant is told first is open for joins that need not wait for both. */
  #countsWhenSkipped(place: number): Counts {
    const { join, dependencies } = this.#of(place)
    const isForFailure = skipsEarly(join)
      ? this.#seen.forFailure.has(place)
      : dependencies.some((source) => this.#at(source).counts === 'fail')
    return isForFailure ? 'fail' : 'skip'
  }

  #checkWhatWasOpen(place: number): void {
    if (this.#isUnread(place)) return
    const failed = this.#of(place).dependencies.filter((source) => this.#at(source).counts === 'fail')
    const isCertain = failed.some(
      (source) => this.#at(source).status === 'fail' || this.#at(source).endedAt !== this.now,
    )
    if (this.#at(place).counts === 'fail' ? failed.length === 0 : isCertain)
      throw new Error(`stage ${place} counts as ${this.#at(place).counts}, beside failures of ${failed.join(', ')}`)
  }

  #runningLate(): readonly number[] {
    return this.#stopped
      ? []
      : [...this.stages.keys()].filter((place) => this.#at(place).phase === 'running' && this.#isUnread(place))
  }

  #nextStart(): number | undefined {
    const { maxConcurrency } = this.#case
    if (this.#stopped || this.#busy().length >= (maxConcurrency ?? Infinity)) return undefined
    const ready = [...this.stages.keys()].filter((place) => this.#at(place).phase === 'ready')
    const path = (place: number): number => this.#paths[place] as number
    const seen = (place: number): number =>
      this.#seen.starts.includes(place) ? this.#seen.starts.indexOf(place) : Infinity
    if (maxConcurrency !== undefined) return ready.toSorted((a, b) => path(b) - path(a) || a - b)[0]
    return ready.toSorted((a, b) => (seen(a) === seen(b) ? a - b : seen(a) - seen(b)))[0]
  }

  // ---------- one stage

  #start(place: number): void {
    const { when, style, durationMs, endings, earlyMs, wrapped, dependencies } = this.#of(place)
    const stage = this.#at(place)
    stage.phase = 'running'
    this.starts.push(place)
    this.#spread()
    if (when === 'false') return this.#settle(place, 'skip', 'when')
    if (when === 'throws') return this.#settle(place, 'fail', 'core/when')
    stage.startedAt = this.now
    stage.attempts = 1
    stage.inputs = dependencies.map((source) => {
      const { status, counts = 'late' } = this.#at(source)
      return counts === 'fail' ? status : counts
    })
    if (style === 'sync') {
      if (wrapped && this.#case.wrapper === 'retries' && bad(endings[0])) stage.attempts = 2
      return this.#end(place, endings[stage.attempts - 1] as Ending)
    }
    stage.codeEndsAt = this.now + durationMs
    const { wrapper } = this.#case
    if (wrapped && (wrapper === 'answers early' || wrapper === 'calls again')) stage.answersAt = this.now + earlyMs
  }

  #codeEnds(place: number): void {
    const stage = this.#at(place)
    const { style, wrapped, endings, durationMs, stubborn } = this.#of(place)
    const chunks = style === 'generator' ? this.#of(place).chunks : 0
    stage.codeEndsAt = undefined
    if (stage.phase === 'settled') return
    if (stage.waitsUntil !== undefined) return this.#callAgain(place)
    // A generator that ignores its signal is cut where it yields.
    if (stage.heeds || (stubborn && this.#stopped && chunks > 0)) return this.#settle(place, 'cancel', 'stopped')
    stage.chunks += chunks
    const ending = endings[stage.attempts - 1] as Ending
    if (wrapped && this.#case.wrapper === 'retries' && bad(ending) && stage.attempts === 1) {
      if (this.#stopped) return this.#settle(place, 'cancel', 'stopped')
      if (chunks > 0) return this.#settle(place, 'fail', 'core/attempt-committed')
      stage.attempts = 2
      stage.codeEndsAt = this.now + durationMs
    } else this.#end(place, ending)
  }

  /** The second call of a stage, once the code of the first has ended. */
  #callAgain(place: number): void {
    const stage = this.#at(place)
    stage.waitsUntil = undefined
    if (this.#stopped) return this.#settle(place, 'cancel', 'stopped')
    stage.attempts = 2
    stage.codeEndsAt = this.now + this.#of(place).durationMs
  }

  #end(place: number, ending: Ending): void {
    if (ending === 'aborts') {
      this.#stop('cancelled')
      return this.#settle(place, 'ok', 'ok')
    }
    if (ending === 'ok' || ending === 'skip' || ending === 'cancel')
      this.#settle(place, ending, ending === 'ok' ? 'ok' : 'own')
    else this.#settle(place, 'fail', ending === 'retry' ? 'core/retry-exhausted' : 'own')
  }

  /** The interceptor finds the stage slow: answers in its place, or calls it again. */
  #losesPatience(place: number): void {
    const stage = this.#at(place)
    stage.answersAt = undefined
    if (!this.#of(place).stubborn) stage.codeEndsAt = this.now
    if (this.#case.wrapper === 'answers early') this.#settle(place, 'fail', 'early')
    else if (this.#stopped) this.#settle(place, 'cancel', 'stopped')
    else stage.waitsUntil = this.now + this.#case.graceMs
  }

  #endLate(place: number): void {
    if (!this.#of(place).stubborn) this.#at(place).codeEndsAt = this.now
    this.#settle(place, 'skip', 'late')
  }

  #settle(place: number, status: ExpectedStage['status'], kind: string): void {
    const stage = this.#at(place)
    const { onFailure } = this.#of(place)
    Object.assign(stage, {
      phase: 'settled',
      status,
      kinds: [kind],
      endedAt: this.now,
      answersAt: undefined,
      waitsUntil: undefined,
      counts: status === 'cancel' ? undefined : status,
    })
    if (status === 'cancel') return this.#stop('cancelled')
    if (status !== 'fail') return
    if (onFailure !== 'none') Object.assign(stage, { tolerated: true, counts: onFailure === 'skip' ? 'skip' : 'ok' })
    else {
      this.errors.push(place)
      if (this.#case.onStageFailure === 'stop') this.#stop('failed')
      else if (this.status === 'completed') this.status = 'failed'
    }
  }

  // ---------- what stops everything

  #stop(status: 'cancelled' | 'failed'): void {
    if (this.status === 'completed') this.status = status
    if (this.#stopped) return
    this.#stopped = true
    this.stages.forEach((stage, place) => {
      if (stage.phase !== 'running' || stage.codeEndsAt === undefined || this.#of(place).stubborn) return
      stage.heeds = true
      stage.codeEndsAt = this.now
    })
    if (this.#busy().length > 0 && this.#graceAt === Infinity) this.#graceAt = this.now + this.#case.graceMs
  }

  /** The grace time is over: the run no longer waits for code that still runs. */
  #abandon(): void {
    this.#graceAt = Infinity
    this.stages.forEach((stage, place) => {
      if (stage.codeEndsAt === undefined) return
      stage.abandoned = true
      stage.codeEndsAt = undefined
      if (stage.phase === 'running') this.#settle(place, 'cancel', 'abandoned')
    })
  }
}
