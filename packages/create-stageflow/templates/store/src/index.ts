export {
  templateNameStore,
  type TemplateNameStore,
} from './template-name-store.ts'
