import { StageflowError, type Clock } from '@stageflow/core'
import { checkWait } from '@stageflow/core/kit'
import type { WaitOptions } from '@stageflow/core/kit'

import { ILLEGAL_OPTION } from './argument-errors.ts'

/** A promise that rejects with the problems of the options; undefined if the options are right. */
export function refusedWait(what: string, options: WaitOptions | undefined): Promise<never> | undefined {
  if (options === undefined) return undefined
  try {
    checkWait(what, ILLEGAL_OPTION, options)
    return undefined
  } catch (error) {
    return Promise.reject(error)
  }
}

/** The errors of a list. */
interface WaitTexts {
  readonly timedOut: (timeoutMs: number) => string
  /** Called when a caller has given up, and has left the list. */
  readonly gaveUp?: (waiter: { readonly since: number }) => void
}

/** A waiting caller: it waits for an `Answer`, and brings an `Item`. */
export class Waiter<Item, Answer> {
  readonly item: Item
  /** The object that can end the wait. */
  readonly owner: unknown
  /** When the wait began, on the clock; 0 if it isn't measured. */
  readonly since: number
  previous: Waiter<Item, Answer> | undefined = undefined
  next: Waiter<Item, Answer> | undefined = undefined
  resolve: (answer: Answer | PromiseLike<Answer>) => void = noop
  reject: (error: unknown) => void = noop
  /** The promise that it was given. */
  answer: Promise<Answer> | undefined = undefined
  /** Removes its timer and its listener. */
  release: (() => void) | undefined = undefined

  constructor(item: Item, owner: unknown, since: number) {
    this.item = item
    this.owner = owner
    this.since = since
  }
}

const noop = (): void => {}

/** Waiting callers, in the order in which they came. */
export class WaitList<Item, Answer> {
  first: Waiter<Item, Answer> | undefined = undefined
  #last: Waiter<Item, Answer> | undefined = undefined
  readonly #clock: Clock
  readonly #texts: WaitTexts

  constructor(clock: Clock, texts: WaitTexts) {
    this.#clock = clock
    this.#texts = texts
  }

  get size(): number {
    let count = 0
    for (let each = this.first; each !== undefined; each = each.next) count++
    return count
  }

  /** Waits until the caller is settled. The options have been checked. */
  wait(item: Item, options: WaitOptions | undefined, owner: unknown, since: number): Promise<Answer> {
    if (options?.timeoutMs === 0) return Promise.reject(this.#timeout(0))
    const waiter = new Waiter<Item, Answer>(item, owner, since)
    const answer = new Promise<Answer>((resolve, reject) => {
      waiter.resolve = resolve
      waiter.reject = reject
    })
    waiter.answer = answer
    waiter.previous = this.#last
    if (this.#last === undefined) this.first = waiter
    else this.#last.next = waiter
    this.#last = waiter
    if (options !== undefined) this.#limit(waiter, options)
    return answer
  }

  /** Removes a caller, which must be settled then. */
  remove(waiter: Waiter<Item, Answer>): void {
    const { previous, next } = waiter
    if (previous === undefined) this.first = next
    else previous.next = next
    if (next === undefined) this.#last = previous
    else next.previous = previous
    const { release } = waiter
    if (release === undefined) return
    waiter.release = undefined
    release()
  }

  /**
   * Removes a caller and settles it. With a promise, because that wakes it two microtasks later than a value would. Until then the
   * other side gets ahead, so that the two don't meet, and wait, again at the very next item.
   */
  settle(waiter: Waiter<Item, Answer>, answer: Promise<Answer>): void {
    this.remove(waiter)
    waiter.resolve(answer)
  }

  /** Removes all callers of an owner, or all, in their order. */
  removeAll(owner?: unknown): readonly Waiter<Item, Answer>[] {
    const removed = []
    for (let each = this.first; each !== undefined; each = each.next) {
      if (owner !== undefined && each.owner !== owner) continue
      this.remove(each)
      removed.push(each)
    }
    return removed
  }

  #limit(waiter: Waiter<Item, Answer>, { signal, timeoutMs = Infinity }: WaitOptions): void {
    const giveUp = (error: unknown): void => {
      // A timer or an abort may come when the caller has just been settled.
      if (waiter.release === undefined) return
      this.remove(waiter)
      waiter.reject(error)
      this.#texts.gaveUp?.(waiter)
    }
    const onAbort = (): void => giveUp(signal?.reason)
    signal?.addEventListener('abort', onAbort)
    const stop =
      timeoutMs === Infinity ? undefined : this.#clock.setTimeout(() => giveUp(this.#timeout(timeoutMs)), timeoutMs)
    waiter.release = () => {
      signal?.removeEventListener('abort', onAbort)
      stop?.()
    }
  }

  #timeout(timeoutMs: number): StageflowError {
    return new StageflowError('streaming/timed-out', this.#texts.timedOut(timeoutMs))
  }
}
