import { StageflowError } from '@stageflow/core'

import type { EventBuffer } from './event-buffer.ts'

interface Counts {
  readonly dropped: number
  readonly deadLettered: number
}

interface Waiter {
  /** It waits for the events up to this number. */
  readonly number: number
  readonly settle: (hasLost: boolean) => void
  hasLost: boolean
}

/** Those who wait until what was in the buffer has left it. */
export class FlushQueue {
  readonly #buffer: EventBuffer
  readonly #waiters = new Set<Waiter>()

  constructor(buffer: EventBuffer) {
    this.#buffer = buffer
  }

  /** `done` resolves once all that is in the buffer now has left; it rejects where some of it was lost. */
  wait(counts: Counts): { readonly done: Promise<void>; readonly forget: () => void } {
    const { dropped, deadLettered } = counts
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const settle = (hasLost: boolean): void => {
      if (!hasLost) return resolve()
      reject(eventsLost(counts.dropped - dropped, counts.deadLettered - deadLettered))
    }
    const waiter: Waiter = { number: this.#buffer.last, settle, hasLost: false }
    this.#waiters.add(waiter)
    this.#settle()
    return { done: promise, forget: () => void this.#waiters.delete(waiter) }
  }

  /** The event of this number was lost. */
  lost(number: number): void {
    if (this.#waiters.size === 0) return
    for (const waiter of this.#waiters) if (number <= waiter.number) waiter.hasLost = true
    this.#settle()
  }

  /** The batch that was under way has left; those who waited for it waited for its oldest, which `firstNumber` is. */
  left(isWritten: boolean, firstNumber: number): void {
    if (this.#waiters.size === 0) return
    if (isWritten) this.#settle()
    else this.lost(firstNumber)
  }

  /** Nothing will be written any more. */
  end(): void {
    for (const { settle } of this.#waiters) settle(true)
    this.#waiters.clear()
  }

  #settle(): void {
    const { oldest } = this.#buffer
    for (const waiter of this.#waiters) {
      if (oldest <= waiter.number) continue
      this.#waiters.delete(waiter)
      waiter.settle(waiter.hasLost)
    }
  }
}

function eventsLost(dropped: number, deadLettered: number): StageflowError {
  return new StageflowError(
    'exporter-buffered/events-lost',
    `Of the events that flush() waited for, some are lost: since it was called ${dropped} were dropped and ${deadLettered} refused for good. See statistics(), and lower the load or raise maxBufferSize.`,
  )
}
