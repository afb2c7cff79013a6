import type { Clock } from '@stageflow/core'

import type { ToolRateLimit } from './tool-types.ts'

/** Remembers starts, for "so many within any so many milliseconds"; each clock has its own time. */
export class StartWindow {
  readonly #limit: number
  readonly #perMs: number
  readonly #starts = new WeakMap<Clock, number[]>()

  constructor({ calls, perMs }: ToolRateLimit) {
    this.#limit = calls
    this.#perMs = perMs
  }

  /** How long until another may start; 0: now. */
  waitMs(clock: Clock): number {
    const starts = this.#starts.get(clock)
    if (starts === undefined) return 0
    const now = clock.now()
    this.#forget(starts, now)
    if (starts.length < this.#limit) return 0
    const waitMs = (starts[starts.length - this.#limit] as number) + this.#perMs - now
    // What rounding leaves of a wait must not be a timer of 0 ms for ever.
    return waitMs <= 0 ? 0 : Math.max(1, waitMs)
  }

  add(clock: Clock): void {
    const starts = this.#starts.get(clock) ?? []
    if (starts.length === 0) this.#starts.set(clock, starts)
    starts.push(clock.now())
  }

  #forget(starts: number[], now: number): void {
    const first = starts.findIndex((start) => now - start < this.#perMs)
    starts.splice(0, first === -1 ? starts.length : first)
  }
}
