import type { Clock, RunContext } from '@stageflow/core'
import { DueList } from './due-list.ts'

/** The limits under way on one clock, whichever runs they belong to: a list, and so a timer, for each duration. */
export class ClockLimits {
  readonly #clock: Clock
  readonly #lists = new Map<number, DueList>()
  #runs = 0

  constructor(clock: Clock) {
    this.#clock = clock
  }

  ofMs(ms: number): DueList {
    const known = this.#lists.get(ms)
    if (known !== undefined) return known
    const list = new DueList(this.#clock)
    this.#lists.set(ms, list)
    return list
  }

  openRun(run: RunContext): RunLimits {
    this.#runs++
    return { clockLimits: this, run, pending: 0 }
  }

  /** With the last run no timer is left. Until then they stay: that is cheaper than to set and clear one for each stage. */
  closeRun(run: RunLimits): void {
    // Code that was given up as abandoned never answers, so its limits are still there.
    if (run.pending > 0) for (const list of this.#lists.values()) list.drop(run)
    if (--this.#runs > 0) return
    for (const list of this.#lists.values()) list.disarm()
    this.#lists.clear()
  }
}

/** What one run has under way. */
export interface RunLimits {
  readonly clockLimits: ClockLimits
  readonly run: RunContext
  /** How many limits of it are in the lists. */
  pending: number
}

/** The limits of a run that has begun. */
export type LimitsOfRun = (run: RunContext) => RunLimits
