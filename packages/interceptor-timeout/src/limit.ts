import type { RunLimits } from './clock-limits.ts'
import type { Due, DueList } from './due-list.ts'

/** A limit: under way from `start` to `end`, with pauses. */
export abstract class Limit implements Due {
  /** How long it is; `Infinity`: there is none. */
  readonly ms: number
  dueAt: number
  owner: RunLimits | undefined
  list: DueList | undefined
  before: Due | undefined
  after: Due | undefined

  constructor(ms: number, since: number) {
    this.ms = ms
    this.dueAt = since + ms
  }

  abstract expired(): void

  start(run: RunLimits): void {
    this.owner = run
    this.resume(0)
  }

  end(): void {
    if (this.list === undefined) return
    this.list.remove(this)
    if (this.owner !== undefined) this.owner.pending--
  }

  /** For good: what resumes it afterwards comes too late. */
  stop(): void {
    this.end()
    this.owner = undefined
  }

  restart(now: number): void {
    this.end()
    this.dueAt = now + this.ms
    this.resume(0)
  }

  /** Goes on, so much later than it was due. */
  resume(laterMs: number): void {
    if (this.owner === undefined) return
    this.dueAt += laterMs
    this.owner.clockLimits.ofMs(this.ms).add(this)
    this.owner.pending++
  }

  expire(): void {
    if (this.owner !== undefined) this.owner.pending--
    this.expired()
  }
}
