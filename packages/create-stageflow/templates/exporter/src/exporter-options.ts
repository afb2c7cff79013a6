import {
  FLAG,
  REDACTION,
  objectWith,
  optionProblems,
  refuseOptions,
  type OptionRule,
  type OptionRules,
} from '@stageflow/core/kit'
import type { RedactionOptions } from '@stageflow/core/redaction'

export interface TemplateNameExporterOptions {
  /** Where the events go: an address of HTTP. */
  readonly url: string
  /** Headers of each request, such as `authorization`. Default: none. */
  readonly headers?: Readonly<Record<string, string>>
  /** Exports all data of events, the words of users too. Default: false, facts only. */
  readonly data?: boolean
  /** What is removed from the data; `false` for nothing. Default: what looks like a secret. */
  readonly redaction?: RedactionOptions | false
}

export const ILLEGAL_OPTION = 'template-name/illegal-option'
const ADDRESS: OptionRule = [
  (value) => typeof value === 'string' && /^https?:/.test(value) && URL.canParse(value),
  'an address such as https://example.com/events',
]
const RULES: OptionRules<TemplateNameExporterOptions> = {
  url: ADDRESS,
  headers: objectWith('an object of headers'),
  data: FLAG,
  redaction: REDACTION,
}

export function checkExporterOptions(options: TemplateNameExporterOptions): void {
  const problems = optionProblems(options, RULES)
  const missing = problems.length === 0 && options.url === undefined ? ['url is missing'] : []
  refuseOptions('TemplateNameExporter', ILLEGAL_OPTION, [...problems, ...missing])
}
