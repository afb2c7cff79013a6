import {
  ABORT,
  ARM,
  BEGAN,
  CANCELLED,
  DETACHED,
  END,
  FAILED,
  INTERRUPT,
  LEFT,
  OK,
  PARK,
  READY,
  RELEASE,
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
  WAITED,
  WAITING,
} from '../src/schedule/plan.ts'
import { NO_EDGES, sourcesOf } from './random-graphs.ts'
import type { WiredEdges, Wiring } from './random-graphs.ts'
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
  /** The fact after which it started. */
  startedAt: number
  /** The fact, by number, that its code was called. −1: it wasn't. */
  beganAt: number
  /** It reads no more chunks. */
  detached: boolean
  late: boolean
  interrupted: boolean
  /** It waits for soft dependencies only. */
  armed: boolean
  /** For how long it has waited for them, in ms. */
  waited: number
  /** The gate that refused it. */
  refusedBy: number | undefined
  /** All its gates have opened. */
  released: boolean
  /** It runs without a slot. */
  parked: boolean
  /** It was skipped because of a failure, and counts as failed. So does one that runs, once a gate that failed has refused it. */
  forFailure: boolean
}

/**
 * The rules of scheduling, written to be obviously right: after each fact everything is looked at again. Where the rules leave
 * the order open it says which commands are right, and takes the one that was given.
 */
export class ReferenceSchedule {
  readonly stages: ReferenceStage[]
  stopped = false
  interrupted = false
  ended = false
  readonly skipsDue = new Set<number>()
  readonly abortsDue = new Set<number>()
  readonly armsDue = new Set<number>()
  readonly releasesDue = new Set<number>()
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
  readonly #refusedBy: (place: number) => number | undefined

