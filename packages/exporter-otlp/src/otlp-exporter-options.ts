import type { StageflowEvent } from '@stageflow/core'
import { FLAG, REDACTION, checkOptions, functionLike, objectWith, read, refuseOptions } from '@stageflow/core/kit'
import type { OptionRules } from '@stageflow/core/kit'
import type { RedactionOptions } from '@stageflow/core/redaction'

import type { LogExporter, LogResource, LogSpanContext } from './log-exporter.ts'
import type { PartialSuccess } from './partial-success.ts'

export interface OtlpExporterOptions {
  /** Sends the records; `close()` shuts it down. Default: a new `OTLPLogExporter`: JSON over HTTP, configured by OTEL_EXPORTER_OTLP_* variables. */
  readonly exporter?: LogExporter
  /** Where the records come from. Default: OpenTelemetry's, with OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES. */
  readonly resource?: LogResource
  /** Returns the span that an event belongs to. Default: none. */
  readonly spanContext?: (event: StageflowEvent) => LogSpanContext | undefined
  /** Whether to send the data of every event, which may hold words of users. Default: false. */
  readonly data?: boolean
  /** What is secret beside what always is, and how much of data is kept; `false` sends secrets. Default: `maxLength` 2,048. */
  readonly redaction?: RedactionOptions | false
  /** Called if the receiver took a batch without all of its records, or has a message about it. Default: only counted. */
  readonly onPartialSuccess?: (partial: PartialSuccess) => unknown
}

const WHERE = 'new OtlpExporter()'
export const ILLEGAL_OPTION = 'exporter-otlp/illegal-option'
const LOG_EXPORTER = objectWith('an exporter of log records', 'export', 'forceFlush', 'shutdown')
const RULES: OptionRules<OtlpExporterOptions> = {
  exporter: LOG_EXPORTER,
  resource: [isResource, "a resource, such as resourceFromAttributes({ 'service.name': 'assistant' })"],
  spanContext: functionLike('(event) => SpanContext | undefined'),
  data: FLAG,
  redaction: REDACTION,
  onPartialSuccess: functionLike('({ rejected, of, message }) => void'),
}

/** Throws one error with every option that cannot be used. */
export function checkOtlpOptions(options: unknown): void {
  if (LOG_EXPORTER[0](options)) refuseOptions(WHERE, ILLEGAL_OPTION, ['pass the exporter in an object: { exporter }'])
  checkOptions(WHERE, ILLEGAL_OPTION, options, RULES)
}

function isResource(value: unknown): boolean {
  const attributes = read(value, 'attributes')
  return typeof attributes === 'object' && attributes !== null
}
