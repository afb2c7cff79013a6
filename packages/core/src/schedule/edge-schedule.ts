import { BEGAN, DETACHED, OK, RUNNING, SETTLED } from './plan.ts'
import type { EdgePlan } from './edge-plan.ts'
import { Schedule } from './schedule.ts'

/** The schedule of a graph with edges that aren't plain dependencies. */
export class EdgeSchedule extends Schedule {
  declare protected readonly plan: EdgePlan
  /** Stages whose code has been called. */
  readonly #began = new Set<number>()
  /** Readers that read no more. */
  readonly #detached = new Set<number>()

  override feed(fact: number, stage: number, detail: number): boolean {
    if (fact === BEGAN) return this.#begins(stage)
    if (fact === DETACHED) return this.#detach(stage)
    if (!super.feed(fact, stage, detail)) return false
    if (fact === SETTLED) this.#detach(stage)
    return true
  }

  /** A stream is an edge on the start of its source: the readers are told when its code is called. */
  #begins(stage: number): boolean {
    if (this.stopped || this.state(stage) !== RUNNING || this.#began.has(stage)) return false
    this.#began.add(stage)
    this.tell(this.plan.readersOf, stage, OK)
    this.tellOfSkips()
    return true
  }

  /** The readers of a stage that ended before its code was called are told how it ended. */
  protected override tellDependents(stage: number, status: number): void {
    super.tellDependents(stage, status)
    if (!this.#began.has(stage)) this.tell(this.plan.readersOf, stage, status)
  }

  /** A stage that starts still reads its streams: it leaves them when it reads no more. One that was skipped leaves them now. */
  protected override leaveDependencies(stage: number, readers: Int32Array): void {
    super.leaveDependencies(stage, readers)
    if (this.state(stage) !== RUNNING) this.#leaveStreams(stage, readers)
  }

  #detach(stage: number): boolean {
    if (this.#detached.has(stage) || (this.plan.streams[stage] as readonly number[]).length === 0) return false
    if (this.readers === undefined || this.stopped) this.#detached.add(stage)
    else {
      this.#leaveStreams(stage, this.readers)
      this.tellOfSkips()
    }
    return true
  }

  #leaveStreams(stage: number, readers: Int32Array): void {
    if (this.#detached.has(stage)) return
    this.#detached.add(stage)
    for (const source of this.plan.streams[stage] as readonly number[]) this.leave(source, readers)
  }
}
