import { createSlot } from '@stageflow/core'
import type { Clock, RunContext } from '@stageflow/core'
import { DueList } from './due-list.ts'
import { LimitedRun } from './limited-run.ts'

/** How many lists are kept between runs. */
const MOST_LISTS = 64

/** The limits under way on one clock, whichever runs they belong to: a list, and so a timer, for each duration. */
export class ClockLimits {
  readonly #clock: Clock
  readonly #byMs = new Map<number, DueList>()
  #lists: DueList[] = []
  /** The list that was asked for last: stage after stage it is mostly the same. */
  #last: DueList | undefined
  #lastMs = 0
  #runs = 0
  /** Of each run; a child run has one of its own. */
  readonly #slot = createSlot<LimitedRun>('timeout/run')

  constructor(clock: Clock) {
    this.#clock = clock
  }

  ofMs(ms: number): DueList {
    if (ms === this.#lastMs && this.#last !== undefined) return this.#last
    this.#lastMs = ms
    return (this.#last = this.#byMs.get(ms) ?? this.#newList(ms))
  }

  openRun(run: RunContext): LimitedRun {
    this.#runs++
    const limited = new LimitedRun(this)
    run.set(this.#slot, limited)
    return limited
  }

  /** Runs share timers, and each fires in the async context of the run that set it: `act` is called in that of `run`. */
  inContextOf(run: RunContext, act: () => void): void {
    const limited = run.get(this.#slot)
    if (limited === undefined) act()
    else limited.inContext(act)
  }

  /** With the last run no timer is left. Until then they stay: that is cheaper than to set and clear one for each stage. */
  closeRun(): void {
    if (--this.#runs > 0) return
    for (const list of this.#lists) list.disarm()
    // The next run has mostly the same durations; an app that makes up new ones must not fill the map.
    if (this.#lists.length <= MOST_LISTS) return
    this.#byMs.clear()
    this.#lists = []
    this.#last = undefined
  }

  #newList(ms: number): DueList {
    const list = new DueList(this.#clock)
    this.#byMs.set(ms, list)
    this.#lists.push(list)
    return list
  }
}
