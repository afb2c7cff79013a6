import type { EventMap } from '@stageflow/core'

import { SafeEmitter, type StreamEventEmitter, type StreamEventType } from './stream-emitter.ts'

/** Which queue, and which of its readers, an event is about; only where they were given a name. */
export interface StreamSource {
  readonly queue?: string
  readonly reader?: string
}

/** Why a chunk was dropped: `overflow`: a newer one took its place; `queue_full`: there was no place for it; `no_reader`: nobody reads the broadcast. */
export type DropReason = 'overflow' | 'queue_full' | 'no_reader'

export interface ChunkDroppedEvent extends StreamSource {
  readonly queueSize: number
  readonly maxSize: number
  readonly reason: DropReason
}

export interface ProducerBlockedEvent extends StreamSource {
  /** How long the put had to wait. */
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
    /** A put has waited for a place, a millisecond or more; told when it is over. */
    'stream.producer_blocked': ProducerBlockedEvent
    'stream.throttle_started': ThrottleEvent
    'stream.throttle_ended': ThrottleEvent
    'stream.queue_closed': QueueClosedEvent
  }
}

/** Events to be told once the queue is whole again: whoever hears of them may use it. */
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
    // What a listener causes is told after what it was told of, by the loop that called it.
    if (this.#isFlushing || this.#pending.length === 0) return
    this.#isFlushing = true
    for (let tell = this.#pending.shift(); tell !== undefined; tell = this.#pending.shift()) tell()
    this.#isFlushing = false
  }
}
