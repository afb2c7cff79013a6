export type {
  BufferStats,
  BufferReport,
  DeliveryReport,
  DeliveryRetry,
  EventChoice,
  EventFilterStats,
  EventPattern,
  FilterOptions,
  LossReason,
} from '@stageflow/buffer'
export type { EndReport, WaitOptions } from '@stageflow/core/kit'
export { BufferedExporter } from './buffered-exporter.ts'
export type { BufferedExporterOptions, DeadLetter, Overflow } from './buffered-options.ts'
export type { ExportOptions, Exporter } from './exporter.ts'
export { fanOutExporter } from './fan-out-exporter.ts'
export type { FanOutExporter, FanOutExporterOptions } from './fan-out-exporter.ts'
export { filterExporter } from './filter-exporter.ts'
export type { FilterExporter } from './filter-exporter.ts'
