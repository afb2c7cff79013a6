import type { ChildResult, Usage } from '../contract/results.ts'
import { MOST_LISTED } from './most-of.ts'
import { addedUsage, sumOfUsage } from './usage.ts'

/** A run that a stage has started. */
export interface ChildRun {
  /** Its lineage, such as `answer#2/write`. */
  readonly path: string
  /** Whether all its stages have ended. */
  readonly isOver: boolean
  /** Whether it is ending within its own limits: its grace time runs, it was interrupted, or its cleanups or last event are in progress. */
  readonly endsSoon: boolean
  readonly result: ChildResult
  /** What its stages have used. */
  readonly used: Usage | undefined
  cancel(reason: string): void
}

/**
 * The child runs of one stage, in the order in which they started. All that are in progress or wait for an answer are here. Of those that
 * have ended at most 1,000 are kept, and a failed one takes the place of one that didn't fail.
 */
export class ChildRuns implements Iterable<ChildRun> {
  /** By their numbers. */
  readonly #runs = new Map<number, ChildRun>()
  /** The numbers of kept ones that ended without a failure. */
  readonly #replaceable: number[] = []
  #started = 0
  #kept = 0
  /** How many have ended and aren't kept. */
  leftOut = 0
  #usedByLeftOut: unknown

  /** What all of them have used. */
  get used(): Usage | undefined {
    return sumOfUsage([this.#usedByLeftOut, ...[...this].map(({ used }) => used)])
  }
  /** Adds a child run that starts now. Returns a function to call with its status when it has ended. */
  add(child: ChildRun): (status: ChildRun['result']['status']) => void {
    const number = this.#started++
    this.#runs.set(number, child)
    return (status) => this.#ended(number, status)
  }

  /** The child with this number has ended. One that is suspended counts as in progress: a later leg continues it. */
  #ended(number: number, status: ChildRun['result']['status']): void {
    if (status === 'suspended') return
    const isFailed = status === 'failed'
    if (this.#kept === MOST_LISTED) {
      const dropped = isFailed ? (this.#replaceable.pop() ?? number) : number
      this.#usedByLeftOut = addedUsage(this.#usedByLeftOut, this.#runs.get(dropped)?.used)
      this.#runs.delete(dropped)
      this.leftOut++
      return
    }
    this.#kept++
    if (!isFailed) this.#replaceable.push(number)
  }

  some(isOne: (child: ChildRun) => boolean): boolean {
    for (const child of this) if (isOne(child)) return true
    return false
  }

  [Symbol.iterator](): Iterator<ChildRun> {
    return this.#runs.values()
  }
}
