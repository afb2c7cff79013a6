import type { ChunkSource } from './chunk-source.ts'
import { ChunkValues } from './chunk-values.ts'
import type { ChunkResult, Lane } from './lane.ts'
import { checkWait, refusedWait, type WaitOptions } from './wait-list.ts'

export interface ChunkReaderStats {
  /** How many items it is behind. */
  readonly size: number
  readonly maxSize: number
  readonly isThrottled: boolean
  readonly droppedItems: number
  readonly coalescedItems: number
  /** What it left unread when it was cancelled. */
  readonly discardedItems: number
  readonly maxQueueSize: number
}

/** One reader of a broadcast, with its own place in it: it gets what is put from when it was made. Made by `queue.reader()`. */
export class ChunkReader<T> implements ChunkSource<T> {
  readonly #lane: Lane<T>
  readonly #leave: () => void

  constructor(lane: Lane<T>, leave: () => void) {
    this.#lane = lane
    this.#leave = leave
  }

  /** How many items it is behind. */
  get size(): number {
    return this.#lane.ring.size
  }

  get stats(): ChunkReaderStats {
    const { ring, monitor, dropped, coalesced, discarded, mostQueued } = this.#lane
    return Object.freeze({
      size: ring.size,
      maxSize: ring.maxSize,
      isThrottled: monitor.isThrottled,
      droppedItems: dropped,
      coalescedItems: coalesced,
      discardedItems: discarded,
      maxQueueSize: mostQueued,
    })
  }

  /** The next item, as `ChunkQueue.get`. */
  get(options?: WaitOptions): Promise<ChunkResult<T>> {
    return refusedWait('get()', options) ?? this.#lane.get(options, this)
  }

  /** The next item if there is one now, as `ChunkQueue.tryGet`. */
  tryGet(): ChunkResult<T> | undefined {
    return this.#lane.tryGet()
  }

  /** For `for await`: a loop that is left leaves the reader where it is, so that another can go on. */
  values(options?: WaitOptions): AsyncIterableIterator<T, undefined, undefined> {
    checkWait('values()', options)
    return new ChunkValues(this.#lane, options, undefined)
  }

  [Symbol.asyncIterator](): AsyncIterableIterator<T, undefined, undefined> {
    return this.values()
  }

  /** Leaves: what it has not read is dropped, whoever waits gets the end, and no put waits for it any more. */
  cancel(): void {
    this.#leave()
  }
}
