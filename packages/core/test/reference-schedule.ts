import {
  ABORT,
  CANCELLED,
  END,
  FAILED,
  LEFT,
  OK,
  PARK,
  READY,
  RESUME,
  RUNNING,
  SETTLED,
  SKIP,
  SKIPPED,
  START,
  STAYS,
  STOP,
  SUSPENDED,
  UNPARK,
  WAITING,
} from '../src/schedule/plan.ts'
import type { Wiring } from './random-graphs.ts'
import { dependentsOf, longestPaths, skipsEarly, verdictOf } from './reference-join.ts'
import type { Counts } from './reference-join.ts'

const COUNTS = new Map<number, Counts>([
  [OK, 'ok'],
  [SKIPPED, 'skip'],
  [FAILED, 'fail'],
])

/** One stage as the reference sees it. */
export interface ReferenceStage {
  state: number
  stays: boolean
  /** The fact, by number, that made it ready, skipped it or settled it. */
  decidedAt: number
  settledAt: number
  late: boolean
  /** It runs without a slot. */
  parked: boolean
  /** It was skipped because of a failure, and counts as failed. */
  forFailure: boolean
}

/**
 * The rules of scheduling, written to be obviously right: after each fact everything is looked at again. Where the rules leave
 * the order open it says which commands are right, and takes the one that was given.
 */
export class ReferenceSchedule {
  readonly stages: ReferenceStage[]
  stopped = false
  ended = false
  readonly skipsDue = new Set<number>()
  readonly abortsDue = new Set<number>()
  /** Parked stages that wait for a slot, first come first served. */
  readonly #returning: number[] = []
  /** Stages that were commanded to abort, or will be. */
  readonly #aborted = new Set<number>()
  #facts = 0
  readonly #wiring: readonly Wiring[]
  readonly #dependents: readonly (readonly number[])[]
  readonly #paths: readonly number[]
  readonly #limit: number
  readonly #goOn: boolean
  readonly #countsAsFailed: (place: number) => boolean

  /** `countsAsFailed`: whether the schedule counts a stage that it skipped as failed; asked only where the rules leave that open. */
  constructor(wiring: readonly Wiring[], limit: number, goOn: boolean, countsAsFailed: (place: number) => boolean) {
    this.#wiring = wiring
    this.#dependents = dependentsOf(wiring)
    this.#paths = longestPaths(wiring)
    this.#limit = limit
    this.#goOn = goOn
    this.#countsAsFailed = countsAsFailed
    this.stages = wiring.map(() => ({
      state: WAITING,
      stays: false,
      decidedAt: 0,
      settledAt: -1,
      late: false,
      parked: false,
      forFailure: false,
    }))
    this.#spread()
  }

  get running(): number {
    return this.stages.filter(({ state }) => state === RUNNING).length
  }
  get staying(): number {
    return this.stages.filter(({ stays }) => stays).length
  }
  get left(): number {
    return this.stages.filter(({ state }) => state < OK || state === SUSPENDED).length
  }
  get suspended(): number {
    return this.stages.filter(({ state }) => state === SUSPENDED).length
  }

