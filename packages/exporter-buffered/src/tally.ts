import type { DeliveryListener } from './delivery.ts'

/** What a buffered exporter has done so far. */
export interface BufferedExporterStatistics {
  /** Every event it was given. */
  readonly received: number
  readonly written: number
  /** Of batches that were refused for good. */
  readonly deadLettered: number
  /** Lost: for want of room, after `close()`, or left when its time was up. */
  readonly dropped: number
  /** Not written yet, those under way included. */
  readonly size: number
  /** Of the batch that is under way. */
  readonly inFlight: number
  readonly capacity: number
  readonly failedExports: number
  readonly retries: number
  readonly lastError: unknown
  /** How often `onOverflow`, `onDeadLetter`, `isRetryable` or `random` threw or rejected. */
  readonly callbackErrors: number
  readonly lastCallbackError: unknown
}

/** How it ended: `received` is `written + deadLettered + lost`. */
export interface CloseReport {
  readonly received: number
  readonly written: number
  readonly deadLettered: number
  /** Dropped before, or left when time was up; the batch that was under way then may have been written all the same. */
  readonly lost: number
  /** What kept it from ending well: time was up, the signal aborted, or the exporter's own flush or close failed. */
  readonly error: unknown
}

export class Tally implements DeliveryListener {
  received = 0
  written = 0
  deadLettered = 0
  dropped = 0
  #failedExports = 0
  #retries = 0
  #callbackErrors = 0
  #lastCallbackError: unknown
  lastError: unknown

  failed(error: unknown): void {
    this.#failedExports++
    this.lastError = error
  }

  retrying(): void {
    this.#retries++
  }

  callbackFailed(error: unknown): void {
    this.#callbackErrors++
    this.#lastCallbackError = error
  }

  /** Calls a function of the user; whatever it throws, or rejects with, is counted. */
  call(callback: () => unknown): void {
    try {
      Promise.resolve(callback()).catch((error: unknown) => this.callbackFailed(error))
    } catch (error) {
      this.callbackFailed(error)
    }
  }

  statistics(fill: Pick<BufferedExporterStatistics, 'size' | 'inFlight' | 'capacity'>): BufferedExporterStatistics {
    const { received, written, deadLettered, dropped, lastError } = this
    return Object.freeze({
      received,
      written,
      deadLettered,
      dropped,
      ...fill,
      failedExports: this.#failedExports,
      retries: this.#retries,
      lastError,
      callbackErrors: this.#callbackErrors,
      lastCallbackError: this.#lastCallbackError,
    })
  }

  report(error: unknown): CloseReport {
    const { received, written, deadLettered, dropped: lost } = this
    return Object.freeze({ received, written, deadLettered, lost, error })
  }
}
