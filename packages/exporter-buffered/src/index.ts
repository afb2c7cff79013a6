export type {
  BufferStats,
  CloseReport,
  DeliveryRetry,
  EndReport,
  EventChoice,
  EventFilterStats,
  EventPattern,
  LossReason,
  WaitOptions,
} from '@stageflow/core/kit'
export type { Exporter, ExportOptions } from './exporter.ts'
export { BufferedExporter } from './buffered-exporter.ts'
export type { BufferedExporterOptions, DeadLetter, Overflow } from './buffered-options.ts'
export { fanOutExporter } from './fan-out-exporter.ts'
export type { FanOutExporter, FanOutExporterOptions } from './fan-out-exporter.ts'
export { filterExporter } from './filter-exporter.ts'
export type { FilterExporter, FilterExporterOptions } from './filter-exporter.ts'
