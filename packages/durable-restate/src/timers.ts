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
    const before = this.#left.findLastIndex((timer) => timer.at <= at)
    this.#left.splice(before + 1, 0, { key, at })
  }

  /** When the next sleep ends; undefined if a sleep ends early enough. */
  nextSleep(): number | undefined {
    const first = this.#left[0]?.at ?? Infinity
    if (first === Infinity || [...this.#sleeps].some((end) => end <= first)) return undefined
    this.#sleeps.add(first)
    return first
  }

  /** A sleep has ended. Returns the keys of the timers that have passed. */
  awoke(end: number): readonly string[] {
    this.#sleeps.delete(end)
    const rest = this.#left.findIndex(({ at }) => at > end)
    const passed = this.#left.splice(0, rest === -1 ? this.#left.length : rest)
    for (const { key } of passed) this.#untold.add(key)
    return passed.map(({ key }) => key)
  }

  /** The run has handled a timer that has passed. */
  told(key: string): void {
    this.#untold.delete(key)
    this.#told.resolve()
    this.#told = Promise.withResolvers()
  }

  /** Resolves once the run has handled every timer that has passed. */
  async noneOverdue(now: () => number): Promise<void> {
    while (this.#untold.size > 0 || (this.#left[0]?.at ?? Infinity) <= now()) await this.#told.promise
  }
}
