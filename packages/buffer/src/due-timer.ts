import type { Clock } from '@stageflow/core'

/** Calls a function some time after it was started. One that runs already isn't started again. */
export class DueTimer {
  readonly #clock: Clock
  readonly #afterMs: number
  readonly #onDue: () => void
  #stop: (() => void) | undefined

  constructor(clock: Clock, afterMs: number, onDue: () => void) {
    this.#clock = clock
    this.#afterMs = afterMs
    this.#onDue = onDue
  }

  start(): void {
    if (this.#stop === undefined) this.#stop = this.#started()
  }

  stop(): void {
    if (this.#stop === undefined) return
    this.#stop()
    this.#stop = undefined
  }

  #started(): () => void {
    return this.#clock.setTimeout(() => {
      this.#stop = undefined
      this.#onDue()
    }, this.#afterMs)
  }
}
