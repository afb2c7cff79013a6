import type { EventMap } from '@stageflow/core'

import { SafeEmitter, type StreamEventEmitter, type StreamEventType } from './stream-emitter.ts'

export interface QueueClosedEvent {
  readonly queue?: string
  readonly reader?: string
  readonly totalItems: number
  readonly droppedItems: number
  readonly blockedPuts: number
  readonly maxQueueSize: number
  readonly totalBlockedMs: number
}

declare module '@stageflow/core' {
  interface EventMap {
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
