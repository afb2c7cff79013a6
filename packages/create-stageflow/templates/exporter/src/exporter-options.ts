import {
  FLAG,
  REDACTION,
  checkOptions,
  objectWith,
  required,
  type OptionRule,
  type OptionRules,
} from '@stageflow/core/kit'
import type { RedactionOptions } from '@stageflow/core/redaction'

export interface TemplateNameExporterOptions {
  /** Where the events go: an address of HTTP. */
  readonly url: string
  /** Headers of each request, such as `authorization`. Default: none. */
  readonly headers?: Readonly<Record<string, string>>
  /**
   * Exports all data of events, the words of users too. Default: false,
   * facts only.
   */
  readonly data?: boolean
  /**
   * What is removed from the data; `false` for nothing. Default: what looks
   * like a secret.
   */
  readonly redaction?: RedactionOptions | false
}

export const ILLEGAL_OPTION = 'exporter-template-name/illegal-option'
const ADDRESS: OptionRule = [
  (value) =>
    typeof value === 'string' &&
    /^https?:/.test(value) &&
    URL.canParse(value),
  'an address such as https://example.com/events',
]
const RULES: OptionRules<TemplateNameExporterOptions> = {
  url: required(ADDRESS),
  headers: objectWith('an object of headers'),
  data: FLAG,
  redaction: REDACTION,
}

export function checkExporterOptions(
  options: TemplateNameExporterOptions,
): void {
  checkOptions('TemplateNameExporter', ILLEGAL_OPTION, options, RULES)
}
