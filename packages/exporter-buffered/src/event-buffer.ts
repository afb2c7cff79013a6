import type { StageflowEvent } from '@stageflow/core'

import { Ring } from './ring.ts'

/** What `add` answers: nothing was lost for it, or it was itself refused; else the number of the event lost for it. */
export const NONE_LOST = 0
export const REFUSED = -1

const NO_BATCH: readonly StageflowEvent[] = Object.freeze([])

/**
 * The events that are not written yet, numbered from 1 as they come. In order: the batch that is under way, terminal
 * events that were spared, all others. Full, it gives up the oldest that is not under way, the ends of runs last.
 */
export class EventBuffer {
  readonly #capacity: number
  readonly #waiting = new Ring<StageflowEvent>()
  readonly #spared = new Ring<{ readonly event: StageflowEvent; readonly number: number }>()
  #batch = NO_BATCH
  #batchNumber = 0
  #last = 0

  constructor(capacity: number) {
    this.#capacity = capacity
  }

  /** Of all, those of the batch under way included. */
  get size(): number {
    return this.waiting + this.#batch.length
  }

  get waiting(): number {
    return this.#waiting.size + this.#spared.size
  }

  get inFlight(): number {
    return this.#batch.length
  }

  /** The number of the newest that was taken. */
  get last(): number {
    return this.#last
  }

  /** The number of the oldest that is not under way; Infinity where there is none. */
  get oldestWaiting(): number {
    if (this.#spared.size > 0) return this.#spared.peek().number
    return this.#waiting.size > 0 ? this.#last - this.#waiting.size + 1 : Infinity
  }

  /** The number of the oldest; Infinity where there is none. */
  get oldest(): number {
    return this.#batch.length > 0 ? this.#batchNumber : this.oldestWaiting
  }

  add(event: StageflowEvent): number {
    if (this.size >= this.#capacity) return this.#addToFull(event)
    this.#push(event)
    return NONE_LOST
  }

  /** Puts the oldest `most` under way. */
  take(most: number): readonly StageflowEvent[] {
    this.#batchNumber = this.oldestWaiting
    const batch: StageflowEvent[] = []
    while (batch.length < most && this.#spared.size > 0) batch.push(this.#spared.shift().event)
    while (batch.length < most && this.#waiting.size > 0) batch.push(this.#waiting.shift())
    // It is handed to code from outside, and again where that failed.
    this.#batch = Object.freeze(batch)
    return this.#batch
  }

  /** The batch under way has left. */
  release(): void {
    this.#batch = NO_BATCH
  }

  /** Forgets all, and says how many there were. */
  clear(): number {
    const { size } = this
    this.release()
    this.#waiting.clear()
    this.#spared.clear()
    return size
  }

  #push(event: StageflowEvent): void {
    this.#last++
    this.#waiting.push(event)
  }

  #addToFull(event: StageflowEvent): number {
    while (this.#waiting.size > 0) {
      const number = this.#last - this.#waiting.size + 1
      const oldest = this.#waiting.shift()
      if (isTerminal(oldest)) {
        // Spared once, and never looked at again: so this costs no more, all in all, than an event has ends.
        this.#spared.push({ event: oldest, number })
        continue
      }
      this.#push(event)
      return number
    }
    // Only ends of runs are left, or all is under way.
    if (this.#spared.size === 0 || !isTerminal(event)) return REFUSED
    const { number } = this.#spared.shift()
    this.#push(event)
    return number
  }
}

/** Whether it is the last event of a run. */
function isTerminal(event: StageflowEvent): boolean {
  try {
    const { type } = event
    return type === 'pipeline.completed' || type === 'pipeline.failed' || type === 'pipeline.cancelled'
  } catch {
    // What a caller without types hands over must not make a producer fail.
    return false
  }
}
