import { StageflowError } from '@stageflow/core'
import type { RedactionOptions } from '@stageflow/core/redaction'
import type { LevelWithSilent, Logger } from 'pino'

/** The pino level of a line, by what it is about; `silent` leaves it out. */
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
  /** A failure that the pipeline tolerates (`onFailure`). Default: `warn`. */
  readonly tolerated?: LevelWithSilent
}

export interface LoggingOptions {
  /** Where the lines go. Default: pino to standard output. */
  readonly logger?: Logger
  /** Also a line when a run starts, and when each call of a stage that reaches it does. Default: false. */
  readonly startLines?: boolean
  readonly levels?: LoggingLevels
  /** Also the data that stages returned, redacted and cut. Default: false. */
  readonly data?: boolean
  /** What is secret beside what always is, and how much of data and messages is kept. Default: `maxLength` 2,048. */
  readonly redaction?: RedactionOptions
}

export const DEFAULT_LEVELS: Required<LoggingLevels> = {
  start: 'info',
  ok: 'info',
  skip: 'info',
  cancel: 'warn',
  fail: 'error',
  tolerated: 'warn',
}

const OPTIONS = ['logger', 'startLines', 'levels', 'data', 'redaction']
const LEVELS: readonly unknown[] = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']
const METHODS = ['child', 'isLevelEnabled', 'error', 'warn', 'info', 'debug', 'trace', 'fatal'] as const
const REDACTION = ['keys', 'maxTextLength', 'maxEntries', 'maxDepth', 'maxLength']

type Fields = Readonly<Record<string, unknown>>

/** Refuses options that cannot be meant, all of them in one error. */
export function checkOptions(options: LoggingOptions): void {
  if (typeof options !== 'object' || options === null)
    throw new StageflowError('logging/illegal-option', `logging() takes an object of options, not ${String(options)}.`)
  const problems = problemsOf(options as Fields)
  if (problems.length > 0)
    throw new StageflowError(
      'logging/illegal-option',
      `logging() was given options it cannot use: ${problems.join('; ')}.`,
    )
}

function problemsOf(options: Fields): readonly string[] {
  const { logger, levels, redaction } = options
  // A misspelt one would leave secrets in, or lines out.
  const problems = Object.keys(options)
    .filter((key) => !OPTIONS.includes(key))
    .map((key) => `there is no option ${show(key)}; there are ${OPTIONS.join(', ')}`)
  if (logger !== undefined && !isLogger(logger))
    problems.push('logger must be a pino logger (pino(), or a child of one)')
  for (const key of ['startLines', 'data']) {
    const value = options[key]
    if (value !== undefined && typeof value !== 'boolean')
      problems.push(`${key} must be true or false, not ${show(value)}`)
  }
  if (isFields(levels)) problems.push(...levelProblems(levels))
  else if (levels !== undefined) problems.push('levels must be an object, such as { ok: "debug" }')
  if (isFields(redaction)) problems.push(...redactionProblems(redaction))
  else if (redaction !== undefined) problems.push('redaction must be an object, such as { keys: ["ssn"] }')
  return problems
}

function levelProblems(levels: Fields): readonly string[] {
  return Object.entries(levels).flatMap(([key, value]) => {
    if (!Object.hasOwn(DEFAULT_LEVELS, key))
      return [`levels.${key} is none of ${Object.keys(DEFAULT_LEVELS).join(', ')}`]
    if (value === undefined || LEVELS.includes(value)) return []
    return [`levels.${key} must be one of ${LEVELS.join(', ')}, not ${show(value)}`]
  })
}

function redactionProblems(redaction: Fields): readonly string[] {
  return Object.entries(redaction).flatMap(([key, value]) => {
    if (!REDACTION.includes(key)) return [`there is no redaction.${key}; there are ${REDACTION.join(', ')}`]
    if (value === undefined) return []
    if (key === 'keys') return isNames(value) ? [] : ['redaction.keys must be a list of texts and regular expressions']
    return Number.isInteger(value) && (value as number) > 0
      ? []
      : [`redaction.${key} must be a whole number from 1, not ${show(value)}`]
  })
}

function isNames(value: unknown): boolean {
  return Array.isArray(value) && value.every((name) => typeof name === 'string' || name instanceof RegExp)
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function show(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.slice(0, 40))
  if (typeof value === 'number' || typeof value === 'boolean' || value === null) return String(value)
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`
}

function isLogger(value: unknown): boolean {
  return (
    typeof value === 'object' &&
    value !== null &&
    METHODS.every((method) => typeof Reflect.get(value, method) === 'function')
  )
}
