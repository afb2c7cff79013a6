import type { ChunkSource } from './chunk-source.ts'
import { type ChunkResult, DONE } from './lane.ts'
import { checkSource } from './queue-arguments.ts'
import { checkWait, type WaitOptions } from './wait-list.ts'

/** For the only reader of a queue: a `for await` that is left, or whose wait is ended, cancels the queue, so that its producer learns of it. */
export function toAsyncIterable<T>(
  source: ChunkSource<T>,
  options?: WaitOptions,
): AsyncIterable<T, undefined, undefined> {
  checkSource('toAsyncIterable()', source)
  checkWait('toAsyncIterable()', options)
  return { [Symbol.asyncIterator]: () => new OnlyReader(source, options) }
}

class OnlyReader<T> implements AsyncIterator<T, undefined, undefined> {
  readonly #source: ChunkSource<T>
  readonly #options: WaitOptions | undefined
  #hasLeft = false

  constructor(source: ChunkSource<T>, options: WaitOptions | undefined) {
    this.#source = source
    this.#options = options
  }

  next(): Promise<ChunkResult<T>> {
    if (this.#hasLeft) return Promise.resolve(DONE)
    const result = this.#source.get(this.#options)
    return this.#options === undefined ? result : result.catch((error: unknown) => this.#giveUp(error))
  }

  return(): Promise<ChunkResult<T>> {
    this.#hasLeft = true
    this.#source.cancel()
    return Promise.resolve(DONE)
  }

  #giveUp(error: unknown): never {
    this.#hasLeft = true
    this.#source.cancel(error)
    throw error
  }
}
