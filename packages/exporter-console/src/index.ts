export type { ExporterReport, ExporterStats } from '@stageflow/buffer'
export type { WaitOptions } from '@stageflow/core/kit'
export type { ConsoleExporterOptions } from './console-exporter-options.ts'
export { ConsoleExporter } from './console-exporter.ts'
