export { TemplateNameExporter } from './template-name-exporter.ts'
export type { TemplateNameExporterOptions } from './exporter-options.ts'
