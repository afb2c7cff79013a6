import { StageflowError, type Clock } from '@stageflow/core'

import { problemsOf, refuseOptions, type Rule, type Rules } from './option-rules.ts'

/** How long to wait, and what ends it. */
export interface WaitOptions {
  /** Ends the wait: the promise rejects with its reason. */
  readonly signal?: AbortSignal
  /** Ends the wait after this many milliseconds; 0: there is no wait. Default: it lasts as long as it has to. */
  readonly timeoutMs?: number
}

export const SIGNAL: Rule = [
  (value) => typeof value === 'object' && value !== null && 'aborted' in value && 'addEventListener' in value,
  'an AbortSignal',
]
const WAIT_RULES: Rules = {
  signal: SIGNAL,
  timeoutMs: [(value) => typeof value === 'number' && value >= 0, 'a number of milliseconds, 0 or more'],
}

/** As `problemsOf`, for options that have a signal: one that is passed in their place has no fields, and would end nothing. */
export function signalProblems(options: unknown, rules: Rules): string[] {
  return options instanceof AbortSignal
    ? ['the options are an AbortSignal; pass it as { signal }']
    : problemsOf(options, rules)
}

/** Throws `streaming/illegal-option`. */
export function checkWait(what: string, options: WaitOptions | undefined): void {
  if (options !== undefined) refuseOptions(what, signalProblems(options, WAIT_RULES))
}

/** What is wrong with the options as a promise that rejects with it; undefined: nothing. */
export function refusedWait(what: string, options: WaitOptions | undefined): Promise<never> | undefined {
  if (options === undefined) return undefined
  const problems = signalProblems(options, WAIT_RULES)
  return problems.length === 0 ? undefined : new Promise<never>(() => refuseOptions(what, problems))
}

/** What a list needs to know of those who wait in it. */
interface WaitTexts {
  readonly code: 'streaming/put-timeout' | 'streaming/get-timeout'
  readonly timedOut: (timeoutMs: number) => string
  /** Called when one has given up, and has left the list. */
  readonly gaveUp?: (waiter: { readonly since: number }) => void
}

/** One who waits: for an `Answer`, and until then with an `Item`. */
export class Waiter<Item, Answer> {
  readonly item: Item
  /** Whose it is, so that its owner can end it. */
  readonly owner: unknown
  /** When it began, on the clock; 0 where nobody asks. */
  readonly since: number
  previous: Waiter<Item, Answer> | undefined = undefined
  next: Waiter<Item, Answer> | undefined = undefined
  resolve: (answer: Answer | PromiseLike<Answer>) => void = noop
  reject: (error: unknown) => void = noop
  /** What it was given. */
  answer: Promise<Answer> | undefined = undefined
  /** Takes its timer and its listener back. */
  release: (() => void) | undefined = undefined

  constructor(item: Item, owner: unknown, since: number) {
    this.item = item
    this.owner = owner
    this.since = since
  }
}

const noop = (): void => {}

/** Those who wait, in the order in which they came. */
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

  /** Waits until it is settled; the options have been checked. */
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

  /** Takes one out, to be answered. */
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
   * Takes one out, and answers it. With a promise, since that wakes it two microtasks later than a value would: until then the
   * other side gets ahead, so that the two do not meet again, and one of them waits again, at the very next item.
   */
  settle(waiter: Waiter<Item, Answer>, answer: Promise<Answer>): void {
    this.remove(waiter)
    waiter.resolve(answer)
  }

  /** Takes all of an owner out, or simply all, in their order. */
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
      // A timer or an abort that is on its way already when the answer comes.
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
    return new StageflowError(this.#texts.code, this.#texts.timedOut(timeoutMs))
  }
}
