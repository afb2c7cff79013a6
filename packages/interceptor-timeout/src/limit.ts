import type { RunLimits } from './clock-limits.ts'
import type { Due, DueList } from './due-list.ts'

/** Whoever is told when a limit has passed. */
export interface Limited {
  expired(limit: Limit): void
}

/** A limit under way: `ms` from a certain time on. */
export class Limit implements Due {
  readonly owner: RunLimits
  readonly ms: number
  dueAt: number
  list: DueList | undefined
  before: Due | undefined
  after: Due | undefined
  readonly #of: Limited
  #leftMs = 0

  constructor(of: Limited, run: RunLimits, ms: number, since: number) {
    this.#of = of
    this.owner = run
    this.ms = ms
    this.dueAt = since + ms
    this.start()
  }

  start(): void {
    this.owner.clockLimits.ofMs(this.ms).add(this)
    this.owner.pending++
  }

  end(): void {
    if (this.list === undefined) return
    this.list.remove(this)
    this.owner.pending--
  }

  restart(now: number): void {
    this.end()
    this.dueAt = now + this.ms
    this.start()
  }

  pause(now: number): void {
    this.#leftMs = this.dueAt - now
    this.end()
  }

  resume(now: number): void {
    this.dueAt = now + this.#leftMs
    this.start()
  }

  expire(): void {
    this.owner.pending--
    this.#of.expired(this)
  }
}
