import { checkWait } from '@stageflow/core/kit'
import type { WaitOptions } from '@stageflow/core/kit'

import { ILLEGAL_OPTION } from './argument-errors.ts'
import type { ChunkSource } from './chunk-source.ts'
import { ChunkValues } from './chunk-values.ts'
import type { ChunkResult, Lane } from './lane.ts'
import { refusedWait } from './wait-list.ts'

export interface ChunkReaderStats {
  /** How many items it is behind. */
  readonly size: number
  readonly maxSize: number
  readonly isThrottled: boolean
  readonly droppedItems: number
  readonly coalescedItems: number
  /** Items that it left unread when it was cancelled. */
  readonly discardedItems: number
  readonly maxQueueSize: number
}

/** One reader of a broadcast, with a place of its own. It gets every item that is put after `queue.reader()` made it. */
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

  stats(): ChunkReaderStats {
    const { ring, maxSize, monitor, dropped, coalesced, discarded, mostQueued } = this.#lane
    return Object.freeze({
      size: ring.size,
      maxSize,
      isThrottled: monitor.isThrottled,
      droppedItems: dropped,
      coalescedItems: coalesced,
      discardedItems: discarded,
      maxQueueSize: mostQueued,
    })
  }

  /** The next item, like `ChunkQueue.get`. */
  get(options?: WaitOptions): Promise<ChunkResult<T>> {
    return refusedWait('get()', options) ?? this.#lane.get(options, this)
  }

  /** The next item if there is one, like `ChunkQueue.tryGet`. */
  tryGet(): ChunkResult<T> | undefined {
    return this.#lane.tryGet()
  }

  /** For `for await`. The last loop that is left early, or whose wait ends, cancels the reader. */
  values(options?: WaitOptions): AsyncIterableIterator<T, undefined, undefined> {
    if (options !== undefined) checkWait('values()', ILLEGAL_OPTION, options)
    return new ChunkValues(this.#lane, options, () => this.cancel())
  }

  [Symbol.asyncIterator](): AsyncIterableIterator<T, undefined, undefined> {
    return this.values()
  }

  /** Leaves the broadcast: its unread items are discarded, its waiting `get` calls get the end, and no put waits for it any more. */
  cancel(): void {
    this.#leave()
  }
}
