import { StageflowError, systemClock } from '@stageflow/core'
import type { EventSink, StageflowEvent } from '@stageflow/core'
import {
  CLOSE_TIMEOUT_MS,
  FLAG,
  REDACTION,
  checkOptions,
  checkWait,
  endWithin,
  eventFacts,
  functionLike,
  isThenable,
  objectWith,
} from '@stageflow/core/kit'
import type { OptionRules, WaitOptions } from '@stageflow/core/kit'
import { createRedactor } from '@stageflow/core/redaction'
import type { RedactionOptions, Redactor } from '@stageflow/core/redaction'
import { pino } from 'pino'
import type { LevelWithSilent, Logger } from 'pino'

import { levelOf } from './event-level.ts'

export interface LoggingEventSinkOptions {
  /** Where the lines go. Default: pino to standard output. */
  readonly logger?: Logger
  /** Returns the level of an event's line; `silent` leaves it out. Default: by the last word of its type, see the README. */
  readonly level?: (event: StageflowEvent) => LevelWithSilent
  /** Whether to log the data of every event, which may hold words of users. Default: false. */
  readonly data?: boolean
  /** What is secret beside what always is, and how much of data is kept; `false` logs secrets. Default: `maxLength` 2,048. */
  readonly redaction?: RedactionOptions | false
}

const METHODS = ['isLevelEnabled', 'error', 'warn', 'info', 'debug', 'trace', 'fatal', 'flush']
const RULES: OptionRules<LoggingEventSinkOptions> = {
  logger: objectWith('a pino logger', ...METHODS),
  level: functionLike('(event) => level'),
  data: FLAG,
  redaction: REDACTION,
}
/** The ids that callers choose, so they can hold anything. */
const CALLERS_IDS = ['requestId', 'sessionId', 'userId', 'orgId', 'interactionId'] as const

/** An event sink that logs each event as a structured line through pino. It never refuses an event. Errors: `sink-logging/illegal-option`. */
export class LoggingEventSink implements EventSink {
  readonly #logger: Logger
  readonly #level: (event: StageflowEvent) => LevelWithSilent
  readonly #withData: boolean
  readonly #redactor: Redactor

  constructor(options: LoggingEventSinkOptions = {}) {
    checkOptions('new LoggingEventSink()', 'sink-logging/illegal-option', options, RULES)
    const { logger = pino(), level = levelOf, data = false, redaction } = options
    this.#logger = logger
    this.#level = level
    this.#withData = data
    this.#redactor = createRedactor(redaction, { maxLength: 2_048 })
  }

  emit(event: StageflowEvent): Promise<void> | void {
    return this.#log(event)
  }

  tryEmit(event: StageflowEvent): boolean | void {
    const written: unknown = this.#log(event)
    // The promise of a logger that is asynchronous by mistake, so that the run sees its rejection.
    return isThenable(written) ? (written as unknown as undefined) : true
  }

  /** Resolves when the logger has written everything. */
  flush(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#logger.flush((error) => (error ? reject(error) : resolve()))
    })
  }

  /**
   * Like `flush`, but within `timeoutMs` (5,000), and without rejecting: `error` says why some lines may be lost. The logger stays
   * open: close it yourself.
   */
  async close(options: WaitOptions = {}): Promise<{ readonly error: unknown }> {
    checkWait('close()', 'sink-logging/illegal-option', options)
    const late = (timeoutMs: number): Error =>
      new StageflowError(
        'sink-logging/close-timeout',
        `close(): the logger did not write everything within ${timeoutMs} ms. Raise timeoutMs, or find out what blocks its destination.`,
      )
    const limit = { timeoutMs: CLOSE_TIMEOUT_MS, ...options, clock: systemClock, late }
    const { error } = await endWithin(() => this.flush(), limit)
    return Object.freeze({ error })
  }

  #log(event: StageflowEvent): Promise<void> | void {
    const level = this.#level(event)
    if (level === 'silent' || !this.#logger.isLevelEnabled(level)) return
    return this.#logger[level](this.#line(event), event.type)
  }

  #line(event: StageflowEvent): object {
    const { type, data, timestamp, ...ids } = event
    const line: Record<string, unknown> = { type, ...ids, at: timestamp }
    for (const name of CALLERS_IDS) {
      const id = event[name]
      if (id !== undefined) line[name] = this.#redactor.text(String(id))
    }
    const shown = this.#withData ? data : eventFacts(event)
    if (shown !== undefined) line['data'] = this.#redactor.value(shown)
    return line // pino leaves out what is undefined
  }
}
