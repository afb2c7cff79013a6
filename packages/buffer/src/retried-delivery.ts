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

type Outcome = 'delivered' | 'refused' | 'pending'

/** Delivers one batch at a time, and tries again until it is delivered or refused for good. */
export class RetriedDelivery<Batch> {
  failures = 0
  retries = 0
  lastError: unknown = undefined
  /** How often the current batch has been tried. */
  attempts = 0
  readonly #plan: DeliveryPlan<Batch>
  readonly #errors: CallbackErrors
  readonly #onEnd: (isDelivered: boolean) => void
  /** The batch that is pending. */
  #batch: Batch | undefined
  /** Tells which batch a late answer belongs to. */
  #round = 0
  /** The attempt in progress; undefined between two attempts. */
  #attempt: DeliveryAttempt | undefined
  /** How many delays there were since the first failure, or since `hurry()`. */
  #delays = 0
  #lastDelayMs: number | undefined
  #failingSince = 0
  #isPausing = false
  #stopTimer: (() => void) | undefined

  /** `onEnd` is called for each batch that `start` left pending. */
  constructor(plan: DeliveryPlan<Batch>, errors: CallbackErrors, onEnd: (isDelivered: boolean) => void) {
    this.#plan = plan
    this.#errors = errors
    this.#onEnd = onEnd
  }

  /** Begins with a batch. `refused`: the last attempt failed; `lastError` says why. */
  start(batch: Batch): Outcome {
    this.#round++
    this.attempts = 0
    const outcome = this.#try(batch)
    if (outcome === 'pending') this.#batch = batch
    return outcome
  }

  /** Ends a delay between two attempts. The delays after it start short again. */
  hurry(): void {
    this.#delays = 0
    if (this.#isPausing) this.#tryAgain()
  }

  /** Gives the batch up without calling `onEnd`. */
  giveUp(): void {
    this.#stop()
    this.#round++
    this.#abort()
  }

  #try(batch: Batch): Outcome {
    const round = this.#round
    const attempt = new DeliveryAttempt()
    this.attempts++
    try {
      const answer = this.#plan.deliver(batch, attempt)
      if (!isThenable(answer)) return 'delivered'
      this.#await(answer, attempt, round)
    } catch (error) {
      return this.#failed(error)
    }
    this.#limit(attempt)
    return 'pending'
  }

  #await(answer: PromiseLike<unknown>, attempt: DeliveryAttempt, round: number): void {
    this.#attempt = attempt
    Promise.resolve(answer).then(
      // An attempt that was too slow counts too: a service that always is would get the batch for ever.
      () => {
        if (this.#attempt === attempt) this.#attempt = undefined
        if (this.#round === round) this.#end('delivered')
      },
      (error: unknown) => {
        if (this.#round === round && this.#attempt === attempt) this.#end(this.#failed(error))
      },
    )
  }

  #limit(attempt: DeliveryAttempt): void {
    const { clock, attemptTimeoutMs, tooSlow } = this.#plan
    if (attemptTimeoutMs === Infinity) return
    this.#stopTimer = clock.setTimeout(() => {
      const error = tooSlow()
      attempt.abort(error)
      this.#end(this.#failed(error))
    }, attemptTimeoutMs)
  }

  #failed(error: unknown): Outcome {
    const { clock, retry } = this.#plan
    this.#stop()
    this.#attempt = undefined
    this.failures++
    this.lastError = error
    const now = clock.now()
    if (this.attempts === 1) {
      this.#failingSince = now
      this.#delays = 0
      this.#lastDelayMs = undefined
    }
    const leftMs = this.#failingSince + retry.forMs - now
    if (this.attempts >= retry.attempts || leftMs <= 0) return 'refused'
    const verdict = this.#verdict(error)
    if (verdict === false) return 'refused'
    const delayMs = typeof verdict === 'number' ? verdict : backOffMs(retry, this.#delays, this.#lastDelayMs)
    this.#delays++
    this.#lastDelayMs = delayMs
    this.#isPausing = true
    this.#stopTimer = clock.setTimeout(() => this.#tryAgain(), Math.min(delayMs, leftMs))
    return 'pending'
  }

  /** Whether to try again, or after how many ms. */
  #verdict(error: unknown): boolean | number {
    try {
      const verdict = this.#plan.retry.isRetryable?.(error, { attempts: this.attempts })
      if (typeof verdict === 'boolean') return verdict
      if (verdict !== undefined && verdict.afterMs >= 0) return verdict.afterMs
    } catch (thrown) {
      this.#errors.add(thrown)
      return true
    }
    return isRetryableDelivery(error)
  }

  #tryAgain(): void {
    this.#stop()
    this.retries++
    this.#end(this.#try(this.#batch as Batch))
  }

  #end(outcome: Outcome): void {
    if (outcome === 'pending') return
    this.#stop()
    this.#round++
    this.#abort()
    this.#batch = undefined
    this.#onEnd(outcome === 'delivered')
  }

  /** Aborts an attempt whose result no longer counts, because an earlier one succeeded. */
  #abort(): void {
    const attempt = this.#attempt
    this.#attempt = undefined
    attempt?.abort(this.#plan.givenUp())
  }

  #stop(): void {
    this.#stopTimer?.()
    this.#stopTimer = undefined
    this.#isPausing = false
  }
}
