import { isWaitTimer, waitTimer } from '../contract/keys.ts'

/**
 * The timers of the stages of one leg that wait for soft dependencies. They are timers of the executor, so whether a wait has passed is a fact, and
 * the same in every leg.
 */
export class LegWaits {
  readonly #timer: (key: string, at: number) => void
  /** What to call when a wait ends, by the key of its timer. */
  readonly #open = new Map<string, () => void>()
  /** How often each stage has set its timer, by its key. */
  readonly #rounds = new Map<string, number>()
  /** Timers that passed before their stage waited in this leg: a retry has dropped facts, or the stage has got a dependency since. */
  readonly #early = new Set<string>()

  constructor(timer: (key: string, at: number) => void) {
    this.#timer = timer
  }

  /** Begins a wait until `at` of the stage with the key `stageKey`. Returns what takes it back. */
  begin(stageKey: string, at: number, ended: () => void): () => void {
    const round = (this.#rounds.get(stageKey) ?? 0) + 1
    this.#rounds.set(stageKey, round)
    const timer = waitTimer(stageKey, round)
    if (this.#early.has(timer)) ended()
    else {
      this.#open.set(timer, ended)
      this.#timer(timer, at)
    }
    return () => this.#open.delete(timer)
  }

  /** The timer `name` has passed. Returns whether it is one of a wait. */
  expire(name: string): boolean {
    if (!isWaitTimer(name)) return false
    const ended = this.#open.get(name)
    if (ended === undefined) this.#early.add(name)
    this.#open.delete(name)
    ended?.()
    return true
  }

  /** Ends all waits. Returns whether there were any. */
  endAll(): boolean {
    const all = [...this.#open.values()]
    this.#open.clear()
    for (const ended of all) ended()
    return all.length > 0
  }
}
