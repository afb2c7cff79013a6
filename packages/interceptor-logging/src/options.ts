import { FLAG, REDACTION, objectWith, oneOf, optionProblems, read, refuseOptions } from '@stageflow/core/kit'
import type { OptionRules } from '@stageflow/core/kit'
import type { RedactionOptions } from '@stageflow/core/redaction'
import type { LevelWithSilent, Logger } from 'pino'

/** The pino level of each kind of line; `silent` leaves it out. */
export interface LoggingLevels {
  /** A stage or run that starts (with `startLines`). Default: `info`. */
  readonly start?: LevelWithSilent
  /** Default: `info`. */
  readonly ok?: LevelWithSilent
  /** Default: `info`. */
  readonly skip?: LevelWithSilent
  /** Default: `warn`. */
  readonly cancel?: LevelWithSilent
  /** Default: `error`. */
  readonly fail?: LevelWithSilent
  /** A stage of kind GUARD that returned `fail`, and a run that ends so: the guard has worked. Default: `warn`. */
  readonly verdict?: LevelWithSilent
  /** A stage or run that waits for an answer. Default: `info`. */
  readonly suspend?: LevelWithSilent
  /** A failure that the pipeline tolerates (`onFailure`). Default: `warn`. */
  readonly tolerated?: LevelWithSilent
  /** An item of a map that didn't fail, and with `startLines` one that starts. One that failed has the level `fail`. Default: `debug`. */
  readonly item?: LevelWithSilent
}

export interface LoggingOptions {
  /** Where the lines go. Default: pino to standard output. */
  readonly logger?: Logger
  /** Whether to log the start of runs, and of each call of a stage that reaches this interceptor. Default: false. */
  readonly startLines?: boolean
  /** The level of each kind of line. */
  readonly levels?: LoggingLevels
  /** Whether to log the data that stages return, redacted and cut. Default: false. */
  readonly data?: boolean
  /** What is secret beside what always is, and how much of data and messages is kept; `false` logs secrets. Default: `maxLength` 2,048. */
  readonly redaction?: RedactionOptions | false
}

export const DEFAULT_LEVELS: Required<LoggingLevels> = {
  start: 'info',
  ok: 'info',
  skip: 'info',
  cancel: 'warn',
  fail: 'error',
  verdict: 'warn',
  suspend: 'info',
  tolerated: 'warn',
  item: 'debug', // a map may have thousands, and its own line has their counts
}

const LEVEL = oneOf('fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent')
const LEVEL_RULES: OptionRules<LoggingLevels> = {
  start: LEVEL,
  ok: LEVEL,
  skip: LEVEL,
  cancel: LEVEL,
  fail: LEVEL,
  verdict: LEVEL,
  suspend: LEVEL,
  tolerated: LEVEL,
  item: LEVEL,
}
const METHODS = ['child', 'isLevelEnabled', 'error', 'warn', 'info', 'debug', 'trace', 'fatal']
const RULES: OptionRules<LoggingOptions> = {
  logger: objectWith('a pino logger', ...METHODS),
  startLines: FLAG,
  levels: [() => true, ''], // checked below, by name
  data: FLAG,
  redaction: REDACTION,
}

/** Throws one error with every option that cannot be used. */
export function checkLoggingOptions(options: unknown): void {
  const levels = read(options, 'levels')
  const problems = levels === undefined ? [] : optionProblems(levels, LEVEL_RULES, 'levels.')
  refuseOptions('logging()', 'logging/illegal-option', [...optionProblems(options, RULES), ...problems])
}
