import { context as contexts } from '@opentelemetry/api'
import type { Context, Span } from '@opentelemetry/api'
import type { CallHooks, InterceptorContext, StageInfo, StageOutput, StageRecord } from '@stageflow/core'

/** Who keeps the spans of a run. */
interface Keeper {
  answered(call: CallSpan, output: StageOutput): void
  failed(cause: unknown): void
}

/** One call of a stage that came by, which is an attempt unless an interceptor further inside answers it, and its span. */
export class CallSpan implements CallHooks {
  readonly stage: StageInfo
  readonly span: Span
  /** In which the span is the active one. */
  readonly context: Context
  readonly startedAt: number
  output: StageOutput | undefined
  endedAt: number | undefined
  /** The place that its attempt has in the report, if it makes one: those before are of earlier calls. */
  firstAttempt = 0
  isOver = false
  readonly #keeper: Keeper

  constructor(keeper: Keeper, stage: StageInfo, span: Span, context: Context, startedAt: number) {
    this.stage = stage
    this.span = span
    this.context = context
    this.startedAt = startedAt
    this.#keeper = keeper
  }

  enter(next: () => void): void {
    try {
      contexts.with(this.context, next)
    } catch (cause) {
      this.#keeper.failed(cause)
    }
    next() // if the context manager has not called it; a broken tracer must not fail the call
  }

  ended(output: StageOutput, context: InterceptorContext): void {
    // Somebody answered in its place: how its code ends the report will tell.
    if (output.status !== 'ok' && this.#isRunning(context.record)) return
    this.#keeper.answered(this, output)
  }

  #isRunning({ attempts }: StageRecord): boolean {
    return attempts.length > this.firstAttempt && attempts.at(-1)?.endedAt === undefined
  }
}

/** The calls of one stage in one run. */
export interface StageSpans {
  readonly info: StageInfo
  readonly calls: CallSpan[]
  /** Set when the stage has settled. */
  record: StageRecord | undefined
}
