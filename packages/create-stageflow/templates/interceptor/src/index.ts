export { templateName, type SlowCall, type TemplateNameOptions } from './template-name.ts'
