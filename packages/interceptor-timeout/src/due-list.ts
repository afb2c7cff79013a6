import type { Clock } from '@stageflow/core'

/** Something that is to happen at a certain time, unless it is taken out of its list before. */
export interface Due {
  dueAt: number
  /** Is called once, after it was taken out. */
  expire(): void
  /** Where it stands; undefined while it is in no list. */
  list: DueList | undefined
  before: Due | undefined
  after: Due | undefined
}

/**
 * What is due after one same duration on one clock, the first due first: since all wait equally long, that is the order
 * in which they come, and adding or removing one costs the same however many there are. One timer serves all. It is not
 * taken back when the one that it was set for is removed, as nearly all are: it fires, and is set for what is first then.
 */
export class DueList {
  readonly #clock: Clock
  #first: Due | undefined
  #last: Due | undefined
  #cancelTimer: (() => void) | undefined
  #timerDueAt = Infinity

  constructor(clock: Clock) {
    this.#clock = clock
  }

  add(due: Due, now: number): void {
    // A stage whose code ran on before it first waited comes after those that it started, such as the stages of a child run.
    let before = this.#last
    while (before !== undefined && before.dueAt > due.dueAt) before = before.before
    const after = before === undefined ? this.#first : before.after
    due.list = this
    due.before = before
    due.after = after
    if (before === undefined) this.#first = due
    else before.after = due
    if (after === undefined) this.#last = due
    else after.before = due
    if (due.dueAt < this.#timerDueAt) this.#arm(due.dueAt, now)
  }

  remove(due: Due): void {
    const { before, after } = due
    if (before === undefined) this.#first = after
    else before.after = after
    if (after === undefined) this.#last = before
    else after.before = before
    due.list = undefined
    due.before = undefined
    due.after = undefined
  }

  /** Takes the timer back, for when nobody is left who could need it. */
  disarm(): void {
    this.#cancelTimer?.()
    this.#cancelTimer = undefined
    this.#timerDueAt = Infinity
  }

  /** Sets the timer for what is due first. Most runs have ended before the event loop turns, so a new one waits for that. */
  #arm(dueAt: number, now: number): void {
    const clock = this.#clock
    const isNew = this.#cancelTimer === undefined
    this.#cancelTimer?.()
    this.#timerDueAt = dueAt
    this.#cancelTimer =
      isNew && clock.setImmediate !== undefined ? clock.setImmediate(() => this.#look()) : this.#setTimer(dueAt - now)
  }

  #setTimer(ms: number): () => void {
    return this.#clock.setTimeout(() => this.#fire(), Math.max(0, ms))
  }

  /** The event loop has turned. */
  #look(): void {
    const first = this.#first
    if (first === undefined) return this.disarm()
    this.#timerDueAt = first.dueAt
    this.#cancelTimer = this.#setTimer(first.dueAt - this.#clock.now())
  }

  #fire(): void {
    this.#cancelTimer = undefined
    this.#timerDueAt = Infinity
    const now = this.#clock.now()
    // What expires may add and remove others: each time the one that is first then is looked at.
    for (let first = this.#first; first !== undefined && first.dueAt <= now; first = this.#first) {
      this.remove(first)
      first.expire()
    }
    const next = this.#first
    if (next !== undefined && next.dueAt < this.#timerDueAt) this.#arm(next.dueAt, now)
  }
}
