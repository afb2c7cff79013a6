interface Timer {
  readonly key: string
  readonly at: number
}

/** The timers of a run. Only the earliest one sleeps, so a run with many timers doesn't wait for all of them. */
export class Timers {
  /** Those that have not passed, the earliest first. */
  readonly #left: Timer[] = []
  /** When the sleeps end. */
  readonly #sleeps = new Set<number>()
  /** Those that have passed, but that the run doesn't know of yet. */
  readonly #untold = new Set<string>()
  #told = Promise.withResolvers<void>()

  add(key: string, at: number): void {
    const lastBefore = this.#left.findLastIndex((timer) => timer.at <= at)
    this.#left.splice(lastBefore + 1, 0, { key, at })
  }

  /** When the next sleep ends; undefined if a sleep ends early enough. */
  nextSleep(): number | undefined {
    const first = this.#left[0]
    if (first === undefined || first.at === Infinity) return undefined
    const isEarlyEnough = [...this.#sleeps].some((end) => end <= first.at)
    if (isEarlyEnough) return undefined
    this.#sleeps.add(first.at)
    return first.at
  }

  /** A sleep has ended. Returns the keys of the timers that have passed. */
  awoke(end: number): readonly string[] {
    this.#sleeps.delete(end)
    const firstLeft = this.#left.findIndex(({ at }) => at > end)
    const passedCount = firstLeft === -1 ? this.#left.length : firstLeft
    const passed = this.#left.splice(0, passedCount).map(({ key }) => key)
    for (const key of passed) this.#untold.add(key)
    return passed
  }

  /** The run has handled a timer that has passed. */
  told(key: string): void {
    this.#untold.delete(key)
    // Those who wait look again, and wait for the next one if need be.
    this.#told.resolve()
    this.#told = Promise.withResolvers()
  }

  /** Resolves once the run has handled every timer that has passed. */
  async noneOverdue(now: () => number): Promise<void> {
    while (this.#untold.size > 0 || this.#isOverdue(now())) await this.#told.promise
  }
  #isOverdue(now: number): boolean {
    const first = this.#left[0]
    return first !== undefined && first.at <= now
  }
}
