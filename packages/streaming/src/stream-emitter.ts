import type { EventMap } from '@stageflow/core'

/** The events of this package. */
export type StreamEventType = keyof EventMap & `stream.${string}`

/** Where telemetry goes: `context.tryEmitEvent` as it is, or any function of a type and its data. What it throws breaks nothing; it is counted. */
export type StreamEventEmitter = <Type extends StreamEventType>(type: Type, data: EventMap[Type]) => unknown

/** An emitter that cannot break its caller: what it throws, or rejects with, is counted and the last one kept. */
export class SafeEmitter {
  readonly #emit: StreamEventEmitter
  errors = 0
  lastError: unknown = undefined

  constructor(emit: StreamEventEmitter) {
    this.#emit = emit
  }

  emit<Type extends StreamEventType>(type: Type, data: EventMap[Type]): void {
    // Called without a receiver: it must not see this object.
    const emit = this.#emit
    try {
      const answer = emit(type, data)
      if (isThenable(answer)) answer.then(undefined, (error: unknown) => this.#count(error))
    } catch (error) {
      this.#count(error)
    }
  }

  #count(error: unknown): void {
    this.errors++
    this.lastError = error
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function'
}
