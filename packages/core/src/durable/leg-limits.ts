import { isLimitTimer, limitTimer } from '../contract/keys.ts'

interface Limit {
  readonly ms: number
  /** How often its timer was set. */
  readonly round: number
  readonly moved: (at: number) => void
  readonly expired: () => void
}

/** The limits of the runs and stages of one leg, as timers of the executor. While everything waits for answers they stand still. */
export class LegLimits {
  readonly #timer: (key: string, at: number) => void
  readonly #limits = new Map<string, Limit>()
  #isPaused = false

  constructor(timer: (key: string, at: number) => void) {
    this.#timer = timer
  }

  /** Sets a limit of `ms` that passes at `at`, unless it is moved. */
  add(key: string, at: number, ms: number, moved: Limit['moved'], expired: Limit['expired']): void {
    // The round is in the name of the timer, so that a timer that was set before no longer counts.
    const round = (this.#limits.get(key)?.round ?? 0) + 1
    this.#limits.set(key, { ms, round, moved, expired })
    this.#timer(limitTimer(key, round), at)
  }
  remove(key: string): void {
    this.#limits.delete(key)
  }

  /** Timers that are set no longer count. */
  pause(): void {
    this.#isPaused = true
  }
  /** An answer has come: limits begin again. */
  goOn(now: number): void {
    if (!this.#isPaused) return
    this.#isPaused = false
    for (const [key, { ms, moved, expired }] of this.#limits) {
      moved(now + ms)
      this.add(key, now + ms, ms, moved, expired)
    }
  }

  /** The timer `name` has passed. Returns whether it is one of a limit. */
  expire(name: string): boolean {
    if (!isLimitTimer(name)) return false
    for (const [key, { round, expired }] of this.#limits) {
      if (this.#isPaused || name !== limitTimer(key, round)) continue
      this.#limits.delete(key)
      expired()
    }
    return true
  }
}
