import type { WaitOptions } from '@stageflow/core/kit'

import { type ChunkResult, DONE, type Lane } from './lane.ts'

/** One loop of a `for await` over a lane. */
export class ChunkValues<T> implements AsyncIterableIterator<T, undefined, undefined> {
  readonly #lane: Lane<T>
  readonly #options: WaitOptions | undefined
  readonly #onLastLeft: (reason: unknown) => void
  #hasLeft = false

  /** The options have been checked. `onLastLeft` is called when the last loop over the lane has left it early. */
  constructor(lane: Lane<T>, options: WaitOptions | undefined, onLastLeft: (reason: unknown) => void) {
    this.#lane = lane
    this.#options = options
    this.#onLastLeft = onLastLeft
    lane.loops++
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  next(): Promise<ChunkResult<T>> {
    if (this.#hasLeft) return Promise.resolve(DONE)
    const result = this.#lane.get(this.#options, this)
    if (this.#options === undefined) return result
    // If the wait ends, the loop is left without a call of `return`.
    return result.catch((error: unknown) => {
      this.#leave(error)
      throw error
    })
  }

  /** Leaves the loop. A call of `next` that waits resolves with the end. */
  return(): Promise<ChunkResult<T>> {
    this.#leave(undefined)
    return Promise.resolve(DONE)
  }

  #leave(reason: unknown): void {
    if (this.#hasLeft) return
    this.#hasLeft = true
    for (const waiter of this.#lane.gets.removeAll(this)) waiter.resolve(DONE)
    this.#lane.loops--
    if (this.#lane.loops === 0) this.#onLastLeft(reason)
  }
}
