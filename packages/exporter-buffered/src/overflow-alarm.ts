import type { Clock } from '@stageflow/core'

import type { Overflow } from './buffered-options.ts'

/** Minimum time between two calls of `onOverflow` about dropped events. */
const QUIET_MS = 1_000

export interface OverflowAlarmSetup {
  readonly maxBufferSize: number
  readonly highWaterMark: number
  readonly clock: Clock
  readonly size: () => number
  readonly dropped: () => number
  readonly tell: (overflow: Overflow) => void
}

/**
 * Decides when to call `onOverflow`. `near-capacity`: once, and again if the buffer was below half in between. `full`: at the
 * first dropped event, then once a second while more are dropped, and at the end. The last call has the last number.
 */
export class OverflowAlarm {
  readonly #options: OverflowAlarmSetup
  /** The size from which the buffer is nearly full. */
  readonly #nearSize: number
  readonly #rearmBelow: number
  #isArmed = true
  #told = 0
  #stopQuiet: (() => void) | undefined

  constructor(options: OverflowAlarmSetup) {
    const { maxBufferSize, highWaterMark } = options
    this.#options = options
    this.#nearSize = Math.ceil(maxBufferSize * highWaterMark)
    // Half of the buffer. For a mark below that, half of the mark: otherwise it would be passed again and again.
    this.#rearmBelow = highWaterMark > 0.5 ? maxBufferSize / 2 : this.#nearSize / 2
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

  /** Reports drops that it hasn't reported yet. The last call. */
  close(): void {
    if (this.#stopQuiet === undefined) return
    this.#stopQuiet()
    this.#stopQuiet = undefined
    if (this.#options.dropped() > this.#told) this.#tell('full')
  }

  #tellFull(): void {
    const { clock, dropped } = this.#options
    // Before the call, because onOverflow may emit events.
    this.#stopQuiet = clock.setTimeout(() => {
      this.#stopQuiet = undefined
      if (dropped() > this.#told) this.#tellFull()
    }, QUIET_MS)
    this.#tell('full')
  }

  #tell(reason: Overflow['reason']): void {
    const { maxBufferSize, size, dropped, tell } = this.#options
    if (reason === 'full') this.#told = dropped()
    tell({ size: size(), maxBufferSize, dropped: dropped(), reason })
  }
}
