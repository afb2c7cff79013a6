import type { Clock, RunContext } from '@stageflow/core'
import { DueList } from './due-list.ts'

/** How many lists are kept between runs. */
const MOST_LISTS = 64

/** The limits under way on one clock, whichever runs they belong to: a list, and so a timer, for each duration. */
export class ClockLimits {
  readonly #clock: Clock
  readonly #lists = new Map<number, DueList>()
  /** The list that was asked for last: stage after stage it is mostly the same. */
  #last: DueList | undefined
  #lastMs = 0
  #runs = 0

  constructor(clock: Clock) {
    this.#clock = clock
  }

  ofMs(ms: number): DueList {
    if (ms === this.#lastMs && this.#last !== undefined) return this.#last
    const list = this.#lists.get(ms) ?? new DueList(this.#clock)
    this.#lists.set(ms, list)
    this.#lastMs = ms
    return (this.#last = list)
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
    // The next run has mostly the same durations; an app that makes up new ones must not fill the map.
    if (this.#lists.size <= MOST_LISTS) return
    this.#lists.clear()
    this.#last = undefined
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
