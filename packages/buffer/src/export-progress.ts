import type { Clock, WaitOptions } from '@stageflow/core'
import { CLOSE_TIMEOUT_MS, endWithin, withinLimit, plainOptions } from '@stageflow/core/kit'
import { Closing } from './closing.ts'

/** What has happened to the events that an exporter was given. */
export interface ExporterStats {
  /** Events of exports that resolved. */
  readonly delivered: number
  /** Events of exports in progress. */
  readonly inFlight: number
  /** Exports that rejected. */
  readonly failures: number
  /** What the last of them rejected with. */
  readonly lastError: unknown
}

/** How an exporter ended. */
export interface ExporterReport {
  /** Events of exports that resolved, since the exporter was made. */
  readonly delivered: number
  /** Events of exports that were still in progress. They may arrive all the same. */
  readonly lost: number
  /** Why it didn't end as it should; undefined if it closed in time. */
  readonly error: unknown
}

export interface ExportProgressPlan {
  readonly clock: Clock
  /** Makes the error of an export after `close()`. */
  readonly closed: (events: number) => Error
  /** Makes the error of a call that took too long: `flush()` or `close()`. */
  readonly late: (call: string, timeoutMs: number) => Error
}

/** Counts the events that an exporter writes, and flushes and closes it within a limit. */
export class ExportProgress {
  readonly #plan: ExportProgressPlan
  #delivered = 0
  #inFlight = 0
  #failures = 0
  #lastError: unknown
  readonly #exports = new Set<Promise<unknown>>()
  readonly #closing = new Closing<ExporterReport>()

  constructor(plan: ExportProgressPlan) {
    this.#plan = plan
  }

  /** Writes and counts the events of one export. Rejects if `write` does, or if the exporter is closed. */
  async export(events: number, write: () => Promise<unknown>): Promise<void> {
    if (this.#closing.report !== undefined) throw this.#plan.closed(events)
    const written = this.#counted(events, write)
    const settled = written.catch(() => {})
    this.#exports.add(settled)
    void settled.then(() => this.#exports.delete(settled))
    await written
  }

  stats(): ExporterStats {
    return Object.freeze({
      delivered: this.#delivered,
      inFlight: this.#inFlight,
      failures: this.#failures,
      lastError: this.#lastError,
    })
  }

  /**
   * Waits for the exports in progress, however they end, and then for `end`. Rejects if the time is up, with the signal's reason,
   * or as `end` does.
   */
  async flush({ signal, timeoutMs = Infinity }: WaitOptions, end?: () => unknown): Promise<void> {
    signal?.throwIfAborted()
    const work = async (): Promise<void> => {
      await Promise.all(this.#exports)
      await end?.()
    }
    const late = (): Error => this.#plan.late('flush()', timeoutMs)
    await withinLimit(work(), { clock: this.#plan.clock, limitMs: timeoutMs, signal, late })
  }

  /**
   * Calls `end`, and waits for it and the exports in progress, for 5,000 ms by default. Refuses later exports. Doesn't reject. Later
   * calls return the same report.
   */
  close(wait: WaitOptions, end?: () => unknown): Promise<ExporterReport> {
    return this.#closing.close(() => this.#close(wait, end))
  }

  async #counted(events: number, write: () => Promise<unknown>): Promise<void> {
    this.#inFlight += events
    try {
      await write()
      this.#delivered += events
    } catch (error) {
      this.#failures++
      this.#lastError = error
      throw error
    } finally {
      this.#inFlight -= events
    }
  }

  async #close(wait: WaitOptions, end?: () => unknown): Promise<ExporterReport> {
    const { clock, late } = this.#plan
    const work = async (): Promise<void> => {
      await end?.()
      await Promise.all(this.#exports)
    }
    const { timeoutMs = CLOSE_TIMEOUT_MS } = wait
    const { error } = await endWithin(work, {
      ...plainOptions(wait),
      timeoutMs,
      clock,
      late: () => late('close()', timeoutMs),
    })
    return Object.freeze({ delivered: this.#delivered, lost: this.#inFlight, error })
  }
}
