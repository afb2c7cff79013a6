import { StageflowError, systemClock } from '@stageflow/core'
import type { Clock, EventSink, StageflowEvent } from '@stageflow/core'
import {
  CLOCK,
  CLOSE_TIMEOUT_MS,
  FLAG,
  REDACTION,
  checkArgumentCount,
  checkOptions,
  checkWait,
  endWithin,
  eventFacts,
  functionLike,
  isThenable,
  objectWith,
  withinLimit,
  plainOptions,
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
  /** Measures the limits of `flush` and `close`. Default: the machine's clock. */
  readonly clock?: Clock
}

/** What has happened to the events that the sink was given. */
export interface LoggingSinkStats {
  /** Events that the logger was given as lines. */
  readonly logged: number
  /** How many of those it had written at the last flush. */
  readonly flushed: number
  /** Events without a line: their level is `silent`, or the logger doesn't log it. */
  readonly heldBack: number
}

/** How the sink ended. */
export interface LoggingSinkReport {
  /** Events that the logger has written. */
  readonly delivered: number
  /** Events that the logger was given, and may not have written. */
  readonly lost: number
  /** Why lines may be lost; undefined if none are. */
  readonly error: unknown
}

const ILLEGAL_OPTION = 'sink-logging/illegal-option'
const METHODS = ['isLevelEnabled', 'error', 'warn', 'info', 'debug', 'trace', 'fatal', 'flush']
const RULES: OptionRules<LoggingEventSinkOptions> = {
  logger: objectWith('a pino logger', ...METHODS),
  level: functionLike('(event) => level'),
  data: FLAG,
  redaction: REDACTION,
  clock: CLOCK,
}
/** The ids that callers choose, so they can hold anything. */
const CALLERS_IDS = ['requestId', 'sessionId', 'userId', 'orgId', 'interactionId'] as const

/** An event sink that logs each event as a structured line through pino. It never refuses an event. Errors: `sink-logging/illegal-option`. */
export class LoggingEventSink implements EventSink {
  readonly core: string = '^1.0.0'
  readonly #logger: Logger
  readonly #level: (event: StageflowEvent) => LevelWithSilent
  readonly #withData: boolean
  readonly #redactor: Redactor
  readonly #clock: Clock
  #logged = 0
  #flushed = 0
  #heldBack = 0

  constructor(options: LoggingEventSinkOptions = {}) {
    checkArgumentCount(arguments.length, 1, 'new LoggingEventSink(options)', ILLEGAL_OPTION)
    checkOptions('new LoggingEventSink()', ILLEGAL_OPTION, options, RULES)
    const { logger = pino(), level = levelOf, data = false, redaction, clock = systemClock } = options
    this.#logger = logger
    this.#level = level
    this.#withData = data
    this.#redactor = createRedactor(redaction, { maxLength: 2_048 })
    this.#clock = clock
  }

  emit(event: StageflowEvent): Promise<void> | void {
    return this.#log(event)
  }

  tryEmit(event: StageflowEvent): boolean | void {
    const written: unknown = this.#log(event)
    // The promise of a logger that is asynchronous by mistake, so that the run sees its rejection.
    return isThenable(written) ? (written as unknown as undefined) : true
  }

  /** Resolves when the logger has written everything. Rejects with `sink-logging/timed-out` if that takes too long. */
  async flush(options: WaitOptions = {}): Promise<void> {
    checkWait('flush()', ILLEGAL_OPTION, options)
    const { signal, timeoutMs = Infinity } = options
    signal?.throwIfAborted()
    const limit = { clock: this.#clock, limitMs: timeoutMs, signal, late: () => late('flush()', timeoutMs) }
    await withinLimit(this.#flushLogger(), limit)
  }

  /**
   * Like `flush`, but within `timeoutMs` (5,000), and without rejecting: the report says what was written, and why lines may be lost.
   * The logger stays open: close it yourself.
   */
  async close(options: WaitOptions = {}): Promise<LoggingSinkReport> {
    checkWait('close()', ILLEGAL_OPTION, options)
    const { timeoutMs = CLOSE_TIMEOUT_MS } = options
    const limit = { ...plainOptions(options), timeoutMs, clock: this.#clock, late: () => late('close()', timeoutMs) }
    const { error } = await endWithin(() => this.#flushLogger(), limit)
    return Object.freeze({ delivered: this.#flushed, lost: this.#logged - this.#flushed, error })
  }

  stats(): LoggingSinkStats {
    return Object.freeze({ logged: this.#logged, flushed: this.#flushed, heldBack: this.#heldBack })
  }

  async #flushLogger(): Promise<void> {
    const logged = this.#logged
    await new Promise<void>((resolve, reject) => {
      this.#logger.flush((error) => (error ? reject(error) : resolve()))
    })
    this.#flushed = Math.max(this.#flushed, logged)
  }

  #log(event: StageflowEvent): Promise<void> | void {
    const level = this.#level(event)
    if (level === 'silent' || !this.#logger.isLevelEnabled(level)) {
      this.#heldBack++
      return
    }
    const written = this.#logger[level](this.#line(event), event.type)
    this.#logged++
    return written
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

function late(call: string, timeoutMs: number): StageflowError {
  return new StageflowError(
    'sink-logging/timed-out',
    `${call}: the logger did not write everything within ${timeoutMs} ms. Raise timeoutMs, or find out what blocks its destination.`,
  )
}
