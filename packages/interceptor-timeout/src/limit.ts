import type { ClockLimits } from './clock-limits.ts'
import type { Due, DueList } from './due-list.ts'

/** A limit: under way from `start` to `end`, with pauses. */
export abstract class Limit implements Due {
  /** How long it is; `Infinity`: there is none. */
  readonly ms: number
  dueAt: number
  list: DueList | undefined
  before: Due | undefined
  after: Due | undefined
  protected readonly limits: ClockLimits
  #isOver = false

  constructor(limits: ClockLimits, ms: number, since: number) {
    this.ms = ms
    this.dueAt = since + ms
    this.list = undefined
    this.before = undefined
    this.after = undefined
    this.limits = limits
  }

  abstract expire(): void

  /** Goes on, so much later than it was due. */
  resume(now: number, laterMs: number): void {
    if (this.#isOver || this.ms === Infinity) return
    this.dueAt += laterMs
    this.limits.ofMs(this.ms).add(this, now)
  }

  pause(): void {
    this.list?.remove(this)
  }

  restart(now: number): void {
    this.pause()
    this.dueAt = now + this.ms
    this.resume(now, 0)
  }

  /** For good: what resumes it afterwards comes too late. */
  stop(): void {
    this.pause()
    this.#isOver = true
  }
}