  /** Takes a fact; false where it is repeated or illegal, and so changes nothing. */
  feed(fact: number, place: number, detail: number): boolean {
    const stage = this.stages[place]
    if (fact === STOP) {
      if (this.stopped) return false
      this.#facts++
      this.#stop()
      return true
    }
    if (stage === undefined) return false
    if (fact === LEFT) {
      if (!stage.stays) return false
      stage.stays = false
      return true
    }
    if (fact === PARK || fact === UNPARK) {
      if (this.#limit === 0 || this.stopped || stage.state !== RUNNING) return false
      const inLine = this.#returning.indexOf(place)
      if (fact === UNPARK) return stage.parked && inLine < 0 && this.#returning.push(place) > 0
      // A stage in line for a slot waits again: it leaves the line.
      if (inLine >= 0) return this.#returning.splice(inLine, 1).length > 0
      if (stage.parked) return false
      stage.parked = true
      return true
    }
    const status = detail % STAYS
    if (fact !== SETTLED || stage.state !== RUNNING || status < OK || status > SUSPENDED) return false
    this.#facts++
    stage.state = status
    stage.stays = detail >= STAYS
    stage.parked = false
    if (this.#returning.includes(place)) this.#returning.splice(this.#returning.indexOf(place), 1)
    stage.settledAt = this.#facts
    if (status === CANCELLED || (status === FAILED && !this.#goOn)) this.#stop()
    this.#spread()
    return true
  }

  /** Whether a command is right now. */
  allows(operation: number, place: number): boolean {
    if (operation === SKIP) return this.skipsDue.has(place)
    if (operation === ABORT) return this.abortsDue.has(place)
    if (operation === START) return this.#mayStart().includes(place)
    if (operation === RESUME) return this.#mayResume().includes(place)
    return operation === END && !this.ended && this.#isOver() && this.skipsDue.size === 0
  }

  /** Whether there is nothing to command. */
  get idle(): boolean {
    const aborts = [...this.abortsDue].some((place) => this.stages[place]?.state === RUNNING)
    return (
      !aborts &&
      this.skipsDue.size === 0 &&
      this.#mayStart().length === 0 &&
      this.#mayResume().length === 0 &&
      (this.ended || !this.#isOver())
    )
  }

  /** Carries a command out. */
  take(operation: number, place: number): void {
    if (operation === SKIP) this.skipsDue.delete(place)
    else if (operation === ABORT) this.abortsDue.delete(place)
    else if (operation === END) this.ended = true
    else if (operation === RESUME) {
      this.#returning.shift()
      ;(this.stages[place] as ReferenceStage).parked = false
    } else {
      this.#facts++
      ;(this.stages[place] as ReferenceStage).state = RUNNING
      this.#spread()
    }
  }

  #isOver(): boolean {
    return this.running + this.staying === 0 && (this.stopped || this.stages.every(({ state }) => state !== READY))
  }

  /** Whether a stage may take a slot: each stage that runs or stays has one, unless it is parked. */
  get #hasFreeSlot(): boolean {
    const parked = this.stages.filter((stage) => stage.parked).length
    return this.#limit === 0 || this.running + this.staying - parked < this.#limit
  }

  #mayResume(): readonly number[] {
    return this.stopped || !this.#hasFreeSlot ? [] : this.#returning.slice(0, 1)
  }

  #mayStart(): readonly number[] {
    // Parked stages that go on come first.
    if (this.stopped || !this.#hasFreeSlot || this.#returning.length > 0) return []
    const ready = [...this.stages.keys()].filter((place) => this.stages[place]?.state === READY)
    const path = (place: number): number => this.#paths[place] as number
    if (this.#limit > 0) return ready.toSorted((a, b) => path(b) - path(a) || a - b).slice(0, 1)
    // Those that depend on nothing start in declared order; about the others no order is promised.
    const first = ready.find((place) => this.#wiring[place]?.dependencies.length === 0)
    return ready.filter((place) => this.#wiring[place]?.dependencies.length !== 0 || place === first)
  }

  #stop(): void {
    if (this.stopped) return
    this.stopped = true
    this.stages.forEach(({ state }, place) => {
      if (state === RUNNING) this.#abort(place)
    })
  }

  #abort(place: number): void {
    if (!this.#aborted.has(place)) this.abortsDue.add(place)
    this.#aborted.add(place)
  }

  /** Looks at every stage until nothing changes. */
  #spread(): void {
    for (let changed = !this.stopped; changed;) {
      changed = false
      this.stages.forEach((stage, place) => {
        const { join, late } = this.#wiring[place] as Wiring
        const verdict = verdictOf(join, this.#countsOf(place))
        const waits = stage.state < RUNNING || stage.state === SUSPENDED
        const unread = late && (waits || stage.state === RUNNING) && !stage.late && this.#isUnread(place)
        if (unread) stage.late = true
        if (unread && stage.state === RUNNING) this.#abort(place)
        const isOutOfReach = stage.state === WAITING && verdict === 'skip'
        if (isOutOfReach)
          stage.forFailure = skipsEarly(join) ? this.#countsAsFailed(place) : this.#countsOf(place).includes('fail')
        if (waits && (unread || isOutOfReach)) this.#decide(stage, SKIPPED, place)
        else if (stage.state === WAITING && verdict === 'start') this.#decide(stage, READY, place)
        else return
        changed = true
      })
    }
    // One fact may do both: put a need out of reach, and take the last reader away. Either is a reason.
    this.stages.forEach((stage, place) => {
      if (stage.state === SKIPPED && stage.decidedAt === this.#facts && this.#wiring[place]?.late === true)
        stage.late ||= this.#isUnread(place)
    })
    this.#checkWhatWasOpen()
  }

  #countsOf(place: number): readonly (Counts | undefined)[] {
    return (this.#wiring[place] as Wiring).dependencies.map((source) => {
      const { state, forFailure } = this.stages[source] as ReferenceStage
      return forFailure ? 'fail' : COUNTS.get(state)
    })
  }

  /** Which of the dependencies that one fact skips is told of first is open: a stage may be skipped before it is told of one that counts as failed. */
  #checkWhatWasOpen(): void {
    this.stages.forEach(({ state, decidedAt, late, forFailure }, place) => {
      const { join, dependencies } = this.#wiring[place] as Wiring
      if (state !== SKIPPED || decidedAt !== this.#facts || late || !skipsEarly(join)) return
      const failed = dependencies.filter((_, position) => this.#countsOf(place)[position] === 'fail')
      const isCertain = failed.some((source) => {
        const one = this.stages[source] as ReferenceStage
        return one.state === FAILED || one.settledAt < decidedAt
      })
      if (forFailure ? failed.length === 0 : isCertain)
        throw new Error(`stage ${place} ${forFailure ? 'counts' : 'does not count'} as failed`)
    })
  }

  #decide(stage: ReferenceStage, state: number, place: number): void {
    stage.state = state
    stage.decidedAt = this.#facts
    if (state !== SKIPPED) return
    stage.settledAt = this.#facts
    this.skipsDue.add(place)
  }

  /** Whether no stage can read a stage any more: it had readers, and each has started or will not. */
  #isUnread(place: number): boolean {
    const readers = this.#dependents[place] as readonly number[]
    return readers.length > 0 && readers.every((reader) => (this.stages[reader] as ReferenceStage).state >= RUNNING)
  }
}
