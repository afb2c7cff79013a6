import { StageflowError } from '@stageflow/core'
import type { EventSink, StageflowEvent } from '@stageflow/core'
import { createRedactor } from '@stageflow/core/redaction'
import type { RedactionOptions, Redactor } from '@stageflow/core/redaction'
import { pino } from 'pino'
import type { LevelWithSilent, Logger } from 'pino'

import { factsOf, levelOf } from './event-level.ts'

export interface LoggingEventSinkOptions {
  /** Where the lines go. Default: pino to standard output. */
  readonly logger?: Logger
  /** The level of an event's line; `silent` leaves it out. Default: by the last word of its type, see the README. */
  readonly level?: (event: StageflowEvent) => LevelWithSilent
  /** Also the data of chunks and of the app's own events, redacted and cut. Default: false. */
  readonly data?: boolean
  /** What is secret beside what always is, and how much of data and messages is kept. Default: `maxLength` 2,048. */
  readonly redaction?: RedactionOptions
}

const METHODS = ['isLevelEnabled', 'error', 'warn', 'info', 'debug', 'trace', 'fatal', 'flush'] as const

/** An event sink that logs each event as a structured line through pino. It never refuses one. Errors: `sink-logging/illegal-option`. */
export class LoggingEventSink implements EventSink {
  readonly #logger: Logger
  readonly #level: (event: StageflowEvent) => LevelWithSilent
  readonly #withData: boolean
  readonly #redactor: Redactor

  constructor(options: LoggingEventSinkOptions = {}) {
    checkOptions(options)
    const { logger = pino(), level = levelOf, data = false, redaction } = options
    this.#logger = logger
    this.#level = level
    this.#withData = data
    this.#redactor = createRedactor({ ...redaction, maxLength: redaction?.maxLength ?? 2_048 })
  }

  emit(event: StageflowEvent): Promise<void> | void {
    return this.#log(event)
  }

  tryEmit(event: StageflowEvent): boolean | void {
    const answer: unknown = this.#log(event)
    // Of a logger that is asynchronous by mistake the promise, so that its failure is heard of.
    return answer instanceof Promise ? (answer as unknown as undefined) : true
  }

  /** Resolves when the logger has written what it was given. */
  flush(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#logger.flush((error) => (error ? reject(error) : resolve()))
    })
  }

  /** As `flush`: the logger belongs to whoever made it. */
  close(): Promise<void> {
    return this.flush()
  }

  #log(event: StageflowEvent): Promise<void> | void {
    const level = this.#level(event)
    if (level === 'silent' || !this.#logger.isLevelEnabled(level)) return
    return this.#logger[level](this.#line(event), event.type)
  }

  #line(event: StageflowEvent): object {
    const { type, data, timestamp, ...ids } = event
    const shown = this.#withData ? data : factsOf(event)
    // pino leaves out what is undefined.
    return { type, ...ids, at: timestamp, data: shown === undefined ? undefined : this.#redactor.value(shown) }
  }
}

const OPTIONS = ['logger', 'level', 'data', 'redaction']
const REDACTION = ['keys', 'maxTextLength', 'maxEntries', 'maxDepth', 'maxLength']

type Fields = Readonly<Record<string, unknown>>

function checkOptions(options: unknown): void {
  const problems = isFields(options) ? problemsOf(options) : ['the options must be an object']
  if (problems.length === 0) return
  throw new StageflowError(
    'sink-logging/illegal-option',
    `new LoggingEventSink() was given options that it cannot use: ${problems.join('; ')}.`,
  )
}

function problemsOf(options: Fields): readonly string[] {
  const { logger, level, data, redaction } = options
  // A misspelt one would leave secrets in.
  const problems = Object.keys(options)
    .filter((key) => !OPTIONS.includes(key))
    .map((key) => `there is no option ${JSON.stringify(key)}; there are ${OPTIONS.join(', ')}`)
  if (logger !== undefined && !isLogger(logger))
    problems.push('logger must be a pino logger (pino(), or a child of one)')
  if (level !== undefined && typeof level !== 'function') problems.push('level must be a function of the event')
  if (data !== undefined && typeof data !== 'boolean') problems.push('data must be true or false')
  if (isFields(redaction)) problems.push(...redactionProblems(redaction))
  else if (redaction !== undefined) problems.push('redaction must be an object, such as { keys: ["ssn"] }')
  return problems
}

function redactionProblems(redaction: Fields): readonly string[] {
  return Object.entries(redaction).flatMap(([key, value]) => {
    if (!REDACTION.includes(key)) return [`there is no redaction.${key}; there are ${REDACTION.join(', ')}`]
    if (value === undefined) return []
    if (key === 'keys') return isNames(value) ? [] : ['redaction.keys must be a list of texts and regular expressions']
    return Number.isInteger(value) && (value as number) > 0 ? [] : [`redaction.${key} must be a whole number from 1`]
  })
}

function isNames(value: unknown): boolean {
  return Array.isArray(value) && value.every((name) => typeof name === 'string' || name instanceof RegExp)
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isLogger(value: unknown): boolean {
  return (
    typeof value === 'object' &&
    value !== null &&
    METHODS.every((method) => typeof Reflect.get(value, method) === 'function')
  )
}
