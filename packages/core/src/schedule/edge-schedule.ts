import { ABORT, ARM, BEGAN, CELLS, DETACHED, FAILED, OK, PENDING, RELEASE, RUNNING } from './plan.ts'
import { SETTLED, SUSPENDED, WAITED, WHY } from './plan.ts'
import type { EdgePlan } from './edge-plan.ts'
import type { EdgeRows } from './plan.ts'
import { Schedule } from './schedule.ts'

/** The schedule of a graph with edges that aren't plain dependencies. */
export class EdgeSchedule extends Schedule {
  declare protected readonly plan: EdgePlan
  /** Stages whose code has been called. */
  readonly #began = new Set<number>()
  /** Readers that read no more. */
  readonly #detached = new Set<number>()
  /** Stages that wait for nothing but soft dependencies, and how long they have waited for them, in ms. */
  readonly #waited = new Map<number, number>()
  /** How many gates of each stage haven't opened. */
  readonly #gatesLeft: number[]
  /** The gate that refused a stage. */
  readonly #refusedBy = new Map<number, number>()

  constructor(plan: EdgePlan, limit: number, goOn: boolean) {
    super(plan, limit, goOn)
    this.#gatesLeft = plan.edges.gates.map((row) => row.length)
    plan.edges.soft.forEach((sources, stage) => {
      if (sources.length > 0 && this.cells[stage * CELLS + PENDING] === 0) this.release(stage)
    })
  }

  override feed(fact: number, stage: number, detail: number): boolean {
    if (fact === BEGAN) return this.#begins(stage)
    if (fact === DETACHED) return this.#detach(stage)
    if (fact === WAITED) return this.#hasWaited(stage, detail)
    if (!super.feed(fact, stage, detail)) return false
    if (fact === SETTLED) this.#leaveAtEnd(stage)
    return true
  }

  protected override tellDependents(stage: number, status: number): void {
    const counts = this.#refusedBy.has(stage) && this.failureBehind(stage) >= 0 ? FAILED : status
    super.tellDependents(stage, counts)
    this.#tellSoft(stage)
    this.#tellGated(stage, counts)
    // A stream is an edge on the start of its source: if that ended before its code was called, its readers are told how.
    if (!this.#began.has(stage)) this.tell(this.plan.readersOf, stage, counts)
  }

  protected override skip(stage: number): void {
    this.#disarm(stage)
    super.skip(stage)
  }

  /** A stage that starts still reads its streams, and its gates still count. One that was skipped leaves them now. */
  protected override leaveDependencies(stage: number, readers: Int32Array): void {
    super.leaveDependencies(stage, readers)
    for (const source of this.plan.edges.soft[stage] as readonly number[]) this.leave(source, readers)
    if (this.state(stage) !== RUNNING) this.#leaveAll(stage, readers)
  }

  // Streams

  #begins(stage: number): boolean {
    if (this.stopped || this.state(stage) !== RUNNING || this.#began.has(stage)) return false
    this.#began.add(stage)
    this.tell(this.plan.readersOf, stage, OK) // nothing is skipped by that
    return true
  }

  #detach(stage: number): boolean {
    if (this.stopped || this.state(stage) !== RUNNING) return false
    if (this.#detached.has(stage) || this.plan.edges.streams[stage]?.length === 0) return false
    if (this.readers === undefined) this.#detached.add(stage)
    else {
      this.#leaveStreams(stage, this.readers)
      this.tellOfSkips()
    }
    return true
  }

  #leaveAtEnd(stage: number): void {
    if (this.readers === undefined || this.stopped) return
    this.#leaveAll(stage, this.readers)
    this.tellOfSkips()
  }
  #leaveAll(stage: number, readers: Int32Array): void {
    this.#leaveStreams(stage, readers)
    for (const gate of this.plan.edges.gates[stage] as readonly number[]) this.leave(gate, readers)
  }
  #leaveStreams(stage: number, readers: Int32Array): void {
    if (this.#detached.has(stage)) return
    this.#detached.add(stage)
    for (const source of this.plan.edges.streams[stage] as readonly number[]) this.leave(source, readers)
  }

  // Soft edges

  /** The longest wait of a stage for soft dependencies that haven't settled, in ms since it began to wait. 0: it waits for none. */
  waitOf(stage: number): number {
    const { soft, waits } = this.plan.edges
    const waited = this.#waited.get(stage) ?? 0
    let longest = 0
    soft[stage]?.forEach((source, place) => {
      const state = this.state(source)
      const wait = waits[stage]?.[place] as number
      const isOpen = state < OK || state === SUSPENDED
      if (isOpen && wait > waited && wait > longest) longest = wait
    })
    return longest
  }

  /** A stage that waits for soft dependencies is released once they have settled, or their waits have passed. */
  protected override release(stage: number): void {
    if (this.waitOf(stage) === 0) {
      this.#disarm(stage)
      return super.release(stage)
    }
    if (!this.#waited.has(stage)) {
      this.#waited.set(stage, 0)
      this.armed++
    }
    this.push(ARM, stage)
  }

  #hasWaited(stage: number, ms: number): boolean {
    if (this.stopped || !this.#waited.has(stage)) return false
    this.#waited.set(stage, ms)
    this.release(stage)
    return true
  }

  #tellSoft(source: number): void {
    for (const stage of rowOf(this.plan.softOf, source)) {
      if (!this.#waited.has(stage)) continue
      this.cells[stage * CELLS + WHY] = source
      this.release(stage)
    }
  }

  #disarm(stage: number): void {
    if (this.#waited.delete(stage)) this.armed--
  }

  // Gates

  /** Whether a gate of a stage hasn't opened yet. */
  isHeld(stage: number): boolean {
    return (this.#gatesLeft[stage] as number) > 0
  }
  /** The gate that refused a stage; undefined if none did. */
  refusedBy(stage: number): number | undefined {
    return this.#refusedBy.get(stage)
  }

  /** A gate has ended: what it holds is released, or refused. */
  #tellGated(gate: number, status: number): void {
    for (const stage of rowOf(this.plan.gatedBy, gate)) {
      const state = this.state(stage)
      if (state > RUNNING || this.#refusedBy.has(stage)) continue
      if (status !== OK) this.#refuse(stage, gate, status)
      else if (--(this.#gatesLeft[stage] as number) === 0 && state === RUNNING) this.push(RELEASE, stage)
    }
  }

  #refuse(stage: number, gate: number, status: number): void {
    this.#refusedBy.set(stage, gate)
    if (status === FAILED) this.failures ??= new Int32Array(this.plan.count)
    // It counts as its gate does, even if another dependency has failed.
    if (this.failures !== undefined) this.failures[stage] = status === FAILED ? this.failures[gate] || gate + 1 : 0
    if (this.state(stage) === RUNNING) return this.push(ABORT, stage)
    this.cells[stage * CELLS + WHY] = gate
    this.skip(stage)
  }
}

const rowOf = ({ offsets, targets }: EdgeRows, stage: number): Int32Array =>
  targets.subarray(offsets[stage], offsets[stage + 1])