  /**
   * `countsAsFailed`: whether the schedule counts a stage that it skipped as failed. `refusedBy`: which gate refused a stage. Asked
   * only where the rules leave that open.
   */
  constructor(
    wiring: readonly Wiring[],
    limit: number,
    goOn: boolean,
    countsAsFailed: (place: number) => boolean,
    refusedBy: (place: number) => number | undefined = () => undefined,
  ) {
    this.#wiring = wiring
    const edges = wiring.map((each) => ({ dependencies: sourcesOf(each) }))
    this.#dependents = dependentsOf(edges)
    this.#paths = longestPaths(edges)
    this.#limit = limit
    this.#goOn = goOn
    this.#countsAsFailed = countsAsFailed
    this.#refusedBy = refusedBy
    this.stages = wiring.map(() => ({
      state: WAITING,
      stays: false,
      decidedAt: 0,
      settledAt: -1,
      startedAt: -1,
      beganAt: -1,
      detached: false,
      late: false,
      interrupted: false,
      armed: false,
      waited: 0,
      refusedBy: undefined,
      released: false,
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
    if (fact === INTERRUPT) {
      if (this.stopped || this.interrupted) return false
      this.#facts++
      this.#interrupt()
      return true
    }
    if (stage === undefined) return false
    if (fact === WAITED) {
      if (this.stopped || !stage.armed) return false
      this.#facts++
      stage.waited = detail
      this.armsDue.add(place)
      this.#spread()
      return true
    }
    if (fact === LEFT) {
      if (!stage.stays) return false
      stage.stays = false
      return true
    }
    if (fact === PARK || fact === UNPARK) {
      if (this.#limit === Infinity || this.stopped || stage.state !== RUNNING) return false
      const inLine = this.#returning.indexOf(place)
      if (fact === UNPARK) return stage.parked && inLine < 0 && this.#returning.push(place) > 0
      // A stage in line for a slot waits again: it leaves the line.
      if (inLine >= 0) return this.#returning.splice(inLine, 1).length > 0
      if (stage.parked) return false
      stage.parked = true
      return true
    }
    if (fact === BEGAN || fact === DETACHED) return this.#feedStream(fact, place)
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

  #feedStream(fact: number, place: number): boolean {
    const stage = this.stages[place] as ReferenceStage
    if (this.stopped || stage.state !== RUNNING) return false
    if (fact === BEGAN ? stage.beganAt >= 0 : stage.detached || this.#streamsOf(place).length === 0) return false
    this.#facts++
    if (fact === BEGAN) stage.beganAt = this.#facts
    else stage.detached = true
    this.#spread()
    return true
  }

  /** The fact, by number, by which a dependency came to count for a stage as it does. −1: it doesn't yet. */
  countedAt(source: number, place: number): number {
    const { beganAt, settledAt } = this.stages[source] as ReferenceStage
    return beganAt >= 0 && this.#streamsOf(place).includes(source) ? beganAt : settledAt
  }

  /** Whether a command is right now. */
  allows(operation: number, place: number): boolean {
    if (operation === SKIP) return this.skipsDue.has(place)
    // A stage that a gate has refused may be told once more, by a stop or because no reader is left.
    if (operation === ABORT) return this.abortsDue.has(place) || this.stages[place]?.refusedBy !== undefined
    // Told once more, or too late, it comes to nothing.
    if (operation === ARM) return this.#edgesOf(place).soft.length > 0
    if (operation === RELEASE) return (this.stages[place] as ReferenceStage).released
    if (operation === START) return this.#mayStart().includes(place)
    if (operation === RESUME) return this.#mayResume().includes(place)
    return operation === END && !this.ended && this.#isOver() && this.skipsDue.size === 0
  }

  /** Whether there is nothing to command. */
  get idle(): boolean {
    const aborts = [...this.abortsDue].some((place) => this.stages[place]?.state === RUNNING)
    const arms = [...this.armsDue].some((place) => this.stages[place]?.armed)
    const releases = [...this.releasesDue].some((place) => this.stages[place]?.state === RUNNING)
    return (
      !aborts &&
      (this.stopped || (!arms && !releases)) &&
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
    else if (operation === ARM) this.armsDue.delete(place)
    else if (operation === RELEASE) this.releasesDue.delete(place)
    else if (operation === END) this.ended = true
    else if (operation === RESUME) {
      this.#returning.shift()
      ;(this.stages[place] as ReferenceStage).parked = false
    } else {
      this.#facts++
      Object.assign(this.stages[place] as ReferenceStage, { state: RUNNING, startedAt: this.#facts })
      this.#spread()
    }
  }

  #isOver(): boolean {
    return (
      this.running + this.staying === 0 &&
      (this.stopped || this.stages.every(({ state, armed }) => state !== READY && !armed))
    )
  }

  /** Whether a stage may take a slot: each stage that runs or stays has one, unless it is parked. */
  get #hasFreeSlot(): boolean {
    const parked = this.stages.filter((stage) => stage.parked).length
    return this.#limit === Infinity || this.running + this.staying - parked < this.#limit
  }

  #mayResume(): readonly number[] {
    return this.stopped || !this.#hasFreeSlot ? [] : this.#returning.slice(0, 1)
  }

  #mayStart(): readonly number[] {
    // Parked stages that go on come first.
    if (this.stopped || !this.#hasFreeSlot || this.#returning.length > 0) return []
    const ready = [...this.stages.keys()].filter((place) => this.stages[place]?.state === READY)
    const path = (place: number): number => this.#paths[place] as number
    if (this.#limit < Infinity) return ready.toSorted((a, b) => path(b) - path(a) || a - b).slice(0, 1)
    // Those that depend on nothing start in declared order; about the others no order is promised.
    const waitsForNone = (place: number): boolean =>
      this.#wiring[place]?.dependencies.length === 0 && this.#edgesOf(place).soft.length === 0
    const first = ready.find(waitsForNone)
    return ready.filter((place) => !waitsForNone(place) || place === first)
  }

  #stop(): void {
    if (this.stopped) return
    this.stopped = true
    this.stages.forEach((stage, place) => {
      stage.armed = false
      if (stage.state === RUNNING) this.#abort(place)
    })
  }

  /** What has not started is skipped, but for stages that are spared. Nothing ends as late from then on. */
  #interrupt(): void {
    this.interrupted = true
    this.stages.forEach((stage, place) => {
      if (this.#edgesOf(place).uninterruptible || (stage.state !== SUSPENDED && stage.state >= RUNNING)) return
      stage.interrupted = true
      this.#decide(stage, SKIPPED, place)
    })
    this.#spread()
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
        if (this.#look(stage, place)) changed = true
      })
    }
    if (this.stopped) return
    this.stages.forEach(({ state, refusedBy }, place) => {
      const gate = this.#edgesOf(place).gates.find((one) => ['skip', 'fail'].includes(this.#countsAs(one) ?? ''))
      if (gate !== undefined && refusedBy === undefined && state <= RUNNING)
        throw new Error(`gate ${gate} does not refuse stage ${place}`)
    })
    // One fact may do both: put a need out of reach, and take the last reader away. Either is a reason.
    this.stages.forEach((stage, place) => {
      if (stage.state === SKIPPED && stage.decidedAt === this.#facts && this.#wiring[place]?.late === true)
        stage.late ||= this.#isUnread(place)
    })
    this.#checkWhatWasOpen()
  }

  /** Looks at one stage. Returns whether it has changed. */
  #look(stage: ReferenceStage, place: number): boolean {
    const { join, late } = this.#wiring[place] as Wiring
    const waits = stage.state < RUNNING || stage.state === SUSPENDED
    if (!waits && stage.state !== RUNNING) return false
    const isRefused = this.#refusedBy(place) !== undefined
    if (late && !this.interrupted && !stage.late && this.#isUnread(place) && (!waits || !isRefused)) {
      stage.late = true
      if (stage.state === RUNNING) this.#abort(place)
      else this.#decide(stage, SKIPPED, place)
      return true
    }
    if (this.#isRefusedNow(stage, place)) return true
    // It is refused by the same fact, once its gate has been skipped.
    if (stage.state !== WAITING || isRefused) return false
    const verdict = verdictOf(join, this.#countsOf(place))
    if (verdict === 'skip') {
      stage.forFailure = skipsEarly(join) ? this.#countsAsFailed(place) : this.#countsOf(place).includes('fail')
      this.#decide(stage, SKIPPED, place)
      return true
    }
    if (verdict === 'wait') return false
    if (this.waitOf(place) === 0) {
      this.#decide(stage, READY, place)
      return true
    }
    if (stage.armed) return false
    stage.armed = true
    this.armsDue.add(place)
    return true
  }

  /** The longest wait for a soft dependency that has not settled, of those that have not run out. 0: it waits for none. */
  waitOf(place: number): number {
    const { soft, waits } = this.#edgesOf(place)
    const { waited } = this.stages[place] as ReferenceStage
    const open = waits.filter((wait, position) => {
      const { state } = this.stages[soft[position] as number] as ReferenceStage
      return (state < OK || state === SUSPENDED) && wait > waited
    })
    return Math.max(0, ...open)
  }

  /** Whether what a stage does is held. */
  isHeld(place: number): boolean {
    return this.#edgesOf(place).gates.some((gate) => this.stages[gate]?.state !== OK)
  }

  /** Lets a gate that did not end ok refuse a stage, and releases one whose gates have all opened. */
  #isRefusedNow(stage: ReferenceStage, place: number): boolean {
    const { gates } = this.#edgesOf(place)
    if (gates.length === 0 || stage.refusedBy !== undefined || stage.released || stage.state === SUSPENDED) return false
    const counts = gates.map((gate) => this.#countsAs(gate))
    const refused = gates.filter((_, position) => counts[position] === 'skip' || counts[position] === 'fail')
    if (refused.length === 0) {
      if (stage.state !== RUNNING || this.isHeld(place)) return false
      // Gates that had opened before it started have never held it.
      stage.released = true
      if (gates.some((gate) => (this.stages[gate] as ReferenceStage).settledAt > stage.startedAt))
        this.releasesDue.add(place)
      return true
    }
    // Which of several gates that end by one fact comes first is open, and whether a stage is skipped for another reason before it is told.
    const told = this.#refusedBy(place)
    if (told === undefined || !refused.includes(told)) return false
    stage.refusedBy = told
    stage.forFailure = this.#countsAs(told) === 'fail'
    if (stage.state === RUNNING) this.#abort(place)
    else this.#decide(stage, SKIPPED, place)
    return true
  }

  #countsOf(place: number): readonly (Counts | undefined)[] {
    return (this.#wiring[place] as Wiring).dependencies.map((source) => {
      const { beganAt } = this.stages[source] as ReferenceStage
      // A stream is there once the code of its source is called, whatever that comes to.
      return beganAt >= 0 && this.#streamsOf(place).includes(source) ? 'ok' : this.#countsAs(source)
    })
  }

  /** How a stage counts for those that wait for its end. */
  #countsAs(source: number): Counts | undefined {
    const { state, forFailure } = this.stages[source] as ReferenceStage
    return forFailure && state === SKIPPED ? 'fail' : COUNTS.get(state)
  }

  #edgesOf(place: number): WiredEdges {
    return this.#wiring[place]?.edges ?? NO_EDGES
  }
  #streamsOf(place: number): readonly number[] {
    return this.#edgesOf(place).streams
  }

