import type { EdgeSchedule } from '../schedule/edge-schedule.ts'
import { WAITED } from '../schedule/plan.ts'
import { UNREAD } from '../run/stage-loop.ts'
import type { ReadersRun } from './stream-reader.ts'

/** Since when a stage waits for its soft dependencies, and its one timer. */
interface Wait {
  readonly since: number
  readonly cancel: () => void
}

/** The stages of a run that wait for nothing but soft dependencies. */
export class SoftWaits {
  readonly #run: ReadersRun
  readonly #waits = new Map<number, Wait>()
  /** When the time of stages has passed. */
  readonly #endedAt = new Map<number, number>()

  constructor(run: ReadersRun) {
    this.#run = run
  }

  /** A stage begins to wait, or waits for fewer dependencies than before: its timer is set to the longest wait that is left. */
  arm(stage: number, now: number): void {
    const { facts, loop, waitTimers } = this.#run
    const from = waitTimers?.from ?? now
    const since = this.#waits.get(stage)?.since ?? from
    this.cancel(stage)
    const waitMs = (facts.schedule as EdgeSchedule).waitOf(stage)
    if (waitMs === 0) return // it was released meanwhile
    this.#endedAt.delete(stage)
    const leftMs = since + waitMs - from
    if (leftMs <= 0) return this.#hasWaited(stage, from - since, from)
    const ended = (endedAt: number): void => {
      this.#hasWaited(stage, waitMs, endedAt)
      loop.driveSoon(UNREAD)
    }
    const cancel =
      waitTimers?.begin(stage, since + waitMs, ended) ?? facts.clock.setTimeout(() => ended(facts.clock.now()), leftMs)
    this.#waits.set(stage, { since, cancel })
  }

  #hasWaited(stage: number, ms: number, now: number): void {
    // The timer of a stage that was released before means nothing.
    if (this.#run.facts.schedule.feed(WAITED, stage, ms)) this.#endedAt.set(stage, now)
  }

  cancel(stage: number): void {
    this.#waits.get(stage)?.cancel()
    this.#waits.delete(stage)
  }
  cancelAll(): void {
    for (const stage of this.#waits.keys()) this.cancel(stage)
  }

  /** When the waits of a stage had passed; undefined if all that it waited for had settled before. */
  endedAt(stage: number): number | undefined {
    return this.#endedAt.get(stage)
  }
}
