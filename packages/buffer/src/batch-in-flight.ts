import type { StageflowEvent } from '@stageflow/core'

const NO_EVENTS: readonly StageflowEvent[] = Object.freeze([])

/**
 * The events that a buffer delivers together at the moment. One object for all of its batches: with one for each, an event that
 * passes straight through a sink costs a tenth more.
 */
export class BatchInFlight {
  /** Empty if nothing is in flight. */
  events: readonly StageflowEvent[] = NO_EVENTS
  /** The number of the first event; Infinity if nothing is in flight. */
  number: number = Infinity
  /** Whether it is the notice alone. */
  isNotice = false
  /** How many events are counted: none if it is the notice. */
  size = 0

  begin(events: readonly StageflowEvent[], number: number, isNotice: boolean): void {
    this.events = events
    this.number = number
    this.isNotice = isNotice
    this.size = isNotice ? 0 : events.length
  }

  /** Leaves nothing in flight. */
  end(): void {
    this.begin(NO_EVENTS, Infinity, false)
  }
}
