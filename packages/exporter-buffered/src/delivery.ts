import { StageflowError } from '@stageflow/core'
import type { StageflowEvent } from '@stageflow/core'

import type { Settings } from './buffered-options.ts'
import type { Exporter } from './exporter.ts'

/** How a batch ended: written, refused for good, or left when time was up. */
export type Delivered =
  | { readonly status: 'written' }
  | { readonly status: 'refused'; readonly error: unknown; readonly attempts: number }
  | { readonly status: 'given-up' }

export interface DeliveryListener {
  /** An export failed. */
  failed(error: unknown): void
  /** The batch is about to be tried again. */
  retrying(): void
  /** A function of the user threw. */
  callbackFailed(error: unknown): void
}

interface Failure {
  readonly error: unknown
}

/** One batch on its way: tried until it is written, refused for good, or given up. */
export class Delivery {
  readonly #exporter: Exporter
  readonly #events: readonly StageflowEvent[]
  readonly #settings: Settings
  readonly #listener: DeliveryListener
  #end: 'written' | 'given-up' | undefined
  #isPausing = false
  #wake: () => void = () => {}

  constructor(exporter: Exporter, events: readonly StageflowEvent[], settings: Settings, listener: DeliveryListener) {
    this.#exporter = exporter
    this.#events = events
    this.#settings = settings
    this.#listener = listener
  }

  async run(): Promise<Delivered> {
    for (let attempts = 1; ; attempts++) {
      const failure = await this.#attempt()
      if (this.#end !== undefined) return { status: this.#end }
      if (failure !== undefined) {
        this.#listener.failed(failure.error)
        if (attempts >= this.#settings.maxAttempts || !this.#isRetryable(failure.error))
          return { status: 'refused', error: failure.error, attempts }
      }
      await this.#pause(this.#pauseAfter(attempts))
      // A call that was late may have written it meanwhile: set by another one's callback.
      const end = this.#end as 'written' | 'given-up' | undefined
      if (end !== undefined) return { status: end }
      this.#listener.retrying()
    }
  }

  /** Ends a pause. */
  hurry(): void {
    if (this.#isPausing) this.#wake()
  }

  giveUp(): void {
    this.#end = 'given-up'
    this.#wake()
  }

  /** Answers with what it failed with, or undefined where the batch has ended. */
  #attempt(): Promise<Failure | undefined> {
    const { clock, exportTimeoutMs } = this.#settings
    const controller = new AbortController()
    return new Promise((resolve) => {
      const stop = clock.setTimeout(() => {
        const error = lateExport(exportTimeoutMs)
        controller.abort(error)
        resolve({ error })
      }, exportTimeoutMs)
      const settle = (failure?: Failure): void => {
        stop()
        resolve(failure)
      }
      const wake = (): void => {
        settle()
        controller.abort(new StageflowError('exporter-buffered/closed', 'Nobody waits for this export any more.'))
      }
      this.#wake = wake
      this.#call(controller.signal).then(
        () => {
          this.#written(wake)
          settle()
        },
        (error: unknown) => settle({ error }),
      )
    })
  }

  async #call(signal: AbortSignal): Promise<void> {
    await this.#exporter.export(this.#events, { signal })
  }

  /** Also when the call was late: an endpoint that always is would get the batch for ever. `own` is how that call is woken. */
  #written(own: () => void): void {
    if (this.#end !== undefined) return
    this.#end = 'written'
    if (this.#wake !== own) this.#wake()
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const stop = this.#settings.clock.setTimeout(() => this.#wake(), ms)
      this.#isPausing = true
      this.#wake = () => {
        stop()
        this.#isPausing = false
        resolve()
      }
    })
  }

  #pauseAfter(attempts: number): number {
    const { retryBaseMs, retryCapMs, random } = this.#settings
    const most = Math.min(retryCapMs, retryBaseMs * 2 ** (attempts - 1))
    const chance = this.#safely(random, 1)
    return most / 2 + (most / 2) * (chance >= 0 && chance <= 1 ? chance : 1)
  }

  #isRetryable(error: unknown): boolean {
    return this.#safely(() => this.#settings.isRetryable(error), true)
  }

  #safely<T>(call: () => T, otherwise: T): T {
    try {
      return call()
    } catch (error) {
      this.#listener.callbackFailed(error)
      return otherwise
    }
  }
}

function lateExport(timeoutMs: number): StageflowError {
  return new StageflowError(
    'exporter-buffered/export-timeout',
    `The exporter has not answered for ${timeoutMs} ms; the batch is tried again. See why it is slow, or raise exportTimeoutMs.`,
  )
}
