import type { Clock } from './clock.ts'

/** An entry of a `DueQueue`. It expires at a certain time unless it is removed first. */
export interface Due {
  /** When it expires, in ms. Can be moved to later at any time. */
  dueAt: number
  /** When the queue checks the entry: its `dueAt` when it was added. */
  lookAt: number
  /** Its neighbors in the queue; itself while it isn't queued. */
  before: Due
  after: Due
  /** Told once, after the queue has removed the entry. */
  readonly owner: { fallDue(due: Due): void }
}

/**
 * The entries of one clock, as a ring in order of time. Entries due at the same time keep the order in which they were added.
 * `add` searches from both ends, since most limits are either alike or much shorter than the others.
 *
 * One timer serves all entries. Removing an entry leaves the timer running, because nearly all entries are removed before they
 * expire. When the timer fires, the queue sets it again for the first entry.
 */
export class DueQueue {
  readonly #clock: Clock
  /** Closes the ring. Its time is earlier than any entry's, so a search from the end always stops. */
  readonly #ends = { lookAt: -Infinity } as Due
  #cancelTimer: (() => void) | undefined
  #timerAt: number = Infinity

  constructor(clock: Clock) {
    this.#clock = clock
    this.#ends.before = this.#ends.after = this.#ends
  }

  add(due: Due): void {
    const at = (due.lookAt = due.dueAt)
    let { before, after } = this.#ends
    while (before.lookAt > at) {
      before = after.lookAt > at ? after.before : before.before
      after = after.after
    }
    due.before = before
    due.after = before.after
    before.after = due.after.before = due
    if (at < this.#timerAt) this.#setTimer(at)
  }

  remove(due: Due): void {
    const { before, after } = due
    before.after = after
    after.before = before
    due.before = due.after = due
  }

  /** Cancels the timer if the queue is empty. Called when a run has ended. */
  rest(): void {
    if (this.#ends.after !== this.#ends) return
    this.#cancelTimer?.()
    this.#cancelTimer = undefined
    this.#timerAt = Infinity
  }

  /** Most runs end before the event loop turns, so the first timer is set only after that turn. */
  #setTimer(at: number): void {
    const clock = this.#clock
    const fire = (): void => this.#fire()
    const soon = this.#cancelTimer === undefined ? clock.setImmediate?.(fire) : undefined
    this.#cancelTimer?.()
    this.#timerAt = soon === undefined ? at : -Infinity
    this.#cancelTimer = soon ?? clock.setTimeout(fire, Math.max(0, at - clock.now()))
  }

  #fire(): void {
    const ends = this.#ends
    const now = this.#clock.now()
    this.#timerAt = -Infinity // entries that are added meanwhile set no timer
    for (let first = ends.after; first !== ends && first.lookAt <= now; first = ends.after) {
      this.remove(first)
      if (first.dueAt > now) this.add(first)
      else first.owner.fallDue(first)
    }
    if (ends.after === ends) this.rest()
    else this.#setTimer(ends.after.lookAt)
  }
}
