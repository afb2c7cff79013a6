import type { Clock } from './clock.ts'

/** An entry of a `DueQueue`. It expires at a certain time unless it is removed first. */
export interface Due {
  /** When it expires, in ms. Can be moved to later at any time. */
  dueAt: number
  /** Called once, after the queue has removed the entry. */
  fallDue(): void
}

/**
 * The entries of one clock. One timer serves all of them. Removing an entry leaves the timer running, because nearly all entries are
 * removed before they expire. When the timer fires, the queue looks at all entries, and sets it again for the one that is due first by
 * then. It fires about once per limit, however many entries there are, because most of them are new by then or were moved to later.
 */
export class DueQueue {
  /** The number of the next entry that is made for the queue. */
  nextOrder = 0
  hasTimer = false
  readonly #clock: Clock
  /** In the order in which they were added, which is the order of those that are due at the same time. */
  readonly #entries = new Set<Due>()
  #cancelTimer: (() => void) | undefined
  #timerAt: number = Infinity

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Does nothing if the entry is in the queue already. */
  add(due: Due): void {
    this.#entries.add(due)
    if (due.dueAt < this.#timerAt) this.#setTimer(due.dueAt)
  }

  remove(due: Due): void {
    this.#entries.delete(due)
  }

  /** Cancels the timer if the queue is empty. Called when a run has ended. */
  rest(): void {
    if (this.#entries.size > 0) return
    this.#cancelTimer?.()
    this.#cancelTimer = undefined
    this.hasTimer = false
    this.#timerAt = Infinity
  }

  /** Most runs end before the event loop turns, so the first timer is set only after that turn. */
  #setTimer(at: number): void {
    const clock = this.#clock
    const fire = (): void => this.#fire()
    const soon = this.hasTimer ? undefined : clock.setImmediate?.(fire)
    this.#cancelTimer?.()
    this.hasTimer = true
    this.#timerAt = soon === undefined ? at : -Infinity
    this.#cancelTimer = soon ?? clock.setTimeout(fire, Math.max(0, at - clock.now()))
  }

  #fire(): void {
    const entries = this.#entries
    const now = this.#clock.now()
    this.#timerAt = -Infinity // entries that are added meanwhile set no timer
    const expired: Due[] = []
    for (const due of entries) if (due.dueAt <= now) expired.push(due)
    expired.sort((one, other) => one.dueAt - other.dueAt)
    // An entry that expires may remove others, or move them to later.
    for (const due of expired) if (due.dueAt <= now && entries.delete(due)) due.fallDue()
    if (entries.size === 0) return this.rest()
    let first = Infinity
    for (const { dueAt } of entries) first = Math.min(first, dueAt)
    this.#setTimer(first)
  }
}
