import { OTLPLogExporter } from '@opentelemetry/exporter-logs-otlp-http'
import { defaultResource, detectResources, envDetector } from '@opentelemetry/resources'
import { ExportProgress, checkBatch } from '@stageflow/buffer'
import type { ExporterReport, ExporterStats } from '@stageflow/buffer'
import { StageflowError, systemClock } from '@stageflow/core'
import type { StageflowEvent } from '@stageflow/core'
import { checkArgumentCount, checkWait, onRejection } from '@stageflow/core/kit'
import type { WaitOptions } from '@stageflow/core/kit'
import { createRedactor } from '@stageflow/core/redaction'
import { attributeText } from './attribute-values.ts'
import { countOf, exportFailure, unsendable } from './export-failure.ts'
import type { LogExporter, LogRecord, LogSpanContext } from './log-exporter.ts'
import { logRecord } from './log-record.ts'
import type { RecordStyle } from './log-record.ts'
import { ILLEGAL_OPTION, checkOtlpOptions } from './otlp-exporter-options.ts'
import type { OtlpExporterOptions } from './otlp-exporter-options.ts'
import { takeAnswer, watchAnswers } from './partial-success.ts'
import type { PartialSuccess } from './partial-success.ts'

/** What has happened to the events that it was given. `delivered`: the receiver took their batch. */
export interface OtlpStats extends ExporterStats {
  /** How many of the delivered events the receiver said it did not keep. */
  readonly rejected: number
  /** How often `onPartialSuccess` or `spanContext` failed, or `spanContext` returned something else than a span context. */
  readonly callbackErrors: number
  readonly lastCallbackError: unknown
}

const SUCCESS = 0

/**
 * Sends events to an OpenTelemetry collector as logs. An exporter for `BufferedExporter`; it also works alone.
 * Errors: `exporter-otlp/illegal-option`, `exporter-otlp/unavailable`, `exporter-otlp/refused`, `exporter-otlp/closed`.
 */
export class OtlpExporter {
  readonly core: string = '^1.0.0'
  readonly #exporter: LogExporter
  readonly #style: RecordStyle
  readonly #spanContext: OtlpExporterOptions['spanContext']
  readonly #onPartialSuccess: OtlpExporterOptions['onPartialSuccess']
  #rejected = 0
  #callbackErrors = 0
  #lastCallbackError: unknown
  readonly #progress = new ExportProgress({ clock: systemClock, closed, late })

  constructor(options: OtlpExporterOptions = {}) {
    checkArgumentCount(arguments.length, 1, 'new OtlpExporter(options)', ILLEGAL_OPTION)
    checkOtlpOptions(options)
    const { exporter = new OTLPLogExporter(), resource = resourceOfProcess(), data = false, redaction } = options
    watchAnswers(exporter)
    this.#exporter = exporter
    this.#spanContext = options.spanContext
    this.#onPartialSuccess = options.onPartialSuccess
    this.#style = { resource, data, redactor: createRedactor(redaction, { maxLength: 2_048 }) }
  }

  /**
   * Resolves only when the receiver has taken the batch. Rejects with `exporter-otlp/unavailable` (`retryable: true`) if it can
   * be sent again, and with `exporter-otlp/refused` (`retryable: false`) if the receiver refused it.
   */
  async export(events: readonly StageflowEvent[], options?: { readonly signal?: AbortSignal }): Promise<void> {
    checkBatch(ILLEGAL_OPTION, events, options)
    await this.#progress.export(events.length, () => this.#write(events, options?.signal))
  }