  /** Which of the dependencies that one fact skips is told of first is open: a stage may be skipped before it is told of one that counts as failed. */
  #checkWhatWasOpen(): void {
    this.stages.forEach(({ state, decidedAt, late, refusedBy, interrupted, forFailure }, place) => {
      const { join, dependencies } = this.#wiring[place] as Wiring
      if (
        state !== SKIPPED ||
        decidedAt !== this.#facts ||
        late ||
        refusedBy !== undefined ||
        interrupted ||
        !skipsEarly(join)
      )
        return
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
    stage.armed = false
    stage.decidedAt = this.#facts
    if (state !== SKIPPED) return
    stage.settledAt = this.#facts
    this.skipsDue.add(place)
  }

  /**
   * Whether no stage can read a stage any more: it had readers, and each has started or will not. A reader of its chunks counts until
   * it has settled, or reads no more, and a stage that it is a gate of until that has settled.
   */
  #isUnread(place: number): boolean {
    const readers = this.#dependents[place] as readonly number[]
    return (
      readers.length > 0 &&
      readers.every((reader) => {
        const { state, detached } = this.stages[reader] as ReferenceStage
        const { streams, gates } = this.#edgesOf(reader)
        if (streams.includes(place)) return detached || state >= OK
        return gates.includes(place) ? state >= OK : state >= RUNNING
      })
    )
  }
}
