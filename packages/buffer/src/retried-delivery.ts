import type { Clock } from '@stageflow/core'
import { backOffMs, isThenable } from '@stageflow/core/kit'
import type { CallbackErrors } from './callback-errors.ts'
import { isRetryableDelivery } from './delivery-retry.ts'
import type { DeliveryRetryPlan } from './delivery-retry.ts'

export interface DeliveryPlan<Batch> {
  readonly clock: Clock
  readonly retry: DeliveryRetryPlan
  /** Maximum time per attempt, in ms; Infinity: no limit. */
  readonly attemptTimeoutMs: number
  /** Delivers a batch: at once, or when its promise resolves. It fails if this throws or the promise rejects. */
  readonly deliver: (batch: Batch, attempt: DeliveryAttempt) => unknown
  /** Makes the error of an attempt that took too long. */
  readonly tooSlow: () => Error
  /** Makes the reason that the signal of an attempt aborts with once its result no longer counts. */
  readonly givenUp: () => Error
}

/** One attempt, and its signal. The signal is made when it is read: many deliveries don't need one. */
export class DeliveryAttempt {
  #controller: AbortController | undefined

  /** Aborts when the attempt takes too long, or its result no longer counts. */
  get signal(): AbortSignal {
    this.#controller ??= new AbortController()
    return this.#controller.signal
  }

  abort(reason: unknown): void {
    this.#controller ??= new AbortController() // the signal may be read later
    this.#controller.abort(reason)
  }
}

/** How the delivery of a batch ended. `refused`: its last attempt failed, and there is no other one. */
export type DeliveryEnd = 'delivered' | 'refused'

/** Delivers one batch at a time, and tries again until it is delivered or refused for good. */
export class RetriedDelivery<Batch> {
  failures = 0
  retries = 0
  lastError: unknown = undefined
  /** How often the current batch has been tried. */
  attempts = 0
  readonly #plan: DeliveryPlan<Batch>
  readonly #errors: CallbackErrors
  readonly #onEnd: (end: DeliveryEnd) => void
  /** The batch that is pending. */
  #batch: Batch | undefined
  /** The attempt whose promise hasn't settled; undefined between two attempts. */
  #attempt: DeliveryAttempt | undefined
  /** Stops the timer of the attempt, or of the delay before the next one. */
  #stopTimer: (() => void) | undefined
  #isDelaying = false
  /** How many delays there were since the first failure, or since `hurry()`. */
  #delays = 0
  #lastDelayMs: number | undefined
  #failingSince = 0

  /** `onEnd` is called for each batch that `start` left pending. `errors` counts what `isRetryable` throws. */
  constructor(plan: DeliveryPlan<Batch>, errors: CallbackErrors, onEnd: (end: DeliveryEnd) => void) {
    this.#plan = plan
    this.#errors = errors
    this.#onEnd = onEnd
  }

  /** Tries a batch for the first time. */
  start(batch: Batch): DeliveryEnd | 'pending' {
    this.attempts = 0
    const outcome = this.#try(batch)
    if (outcome === 'pending') this.#batch = batch
    return outcome
  }

  /** Ends a delay between two attempts. The delays after it start short again. */
  hurry(): void {
    this.#delays = 0
    if (this.#isDelaying) this.#tryAgain()
  }

  /** Leaves the pending batch, and aborts its attempt, without calling `onEnd`. */
  giveUp(): void {
    const attempt = this.#attempt
    this.#stop()
    this.#batch = undefined
    this.#attempt = undefined
    attempt?.abort(this.#plan.givenUp())
  }

  #try(batch: Batch): DeliveryEnd | 'pending' {
    const attempt = new DeliveryAttempt()
    this.attempts++
    try {
      const answer = this.#plan.deliver(batch, attempt)
      if (!isThenable(answer)) return 'delivered'
      this.#attempt = attempt
      Promise.resolve(answer).then(
        () => this.#succeeded(batch, attempt),
        (error: unknown) => this.#failed(attempt, error),
      )
    } catch (error) {
      return this.#afterFailure(error)
    }
    this.#limit(attempt)
    return 'pending'
  }

  #limit(attempt: DeliveryAttempt): void {
    const { clock, attemptTimeoutMs, tooSlow } = this.#plan
    if (attemptTimeoutMs === Infinity) return
    this.#stopTimer = clock.setTimeout(() => {
      const error = tooSlow()
      attempt.abort(error)
      this.#failed(attempt, error)
    }, attemptTimeoutMs)
  }

  #succeeded(batch: Batch, attempt: DeliveryAttempt): void {
    if (this.#attempt === attempt) this.#attempt = undefined
    // An earlier attempt that was too slow counts too: a service that always is would get the batch for ever.
    if (this.#batch === batch) this.#end('delivered')
  }

  #failed(attempt: DeliveryAttempt, error: unknown): void {
    // An attempt that was too slow was counted as failed when its time was up.
    if (this.#attempt !== attempt) return
    if (this.#afterFailure(error) === 'refused') this.#end('refused')
  }

  /** Counts a failed attempt, and sets the timer of the next one if there is one. */
  #afterFailure(error: unknown): 'refused' | 'pending' {
    const { clock, retry } = this.#plan
    const now = clock.now()
    this.#stop()
    this.#attempt = undefined
    this.failures++
    this.lastError = error
    if (this.attempts === 1) {
      this.#failingSince = now
      this.#delays = 0
      this.#lastDelayMs = undefined
    }
    const leftMs = this.#failingSince + retry.forMs - now
    if (this.attempts >= retry.attempts || leftMs <= 0) return 'refused'
    const verdict = this.#verdict(error)
    if (verdict === false) return 'refused'
    const delayMs = verdict === true ? backOffMs(retry, this.#delays, this.#lastDelayMs) : verdict.afterMs
    this.#delays++
    this.#lastDelayMs = delayMs
    this.#isDelaying = true
    this.#stopTimer = clock.setTimeout(() => this.#tryAgain(), Math.min(delayMs, leftMs))
    return 'pending'
  }

  /** Whether to try again, and after how long if the app says so. */
  #verdict(error: unknown): boolean | { readonly afterMs: number } {
    try {
      const verdict = this.#plan.retry.isRetryable?.(error, { attempts: this.attempts })
      if (typeof verdict === 'boolean') return verdict
      const afterMs = verdict?.afterMs
      if (afterMs !== undefined && afterMs >= 0) return { afterMs }
    } catch (thrown) {
      this.#errors.add(thrown)
      return true
    }
    return isRetryableDelivery(error)
  }

  #tryAgain(): void {
    const batch = this.#batch
    if (batch === undefined) return
    this.#stop()
    this.retries++
    const outcome = this.#try(batch)
    if (outcome !== 'pending') this.#end(outcome)
  }

  #end(end: DeliveryEnd): void {
    this.giveUp()
    this.#onEnd(end)
  }

  #stop(): void {
    this.#stopTimer?.()
    this.#stopTimer = undefined
    this.#isDelaying = false
  }
}
