import { FLAG, REDACTION, checkOptions, read, refuseOptions, whole } from '@stageflow/core/kit'
import type { OptionRules } from '@stageflow/core/kit'
import type { RedactionOptions } from '@stageflow/core/redaction'

export interface ConsoleExporterOptions {
  /** Where the lines go. The exporter never ends the stream. Default: standard output. */
  readonly stream?: NodeJS.WritableStream
  /** Whether to color. Default: what FORCE_COLOR and NO_COLOR say; otherwise whether the stream is a terminal. */
  readonly color?: boolean
  /** Whether to show the data of every event as JSON, which may hold words of users. Then each event of a map's items has a line. Default: false. */
  readonly data?: boolean
  /** Maximum length of a line, in columns, from 40. Default: the width of the terminal, or 160 without one; 2,000 with `data`. */
  readonly width?: number
  /** What is secret beside what always is, and how much of data is kept; `false` shows secrets. Default: `maxLength` 2,048. */
  readonly redaction?: RedactionOptions | false
}

const WHERE = 'new ConsoleExporter()'
export const ILLEGAL_OPTION = 'exporter-console/illegal-option'
const RULES: OptionRules<ConsoleExporterOptions> = {
  stream: [isStream, 'a writable stream of Node'],
  color: FLAG,
  data: FLAG,
  width: whole(40),
  redaction: REDACTION,
}

/** Throws one error with every option that cannot be used. */
export function checkConsoleOptions(options: unknown): void {
  if (isStream(options)) refuseOptions(WHERE, ILLEGAL_OPTION, ['pass the stream in an object: { stream }'])
  checkOptions(WHERE, ILLEGAL_OPTION, options, RULES)
}

function isStream(value: unknown): boolean {
  const methods = ['write', 'on', 'off'].map((method) => typeof read(value, method))
  return typeof read(value, 'writable') === 'boolean' && methods.every((type) => type === 'function')
}
