import type { StageflowEvent } from '@stageflow/core'
import type { BufferCounts } from './buffer-counts.ts'
import type { EventBufferListener, LossReason } from './event-buffer-plan.ts'

/** Counts the events that a buffer loses, and tells its owner. */
export class BufferLosses {
  readonly #counts: BufferCounts
  readonly #listener: EventBufferListener

  constructor(counts: BufferCounts, listener: EventBufferListener) {
    this.#counts = counts
    this.#listener = listener
  }

  /** Call `tell` once the buffer can be used again. */
  count(event: StageflowEvent, reason: LossReason): void {
    this.#counts.droppedBy[reason]++
    this.#listener.lost?.(event, reason)
  }

  tell(event: StageflowEvent, reason: LossReason): void {
    this.#listener.dropped?.(event, reason)
  }

  refuse(event: StageflowEvent, reason: LossReason): 'dropped' {
    this.count(event, reason)
    this.tell(event, reason)
    return 'dropped'
  }

  add(events: readonly StageflowEvent[], reason: LossReason): void {
    for (const event of events) this.count(event, reason)
    for (const event of events) this.tell(event, reason)
  }
}
