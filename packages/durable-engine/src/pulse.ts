import type { Clock } from '@stageflow/core'

/** One timer for everything that looks into the journal again and again. It is set only while something waits for it. */
export class Pulse {
  readonly #clock: Pick<Clock, 'setTimeout'>
  /** How long it waits for the next beat. */
  readonly ms: number
  #waiting: (() => void)[] = []
  #cancelTimer: (() => void) | undefined
  isOver = false

  constructor(clock: Pick<Clock, 'setTimeout'>, ms: number) {
    this.#clock = clock
    this.ms = ms
  }

  /** Resolves at the next beat, or at once after the last one. */
  next(): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve)
      if (this.isOver) this.beat()
      else this.#cancelTimer ??= this.#clock.setTimeout(() => this.beat(), this.ms)
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
