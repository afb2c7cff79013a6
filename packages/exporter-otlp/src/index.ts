export { OtlpExporter } from './otlp-exporter.ts'
export type { OtlpStatistics } from './otlp-exporter.ts'
export type { LogExporter, LogSpanContext, OtlpExporterOptions } from './otlp-exporter-options.ts'
export type { PartialSuccess } from './partial-success.ts'
