import {
  ExportProgress,
  checkBatch,
  type ExporterReport,
  type ExporterStats,
} from '@stageflow/buffer'
import {
  StageflowError,
  systemClock,
  type StageflowEvent,
  type WaitOptions,
} from '@stageflow/core'
import {
  checkArgumentCount,
  checkWait,
  shownFields,
} from '@stageflow/core/kit'
import { createRedactor } from '@stageflow/core/redaction'
import {
  ILLEGAL_OPTION,
  checkExporterOptions,
  type TemplateNameExporterOptions,
} from './exporter-options.ts'

/**
 * Posts each batch as lines of JSON. Put a `BufferedExporter` in front of
 * it. The README lists its errors.
 */
export class TemplateNameExporter {
  readonly core: string = '^1.0.0'
  readonly #url: string
  readonly #headers: Readonly<Record<string, string>>
  readonly #lineOf: (event: StageflowEvent) => string
  readonly #progress = new ExportProgress({
    clock: systemClock,
    closed,
    late,
  })

  /** Errors: `exporter-template-name/illegal-option`. */
  constructor(options: TemplateNameExporterOptions) {
    checkArgumentCount(
      arguments.length,
      1,
      'new TemplateNameExporter(options)',
      ILLEGAL_OPTION,
    )
    checkExporterOptions(options)
    const { url, headers = {}, data: isAll = false, redaction } = options
    const redactor = createRedactor(redaction)
    this.#url = url
    this.#headers = { 'content-type': 'application/x-ndjson', ...headers }
    this.#lineOf = (event) => {
      const { pipelineRunId, seq, type, timestamp } = event
      return JSON.stringify({
        pipelineRunId,
        seq,
        type,
        timestamp,
        data: shownFields(event, isAll, redactor.value),
      })
    }
  }

  /**
   * Resolves once the server has accepted the batch. If it rejects, the
   * caller sends the same batch again, whole.
   */
  async export(
    events: readonly StageflowEvent[],
    options: { readonly signal?: AbortSignal } = {},
  ): Promise<void> {
    checkBatch(ILLEGAL_OPTION, events, options)
    await this.#progress.export(events.length, () =>
      this.#post(events, options.signal),
    )
  }

  /** Resolves once the exports in progress have ended. */
  async flush(options: WaitOptions = {}): Promise<void> {
    checkWait('flush()', ILLEGAL_OPTION, options)
    await this.#progress.flush(options)
  }

  /**
   * Waits for the exports in progress, for `timeoutMs` (5,000), and
   * resolves with a report. Later exports are refused.
   */
  async close(options: WaitOptions = {}): Promise<ExporterReport> {
    checkWait('close()', ILLEGAL_OPTION, options)
    return this.#progress.close(options)
  }

  stats(): ExporterStats {
    return this.#progress.stats()
  }

  async #post(
    events: readonly StageflowEvent[],
    signal: AbortSignal | undefined,
  ): Promise<void> {
    if (events.length === 0) return
    const body = events.map((event) => `${this.#lineOf(event)}\n`).join('')
    const response = await fetch(this.#url, {
      method: 'POST',
      headers: this.#headers,
      body,
      signal: signal ?? null,
    })
    await response.body?.cancel()
    if (response.ok) return
    // The buffer reads the status: it tries 408, 429 and 5xx again, and
    // gives up on other statuses of 4xx.
    const { status } = response
    const { host } = new URL(this.#url)
    const what = `${host} answered a batch of ${events.length} events`
    const fix = 'Check the server, the url and the headers.'
    const text = `${what} with HTTP ${status}. ${fix}`
    throw Object.assign(
      new StageflowError('exporter-template-name/refused', text),
      { status },
    )
  }
}

function closed(events: number): StageflowError {
  return new StageflowError(
    'exporter-template-name/closed',
    `The exporter is closed, and cannot export ${events} events. ` +
      'Close it after the runs have ended.',
  )
}

function late(call: string, timeoutMs: number): StageflowError {
  return new StageflowError(
    'exporter-template-name/timed-out',
    `${call} has waited ${timeoutMs} ms for the server. ` +
      'Check the server, or raise timeoutMs.',
  )
}
