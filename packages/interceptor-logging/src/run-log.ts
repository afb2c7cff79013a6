import type { ContextSnapshot, RunContext, StageInfo } from '@stageflow/core'
import { textOf, isError, onRejection } from '@stageflow/core/kit'
import type { Redactor } from '@stageflow/core/redaction'
import type { LevelWithSilent, Logger } from 'pino'

/** Writes a line: fields and a message, a message alone, or an error. */
export interface WriteLine {
  (fields: object, message?: string): void
  (message: string): void
}

/** The logger of a run, for stages. Its lines have the run's ids, and secrets are redacted. It never throws. */
export interface StageLogger {
  readonly trace: WriteLine
  readonly debug: WriteLine
  readonly info: WriteLine
  readonly warn: WriteLine
  readonly error: WriteLine
  readonly fatal: WriteLine
}

type Level = keyof StageLogger

/** The log of one run. It makes a new logger if the snapshot of the run changes, as it does when `auth` verifies a token. */
export class RunLog implements StageLogger {
  readonly run: RunContext
  /** The guards of this run that have returned `fail`. */
  readonly verdicts: Set<string> = new Set()
  readonly #logger: Logger
  readonly #redactor: Redactor
  #own: Logger | undefined
  /** The snapshot whose ids `#own` writes. */
  #snapshot: ContextSnapshot | undefined
  #hasFailed = false
  /** No gate can refuse what this run does any more. */
  #isShown: boolean

  constructor(run: RunContext, logger: Logger, redactor: Redactor) {
    this.run = run
    this.#logger = logger
    this.#redactor = redactor
    this.#isShown = run.parent?.held !== true
  }

  /** Whether a gate may still refuse what a stage of this run does. */
  mayBeRefused(stage: StageInfo): boolean {
    return !this.#isShown || isGated(stage)
  }

  /** A stage of this run has settled for interceptors. Of a held run that is when its gate has opened. */
  show(): void {
    if (this.#isShown) return
    this.#isShown = true
    this.#own = undefined
  }

  trace(given: object | string, message?: string): void {
    this.#writeFor('trace', given, message)
  }
  debug(given: object | string, message?: string): void {
    this.#writeFor('debug', given, message)
  }
  info(given: object | string, message?: string): void {
    this.#writeFor('info', given, message)
  }
  warn(given: object | string, message?: string): void {
    this.#writeFor('warn', given, message)
  }
  error(given: object | string, message?: string): void {
    this.#writeFor('error', given, message)
  }
  fatal(given: object | string, message?: string): void {
    this.#writeFor('fatal', given, message)
  }

  /** Writes a line of the interceptor. `fields` makes its fields, redacted; it isn't called if the level is off. */
  write(level: LevelWithSilent, message: string, fields: () => object): void {
    if (level === 'silent') return
    try {
      if (!this.#logger.isLevelEnabled(level)) return
      const written: unknown = this.#loggerNow()[level](fields(), message)
      onRejection(written, (cause) => this.#failed(cause))
    } catch (cause) {
      this.#failed(cause)
    }
  }

  /** Writes a line of a stage. */
  #writeFor(level: Level, given: object | string, message: string | undefined): void {
    const text = typeof given === 'string' ? given : (message ?? textIn(given))
    this.write(level, this.#redactor.text(text), () => (typeof given === 'string' ? {} : this.#fieldsOf(given)))
  }

  /** The fields of a line, redacted. What isn't an object with fields is one field of the line. */
  #fieldsOf(given: object): object {
    const shown = this.#redactor.value(given)
    if (isError(given)) return { error: shown }
    const hasFields = typeof shown === 'object' && shown !== null && !Array.isArray(shown)
    return hasFields ? shown : { value: shown }
  }

  /** The logger whose lines have the ids of the run as they are now. */
  #loggerNow(): Logger {
    const { snapshot } = this.run
    if (this.#own !== undefined && this.#snapshot === snapshot) return this.#own
    const own = this.#logger.child(this.#ids())
    this.#own = own
    this.#snapshot = snapshot
    return own
  }

  #ids(): object {
    const { run } = this
    const { parent } = run
    // The keys of items are in the path.
    const path = this.#isShown ? parent?.path : undefined
    const lineage = parent === undefined ? undefined : { parentRunId: parent.pipelineRunId, path }
    const safe = (id: string | undefined): string | undefined => (id === undefined ? id : this.#redactor.text(id))
    // pino leaves out what is undefined.
    return {
      pipeline: safe(run.pipeline.name), // apps name pipelines after tenants, and more
      pipelineRunId: run.pipelineRunId,
      ...lineage,
      requestId: safe(run.requestId),
      sessionId: safe(run.sessionId),
      userId: safe(run.userId),
      orgId: safe(run.orgId),
      interactionId: safe(run.interactionId),
    }
  }

  /** A logger that throws or rejects is reported once per run. Later lines are still tried. */
  #failed(cause: unknown): void {
    if (!this.#hasFailed) this.run.problem(cause)
    this.#hasFailed = true
  }
}

const isGated = ({ dependencies }: StageInfo): boolean => dependencies.some(({ edge }) => edge === 'gate')

/** The message of a line that has only an error. */
const textIn = (given: unknown): string => (isError(given) ? textOf(given) : '')
