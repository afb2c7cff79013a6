import type { EventMap } from '@stageflow/core'

import { SafeEmitter, type StreamEventEmitter, type StreamEventType } from './stream-emitter.ts'

/** The queue, and its reader, that an event is about, if they have names. */
export interface StreamSource {
  readonly queue?: string
  readonly reader?: string
}

/** Why a chunk was dropped. `overflow`: a newer one took its place. `queue_full`: there was no place for it. `no_reader`: the broadcast has no reader. */
export type ChunkDropReason = 'overflow' | 'queue_full' | 'no_reader'

export interface ChunkDroppedEvent extends StreamSource {
  readonly queueSize: number
  readonly maxSize: number
  readonly reason: ChunkDropReason
}

export interface ProducerBlockedEvent extends StreamSource {
  /** How long the put waited, in ms. */
  readonly blockedMs: number
  readonly queueSize: number
}

export interface ThrottleEvent extends StreamSource {
  readonly fillPercentage: number
  readonly queueSize: number
}

export interface QueueClosedEvent extends StreamSource {
  readonly totalItems: number
  readonly droppedItems: number
  readonly blockedPuts: number
  readonly maxQueueSize: number
  readonly totalBlockedMs: number
}

declare module '@stageflow/core' {
  interface EventMap {
    'stream.chunk_dropped': ChunkDroppedEvent
    /** A put has waited for a place for 1 ms or more. Emitted when the wait is over. */
    'stream.producer_blocked': ProducerBlockedEvent
    'stream.throttle_started': ThrottleEvent
    'stream.throttle_ended': ThrottleEvent
    'stream.queue_closed': QueueClosedEvent
  }
}

/** Keeps events until the queue is consistent again, because their listeners may use it. */
export class Outbox {
  readonly emitter: SafeEmitter
  readonly #pending: (() => void)[] = []
  #isFlushing = false

  constructor(emit: StreamEventEmitter) {
    this.emitter = new SafeEmitter(emit)
  }

  add<Type extends StreamEventType>(type: Type, data: EventMap[Type]): void {
    this.#pending.push(() => this.emitter.emit(type, data))
  }

  flush(): void {
    // Events that a listener causes are emitted later by the loop that called it.
    if (this.#isFlushing || this.#pending.length === 0) return
    this.#isFlushing = true
    for (let tell = this.#pending.shift(); tell !== undefined; tell = this.#pending.shift()) tell()
    this.#isFlushing = false
  }
}
