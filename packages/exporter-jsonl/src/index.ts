export type { ExporterReport, ExporterStats } from '@stageflow/buffer'
export type { WaitOptions } from '@stageflow/core/kit'
export { JsonlExporter } from './jsonl-exporter.ts'
export type { JsonlExporterOptions } from './jsonl-options.ts'