  async #write(events: readonly StageflowEvent[], signal: AbortSignal | undefined): Promise<void> {
    if (events.length === 0) return
    await this.#resourceKnown()
    // The buffer has given up on this call and sends the batch again: sent now, it would arrive twice.
    signal?.throwIfAborted()
    const records = events.map((event) => logRecord(event, this.#spanOf(event), this.#style))
    const partial = await this.#send(records)
    if (partial !== undefined) this.#report(partial)
  }

  /** Resolves when no batch is in progress. Rejects with `exporter-otlp/timed-out` if that takes too long. */
  async flush(options: WaitOptions = {}): Promise<void> {
    checkWait('flush()', ILLEGAL_OPTION, options)
    await this.#progress.flush(options, async () => {
      await this.#resourceKnown()
      await this.#exporter.forceFlush()
    })
  }

  /**
   * Waits for the batches in progress, and shuts the log exporter down, within `timeoutMs` (5,000). Doesn't reject for what happens
   * then: the report says why events may be lost.
   */
  async close(options: WaitOptions = {}): Promise<ExporterReport> {
    checkWait('close()', ILLEGAL_OPTION, options)
    return this.#progress.close(options, () => this.#shutDown())
  }

  stats(): OtlpStats {
    return Object.freeze({
      ...this.#progress.stats(),
      rejected: this.#rejected,
      callbackErrors: this.#callbackErrors,
      lastCallbackError: this.#lastCallbackError,
    })
  }

  async #shutDown(): Promise<void> {
    await this.#resourceKnown()
    await this.#exporter.shutdown()
  }

  /** Waits until the attributes of the resource are known. */
  async #resourceKnown(): Promise<void> {
    const { resource } = this.#style
    if (resource.asyncAttributesPending === true) await resource.waitForAsyncAttributes?.()
  }

  #send(records: LogRecord[]): Promise<PartialSuccess | undefined> {
    const { redactor } = this.#style
    return new Promise((resolve, reject) => {
      try {
        this.#exporter.export(records, ({ code, error }) => {
          if (code === SUCCESS) resolve(takeAnswer(this.#exporter, records.length, redactor))
          else reject(exportFailure(error ?? 'it gave no reason', records.length, redactor))
        })
      } catch (error) {
        reject(unsendable(error, records.length, redactor))
      }
    })
  }

  #report(partial: PartialSuccess): void {
    this.#rejected += partial.rejected
    const answer = this.#safely(() => this.#onPartialSuccess?.(partial))
    Promise.resolve(answer).catch((error: unknown) => this.#note(error))
  }

  #spanOf(event: StageflowEvent): LogSpanContext | undefined {
    if (this.#spanContext === undefined) return undefined
    return this.#safely(() => checkedSpan(this.#spanContext?.(event), event))
  }

  // A callback that throws must not lose a batch, or send it twice.
  #safely<T>(call: () => T): T | undefined {
    try {
      return call()
    } catch (error) {
      this.#note(error)
      return undefined
    }
  }

  #note(error: unknown): void {
    this.#callbackErrors++
    this.#lastCallbackError = error
  }
}

function resourceOfProcess(): RecordStyle['resource'] {
  return defaultResource().merge(detectResources({ detectors: [envDetector] }))
}

const HEX = /^[0-9a-f]+$/
const ZEROS = /^0+$/

/** A checked copy: a receiver would refuse the whole batch for one illegal span context. */
function checkedSpan(span: LogSpanContext | null | undefined, { type }: StageflowEvent): LogSpanContext | undefined {
  if (span === undefined || span === null) return undefined
  const { traceId, spanId, traceFlags = 0 } = span as Partial<LogSpanContext>
  const copy = { traceId, spanId, traceFlags }
  if (isSpan(copy)) return copy
  // An async function returns too late. Its rejection must not end the process.
  onRejection(span, () => {})
  throw new TypeError(`spanContext did not return a span context for the event ${JSON.stringify(attributeText(type))}`)
}

function isSpan(span: { readonly [Key in keyof LogSpanContext]?: unknown }): span is LogSpanContext {
  const { traceId, spanId, traceFlags } = span
  const isId = (id: unknown, length: number): boolean =>
    typeof id === 'string' && id.length === length && HEX.test(id) && !ZEROS.test(id)
  return isId(traceId, 32) && isId(spanId, 16) && Number.isInteger(traceFlags) && Number(traceFlags) >= 0
}

function late(call: string, timeoutMs: number): StageflowError {
  return new StageflowError(
    'exporter-otlp/timed-out',
    `${call}: the log exporter did not end within ${timeoutMs} ms. Raise timeoutMs, or find out why the receiver is slow.`,
  )
}

function closed(events: number): StageflowError {
  const error = new StageflowError(
    'exporter-otlp/closed',
    `OtlpExporter is closed and did not send ${countOf(events)}. Close it after the last export.`,
  )
  return Object.assign(error, { retryable: false })
}
