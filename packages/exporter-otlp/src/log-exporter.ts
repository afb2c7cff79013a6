import type { OTLPLogExporter } from '@opentelemetry/exporter-logs-otlp-http'

/** An exporter of log records, such as the official `OTLPLogExporter`. */
export type LogExporter = Pick<OTLPLogExporter, 'export' | 'forceFlush' | 'shutdown'>
export type LogRecord = Parameters<LogExporter['export']>[0][number]
export type LogResource = LogRecord['resource']
/** What `span.spanContext()` gives. */
export type LogSpanContext = NonNullable<LogRecord['spanContext']>
