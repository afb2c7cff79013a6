export { REDACTED } from './redaction/mark.ts'
export { createRedactor } from './redaction/redactor.ts'
export type { RedactionOptions, Redactor } from './redaction/redactor.ts'
