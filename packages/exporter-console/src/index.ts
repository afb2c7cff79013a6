export type { ExporterReport } from '@stageflow/buffer'
export type { WaitOptions } from '@stageflow/core/kit'
export type { ConsoleExporterOptions } from './console-exporter-options.ts'
export { ConsoleExporter } from './console-exporter.ts'
