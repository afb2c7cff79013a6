export { templateNameStore, type TemplateNameStore } from './template-name-store.ts'
export type { Claim, ClaimAnswer, Completion } from './records.ts'
