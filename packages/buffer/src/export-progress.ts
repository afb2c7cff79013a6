import { CLOSE_TIMEOUT_MS, endWithin } from '@stageflow/core/kit'
import type { EndLimit } from '@stageflow/core/kit'

/** How an exporter ended. */
export interface ExporterReport {
  /** Events of exports that resolved, since the exporter was made. */
  readonly delivered: number
  /** Events of exports that were still in progress. They may arrive all the same. */
  readonly lost: number
  /** Why it didn't end as it should; undefined if it closed in time. */
  readonly error: unknown
}

/** Counts the events that an exporter writes, and closes it within a limit. */
export class ExportProgress {
  #delivered = 0
  #lost = 0
  readonly #exports = new Set<Promise<void>>()
  #closing: Promise<ExporterReport> | undefined

  /** False once `close()` was called. */
  get isOpen(): boolean {
    return this.#closing === undefined
  }

  /** Counts the events of one export until `written` settles. Returns `written`. */
  during(events: number, written: Promise<void>): Promise<void> {
    const counted = this.#count(events, written)
    this.#exports.add(counted)
    void counted.then(() => this.#exports.delete(counted))
    return written
  }

  /** Calls `end`, and waits for it and the exports in progress, for 5,000 ms by default. Doesn't reject. Later calls return the same report. */
  close(end: () => Promise<unknown>, limit: EndLimit): Promise<ExporterReport> {
    if (this.#closing === undefined) {
      // Kept before anything is called that may call close() again.
      const { promise, resolve } = Promise.withResolvers<ExporterReport>()
      this.#closing = promise
      resolve(this.#close(end, limit))
    }
    return this.#closing
  }

  async #count(events: number, written: Promise<void>): Promise<void> {
    this.#lost += events
    try {
      await written
      this.#delivered += events
    } catch {
      // The caller of the export gets the error, and may try again.
    }
    this.#lost -= events
  }

  async #close(end: () => Promise<unknown>, limit: EndLimit): Promise<ExporterReport> {
    const all = async (): Promise<void> => {
      await end()
      await Promise.all(this.#exports)
    }
    const { error } = await endWithin(all, { timeoutMs: CLOSE_TIMEOUT_MS, ...limit })
    return Object.freeze({ delivered: this.#delivered, lost: this.#lost, error })
  }
}
