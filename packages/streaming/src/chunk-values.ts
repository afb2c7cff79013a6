import type { WaitOptions } from './wait-list.ts'
import { type ChunkResult, DONE, type Lane } from './lane.ts'

/** One pass of a `for await` over a lane. */
export class ChunkValues<T> implements AsyncIterableIterator<T, undefined, undefined> {
  readonly #lane: Lane<T>
  readonly #options: WaitOptions | undefined
  readonly #onLeave: (() => void) | undefined
  #hasLeft = false

  /** The options have been checked. */
  constructor(lane: Lane<T>, options: WaitOptions | undefined, onLeave: (() => void) | undefined) {
    this.#lane = lane
    this.#options = options
    this.#onLeave = onLeave
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  next(): Promise<ChunkResult<T>> {
    if (this.#hasLeft) return Promise.resolve(DONE)
    const result = this.#lane.get(this.#options, this)
    if (this.#options === undefined || this.#onLeave === undefined) return result
    // A loop whose wait was ended is left without a call of `return`.
    return result.catch((error: unknown) => {
      this.#leave()
      throw error
    })
  }

  /** Ends the pass, and whoever waits for its next item. */
  return(): Promise<ChunkResult<T>> {
    this.#leave()
    return Promise.resolve(DONE)
  }

  #leave(): void {
    if (this.#hasLeft) return
    this.#hasLeft = true
    for (const waiter of this.#lane.gets.removeAll(this)) waiter.resolve(DONE)
    this.#onLeave?.()
  }
}
