import type { EventMap } from '@stageflow/core'
import { onRejection } from '@stageflow/core/kit'

/** The events of this package. */
export type StreamEventType = keyof EventMap & `stream.${string}`

/** Receives events: `context.tryEmitEvent`, or any function of a type and its data. What it throws is counted, and has no other effect. */
export type StreamEventEmitter = <Type extends StreamEventType>(type: Type, data: EventMap[Type]) => unknown

/** Calls an emitter. Counts what it throws or rejects with, and keeps the last error. */
export class SafeEmitter {
  readonly #emit: StreamEventEmitter
  errors = 0
  lastError: unknown = undefined

  constructor(emit: StreamEventEmitter) {
    this.#emit = emit
  }

  emit<Type extends StreamEventType>(type: Type, data: EventMap[Type]): void {
    // Called without a receiver, because it must not get this object.
    const emit = this.#emit
    try {
      const answer = emit(type, data)
      onRejection(answer, (error) => this.#count(error))
    } catch (error) {
      this.#count(error)
    }
  }

  #count(error: unknown): void {
    this.errors++
    this.lastError = error
  }
}
