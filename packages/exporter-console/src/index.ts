export type { ExporterReport, WaitOptions } from '@stageflow/core/kit'
export { ConsoleExporter } from './console-exporter.ts'
export type { ConsoleExporterOptions } from './console-exporter-options.ts'
