import { systemClock } from '@stageflow/core'

/**
 * One timer for everything that looks into the journal again and again. It is set only while something waits for it. It goes by the clock of the
 * machine, as leases do: a lease must be renewed although the clock of the handle stands still.
 */
export class Pulse {
  /** How long it waits for the next beat. */
  readonly ms: number
  #waiting: (() => void)[] = []
  #cancelTimer: (() => void) | undefined
  isOver = false

  constructor(ms: number) {
    this.ms = ms
  }

  /** Resolves at the next beat, or at once after the last one. */
  next(): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve)
      if (this.isOver) this.beat()
      else this.#cancelTimer ??= systemClock.setTimeout(() => this.beat(), this.ms)
    })
  }
  /** Wakes up everything that waits. */
  beat(): void {
    this.#cancelTimer?.()
    this.#cancelTimer = undefined
    for (const resolve of this.#waiting.splice(0)) resolve()
  }
  end(): void {
    this.isOver = true
    this.beat()
  }
}
