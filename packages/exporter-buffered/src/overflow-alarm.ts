import type { Clock } from '@stageflow/core'

import type { Overflow } from './buffered-options.ts'

/** How long `onOverflow` is left alone after it was told that events are dropped. */
const QUIET_MS = 1_000

export interface OverflowAlarmSetup {
  readonly capacity: number
  readonly highWaterMark: number
  readonly clock: Clock
  readonly size: () => number
  readonly dropped: () => number
  readonly tell: (overflow: Overflow) => void
}

/**
 * When `onOverflow` is called. `near-capacity`: once, and again when the buffer was below half meanwhile. `full`: at
 * the first event that is dropped, then once a second for as long as more are; the last call has the last number.
 */
export class OverflowAlarm {
  readonly #options: OverflowAlarmSetup
  /** From which size on the buffer is nearly full. */
  readonly #nearSize: number
  readonly #rearmBelow: number
  #isArmed = true
  #told = 0
  #stopQuiet: (() => void) | undefined

  constructor(options: OverflowAlarmSetup) {
    const { capacity, highWaterMark } = options
    this.#options = options
    this.#nearSize = Math.ceil(capacity * highWaterMark)
    // Half of the buffer; a mark that is itself no higher has half of it, or it would be passed again and again.
    this.#rearmBelow = highWaterMark > 0.5 ? capacity / 2 : this.#nearSize / 2
  }

  added(size: number): void {
    if (!this.#isArmed || size < this.#nearSize) return
    this.#isArmed = false
    this.#tell('near-capacity')
  }

  left(size: number): void {
    if (size < this.#rearmBelow) this.#isArmed = true
  }

  lost(): void {
    if (this.#stopQuiet === undefined) this.#tellFull()
  }

  /** Says what it has not said yet; the last call. */
  close(): void {
    if (this.#stopQuiet === undefined) return
    this.#stopQuiet()
    this.#stopQuiet = undefined
    if (this.#options.dropped() > this.#told) this.#tell('full')
  }

  #tellFull(): void {
    const { clock, dropped } = this.#options
    // Before the call: it may add events itself.
    this.#stopQuiet = clock.setTimeout(() => {
      this.#stopQuiet = undefined
      if (dropped() > this.#told) this.#tellFull()
    }, QUIET_MS)
    this.#tell('full')
  }

  #tell(reason: Overflow['reason']): void {
    const { capacity, size, dropped, tell } = this.#options
    if (reason === 'full') this.#told = dropped()
    tell({ size: size(), capacity, dropped: dropped(), reason })
  }
}
