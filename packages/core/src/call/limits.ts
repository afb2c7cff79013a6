import type { Due, DueQueue } from '../base/due-queue.ts'
import type { CallPart } from '../contract/interceptor.ts'
import type { CallHook, StageNode } from '../graph/graph.ts'
import type { CallNews } from '../report/run-facts.ts'
import type { ExpiredLimit, Host, Overdue } from './host.ts'

/** The call that limits are set on. */
export interface LimitedCall {
  readonly host: Host
  readonly node: StageNode
  /** A limit of it has passed. */
  expire(limit: ExpiredLimit): void
}

/** A limit that a part has set on a call, as an entry of the queue. */
interface CallLimit extends Due, Overdue {
  dueAt: number
  readonly ms: number
  readonly call: LimitedCall
  readonly owner: KeptLimits
}

/** The number of limits that were set in this process. */
let made = 0

/** The limits that parts have set on one call. */
export class KeptLimits {
  readonly #call: LimitedCall
  readonly #queue: DueQueue
  readonly #limits: CallLimit[] = []
  /** How many times the engine blocks code inside the call right now, and since when. */
  #blocks = 0
  #blockedAt = 0

  constructor(call: LimitedCall) {
    this.#call = call
    this.#queue = call.host.facts.graph.dues
  }

  /** The earliest deadline; Infinity without one. */
  get deadline(): number {
    let earliest = Infinity
    for (const { why, dueAt } of this.#limits) if (why === 'deadline' && dueAt < earliest) earliest = dueAt
    return earliest
  }

  /** `ms`: the length of an idle limit. */
  add(part: CallPart, by: CallHook, why: 'deadline' | 'idle', dueAt: number, ms: number = Infinity): void {
    const limit = { owner: this as KeptLimits, call: this.#call, part, by, why, dueAt, ms, order: made++ } as CallLimit
    this.#limits.push(limit)
    this.#queue.add(limit)
  }

  remove(): void {
    for (const limit of this.#limits) this.#queue.remove(limit)
  }

  /** Limits pause while the engine blocks code inside the call. A sign of life restarts idle limits. */
  hear(news: CallNews): void {
    const now = this.#call.host.facts.clock.now()
    if (news === 'blocked') {
      if (this.#blocks === 0) this.#blockedAt = now
      this.#blocks++
    } else if (news === 'unblocked') {
      this.#blocks--
      if (this.#blocks > 0) return
      for (const limit of this.#limits) {
        limit.dueAt += now - this.#blockedAt
        if (limit.after === limit) this.#queue.add(limit) // it left the queue while it was paused
      }
    } else if (this.#blocks === 0) {
      for (const limit of this.#limits) if (limit.why === 'idle') limit.dueAt = now + limit.ms
    }
  }

  /**
   * Runs share the queue, and each lets limits take effect in its own async context. Time in which an item runs isn't idle time of its map,
   * whose idle limit begins again. Each item has limits of its own.
   */
  fallDue(limit: CallLimit): void {
    const { host, node } = this.#call
    if (limit.why === 'idle' && host.facts.stages?.[node.index]?.items?.isRunning) {
      limit.dueAt = host.facts.clock.now() + Math.max(limit.ms, 1) // later than now, or the queue would give it again at once
      this.#queue.add(limit)
    } else if (this.#blocks === 0) host.loop.overdue(limit)
  }
}
