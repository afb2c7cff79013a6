import { StageflowError } from '@stageflow/core'
import type { Clock, EventSink, StageflowEvent } from '@stageflow/core'

export interface DeliveryPlan {
  readonly clock: Clock
  readonly random: () => number
  readonly deliveryTimeoutMs: number
  readonly retryBaseMs: number
  readonly retryCapMs: number
  readonly retryForMs: number
}

/** `failed`: its time for tries is over. */
export type Outcome = 'delivered' | 'failed' | 'pending'

/** Hands events to the sink behind, one at a time, and each again while it fails. */
export class Delivery {
  /** How many tries have failed. */
  failures = 0
  readonly #downstream: EventSink
  readonly #plan: DeliveryPlan
  readonly #onEnd: (outcome: 'delivered' | 'failed') => void
  readonly #onFailure: (error: unknown) => void
  #event: StageflowEvent | undefined
  /** Which delivery it is, so that an answer that comes late is not taken for that of a later event. */
  #round = 0
  #tries = 0
  #pauses = 0
  #failingSince = 0
  #stopTimer: (() => void) | undefined
  #pausing = false

  /** `onEnd` is called for what `start` did not finish. */
  constructor(
    downstream: EventSink,
    plan: DeliveryPlan,
    onEnd: (outcome: 'delivered' | 'failed') => void,
    onFailure: (error: unknown) => void,
  ) {
    this.#downstream = downstream
    this.#plan = plan
    this.#onEnd = onEnd
    this.#onFailure = onFailure
  }

  /** What became of it at once; where it is `pending`, `onEnd` will say. */
  start(event: StageflowEvent): Outcome {
    this.#event = event
    this.#round++
    this.#tries = 0
    this.#pauses = 0
    return this.#try()
  }

  /** Ends a pause between two tries; those that follow are short ones again. */
  hurry(): void {
    this.#pauses = 0
    if (this.#pausing) this.#again()
  }

  /** Gives up, without a word; whatever the sink still answers goes unheard. */
  abandon(): void {
    this.#clear()
    this.#round++
  }

  #try(): Outcome {
    const { clock, deliveryTimeoutMs } = this.#plan
    const round = this.#round
    const number = ++this.#tries
    try {
      const answer: unknown = this.#downstream.emit(this.#event as StageflowEvent)
      if (!isThenable(answer)) return 'delivered'
      Promise.resolve(answer).then(
        // Also the answer to a try that was given up: the sink has the event after all.
        () => this.#round === round && this.#end('delivered'),
        (error: unknown) =>
          this.#round === round && this.#tries === number && !this.#pausing && this.#end(this.#failed(error)),
      )
    } catch (error) {
      return this.#failed(error)
    }
    if (deliveryTimeoutMs !== Infinity) {
      const giveUp = (): void => this.#end(this.#failed(tookTooLong(deliveryTimeoutMs)))
      this.#stopTimer = clock.setTimeout(giveUp, deliveryTimeoutMs)
    }
    return 'pending'
  }

  #failed(error: unknown): Outcome {
    const { clock, retryForMs, retryBaseMs, retryCapMs, random } = this.#plan
    this.#clear()
    this.failures++
    this.#onFailure(error)
    const now = clock.now()
    if (this.#tries === 1) this.#failingSince = now
    const leftMs = this.#failingSince + retryForMs - now
    if (leftMs <= 0) return 'failed'
    const delayMs = Math.min(retryBaseMs * 2 ** Math.min(this.#pauses++, 50), retryCapMs) * (0.5 + random() / 2)
    this.#pausing = true
    this.#stopTimer = clock.setTimeout(() => this.#again(), Math.min(delayMs, leftMs))
    return 'pending'
  }

  #again(): void {
    this.#clear()
    this.#end(this.#try())
  }

  #end(outcome: Outcome): void {
    if (outcome === 'pending') return
    this.#clear()
    this.#round++
    this.#onEnd(outcome)
  }

  #clear(): void {
    this.#stopTimer?.()
    this.#stopTimer = undefined
    this.#pausing = false
  }
}

/** Whether it is to be waited for; throws what its getters throw. */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    typeof value === 'object' && value !== null && typeof (value as { readonly then?: unknown }).then === 'function'
  )
}

function tookTooLong(limitMs: number): StageflowError {
  return new StageflowError(
    'sink-buffered/slow',
    `The sink behind the buffer did not answer within ${limitMs} ms (deliveryTimeoutMs); the event is given to it again.`,
  )
}
