import { StageflowError } from '@stageflow/core'
import type { RedactionOptions } from '@stageflow/core/redaction'

export interface ConsoleExporterOptions {
  /** Where the lines go; it is never ended. Default: standard output. */
  readonly stream?: NodeJS.WritableStream
  /** Whether to colour. Default: as FORCE_COLOR and NO_COLOR say, else where the stream is a terminal. */
  readonly color?: boolean
  /** Also the data of each event, as JSON, redacted and cut; it may hold what users said. Default: false. */
  readonly verbose?: boolean
  /** Columns that a line takes at most, from 40. Default: those of the terminal, 160 where there is none; 2,000 with `verbose`. */
  readonly columns?: number
  /** What is secret beside what always is, and how much of data is kept. Default: `maxLength` 2,048. */
  readonly redaction?: RedactionOptions
}

type Fields = Readonly<Record<string, unknown>>

const LEAST_COLUMNS = 40
const OPTIONS = ['stream', 'color', 'verbose', 'columns', 'redaction']
const REDACTION = ['keys', 'maxTextLength', 'maxEntries', 'maxDepth', 'maxLength']

/** Refuses options that cannot be used, all of them in one error. */
export function checkOptions(options: unknown): void {
  const problems = isFields(options) ? problemsOf(options) : ['the options must be an object']
  if (problems.length === 0) return
  throw new StageflowError(
    'exporter-console/illegal-option',
    `new ConsoleExporter() was given options that it cannot use: ${problems.join('; ')}.`,
  )
}

function problemsOf(options: Fields): readonly string[] {
  const { stream, color, verbose, columns, redaction } = options
  if (isStream(options)) return ['a stream goes into an object: { stream }']
  const problems: string[] = []
  const unknown = Object.keys(options).filter((key) => !OPTIONS.includes(key))
  if (unknown.length > 0) problems.push(`there ${noOptions(unknown)}; there are ${OPTIONS.join(', ')}`)
  if (stream !== undefined && !isStream(stream)) problems.push('stream must be a writable stream of Node')
  if (color !== undefined && typeof color !== 'boolean') problems.push('color must be true or false')
  if (verbose !== undefined && typeof verbose !== 'boolean') problems.push('verbose must be true or false')
  if (columns !== undefined && !isWhole(columns, LEAST_COLUMNS))
    problems.push(`columns must be a whole number from ${LEAST_COLUMNS}`)
  // A misspelt one would leave secrets in.
  if (isFields(redaction)) problems.push(...redactionProblems(redaction))
  else if (redaction !== undefined) problems.push('redaction must be an object, such as { keys: ["ssn"] }')
  return problems
}

function noOptions(unknown: readonly string[]): string {
  return `${unknown.length === 1 ? 'is no option' : 'are no options'} ${unknown.map((key) => JSON.stringify(key)).join(', ')}`
}

function redactionProblems(redaction: Fields): readonly string[] {
  return Object.entries(redaction).flatMap(([key, value]) => {
    if (!REDACTION.includes(key)) return [`there is no redaction.${key}; there are ${REDACTION.join(', ')}`]
    if (value === undefined) return []
    if (key === 'keys') return isNames(value) ? [] : ['redaction.keys must be a list of texts and regular expressions']
    return isWhole(value, 1) ? [] : [`redaction.${key} must be a whole number from 1`]
  })
}

function isNames(value: unknown): boolean {
  return Array.isArray(value) && value.every((name) => typeof name === 'string' || name instanceof RegExp)
}

function isWhole(value: unknown, least: number): boolean {
  return Number.isInteger(value) && (value as number) >= least
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isStream(value: unknown): boolean {
  return (
    typeof value === 'object' &&
    value !== null &&
    typeof Reflect.get(value, 'writable') === 'boolean' &&
    ['write', 'on', 'off'].every((method) => typeof Reflect.get(value, method) === 'function')
  )
}
