export {
  templateNameSink,
  type TemplateNameReport,
  type TemplateNameSink,
  type TemplateNameStats,
} from './template-name-sink.ts'
export type { TemplateNameSinkOptions } from './sink-options.ts'
