interface FlushWaiter {
  /** It waits for the events up to this number. */
  readonly number: number
  readonly left: Promise<void>
  readonly resolve: () => void
  /** Whether one of these events was lost. */
  hasLost: boolean
}

/** Callers that wait until the events that they found in a buffer have left it. */
export class FlushWaiters {
  readonly #waiters = new Set<FlushWaiter>()

  get isEmpty(): boolean {
    return this.#waiters.size === 0
  }

  add(number: number): FlushWaiter {
    const { promise: left, resolve } = Promise.withResolvers<void>()
    const waiter: FlushWaiter = { number, left, resolve, hasLost: false }
    this.#waiters.add(waiter)
    return waiter
  }

  forget(waiter: FlushWaiter): void {
    this.#waiters.delete(waiter)
  }

  /** The event of this number was lost. */
  lost(number: number): void {
    if (this.#waiters.size === 0) return
    for (const waiter of this.#waiters) if (number <= waiter.number) waiter.hasLost = true
  }

  /** Ends the waits for events that are older than the oldest in the buffer. */
  settle(oldest: number): void {
    if (this.#waiters.size === 0) return
    for (const waiter of this.#waiters) if (oldest > waiter.number) waiter.resolve()
  }
}
