export { templateNameSink, type TemplateNameReport, type TemplateNameSink } from './template-name-sink.ts'
export type { TemplateNameSinkOptions } from './sink-options.ts'
