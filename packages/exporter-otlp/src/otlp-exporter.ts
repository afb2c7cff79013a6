import { OTLPLogExporter } from '@opentelemetry/exporter-logs-otlp-http'
import { defaultResource, detectResources, envDetector } from '@opentelemetry/resources'
import { StageflowError } from '@stageflow/core'
import type { StageflowEvent } from '@stageflow/core'
import { createRedactor } from '@stageflow/core/redaction'

import { attributeText } from './attribute-values.ts'
import { countOf, exportFailure, unsendable } from './export-failure.ts'
import type { LogExporter, LogRecord, LogSpanContext } from './log-exporter.ts'
import { logRecord } from './log-record.ts'
import type { RecordStyle } from './log-record.ts'
import { checkOptions } from './otlp-exporter-options.ts'
import type { OtlpExporterOptions } from './otlp-exporter-options.ts'
import { takeAnswer, watchAnswers } from './partial-success.ts'
import type { PartialSuccess } from './partial-success.ts'

/** What became of the events so far. */
export interface OtlpStatistics {
  /** Events of the batches that the receiver took. */
  readonly sent: number
  /** Of those, how many it did not keep, as far as it said so. */
  readonly rejected: number
  /** How often `onPartialSuccess` or `spanContext` failed, or the latter gave what is no span. */
  readonly callbackErrors: number
  readonly lastCallbackError: unknown
}

const SUCCESS = 0

/**
 * Sends events to an OpenTelemetry collector as logs; an exporter for `BufferedExporter`, that can also be used by itself.
 * Errors: `exporter-otlp/illegal-option`, `exporter-otlp/unavailable`, `exporter-otlp/refused`, `exporter-otlp/closed`.
 */
export class OtlpExporter {
  readonly #exporter: LogExporter
  readonly #style: RecordStyle
  readonly #spanContext: OtlpExporterOptions['spanContext']
  readonly #onPartialSuccess: OtlpExporterOptions['onPartialSuccess']
  #sent = 0
  #rejected = 0
  #callbackErrors = 0
  #lastCallbackError: unknown
  #closing: Promise<void> | undefined

  constructor(options: OtlpExporterOptions = {}) {
    checkOptions(options)
    const { exporter = new OTLPLogExporter(), resource = resourceOfProcess(), data = false, redaction } = options
    watchAnswers(exporter)
    this.#exporter = exporter
    this.#spanContext = options.spanContext
    this.#onPartialSuccess = options.onPartialSuccess
    const redactor = createRedactor({ ...redaction, maxLength: redaction?.maxLength ?? 2_048 })
    this.#style = { resource, data, redactor }
  }

  /**
   * Resolves only when the receiver has taken the batch. Rejects with `exporter-otlp/unavailable` (`retryable: true`)
   * where it can be sent again, with `exporter-otlp/refused` (`retryable: false`) where the receiver wants none of it.
   */
  async export(events: readonly StageflowEvent[], options?: { readonly signal?: AbortSignal }): Promise<void> {
    if (events.length === 0) return
    if (this.#closing !== undefined) throw closed(events.length)
    await this.#resourceKnown()
    // The batch has come again meanwhile: sent now, it would arrive twice.
    options?.signal?.throwIfAborted()
    const records = events.map((event) => logRecord(event, this.#spanOf(event), this.#style))
    const partial = await this.#send(records)
    this.#sent += records.length
    if (partial !== undefined) this.#tell(partial)
  }

  /** Resolves when no batch is under way. */
  async flush(): Promise<void> {
    await this.#resourceKnown()
    await this.#exporter.forceFlush()
  }

  /** Waits for the batches that are under way, and shuts the log exporter down. */
  async close(): Promise<void> {
    await (this.#closing ??= this.#close())
  }

  statistics(): OtlpStatistics {
    const counted = { sent: this.#sent, rejected: this.#rejected, callbackErrors: this.#callbackErrors }
    return { ...counted, lastCallbackError: this.#lastCallbackError }
  }

  async #close(): Promise<void> {
    await this.#resourceKnown()
    await this.#exporter.shutdown()
  }

  /** Exports wait for it, and so does whoever waits for them. */
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
          else reject(exportFailure(error ?? 'it does not say why', records.length, redactor))
        })
      } catch (error) {
        reject(unsendable(error, records.length, redactor))
      }
    })
  }

  #tell(partial: PartialSuccess): void {
    this.#rejected += partial.rejected
    const answer = this.#safely(() => this.#onPartialSuccess?.(partial))
    Promise.resolve(answer).catch((error: unknown) => this.#note(error))
  }

  #spanOf(event: StageflowEvent): LogSpanContext | undefined {
    if (this.#spanContext === undefined) return undefined
    return this.#safely(() => checkedSpan(this.#spanContext?.(event), event))
  }

  // What a callback throws is no reason to lose a batch, or to send it twice.
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

/** A copy: a receiver would refuse the whole batch for one that is none. */
function checkedSpan(span: LogSpanContext | null | undefined, { type }: StageflowEvent): LogSpanContext | undefined {
  if (span === undefined || span === null) return undefined
  const { traceId, spanId, traceFlags = 0 } = span as Partial<LogSpanContext>
  const copy = { traceId, spanId, traceFlags }
  if (isSpan(copy)) return copy
  // An async function answers too late; what it fails with is no reason to end the process.
  if (span instanceof Promise) span.catch(() => {})
  throw new TypeError(`spanContext gave no span for the event ${JSON.stringify(attributeText(type))}`)
}

function isSpan(span: { readonly [Key in keyof LogSpanContext]?: unknown }): span is LogSpanContext {
  const { traceId, spanId, traceFlags } = span
  const isId = (id: unknown, length: number): boolean =>
    typeof id === 'string' && id.length === length && HEX.test(id) && !ZEROS.test(id)
  return isId(traceId, 32) && isId(spanId, 16) && Number.isInteger(traceFlags) && Number(traceFlags) >= 0
}

function closed(events: number): StageflowError {
  const error = new StageflowError(
    'exporter-otlp/closed',
    `OtlpExporter is closed, and did not send ${countOf(events)}. Close it after the last export.`,
  )
  return Object.assign(error, { retryable: false })
}
