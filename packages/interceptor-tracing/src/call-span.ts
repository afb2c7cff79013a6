import { context as contexts } from '@opentelemetry/api'
import type { Context, Span } from '@opentelemetry/api'
import type { CallHooks, InterceptorContext, MapItem, StageInfo, StageOutput, StageRecord } from '@stageflow/core'

/** The trace of the run, as a call span needs it. */
interface Keeper {
  answered(call: CallSpan, output: StageOutput): void
  failed(cause: unknown): void
}

/** The span of one call of a stage. The call is an attempt, unless an interceptor further inside answers it. */
export class CallSpan implements CallHooks {
  /** Those of its stage or item. */
  readonly spans: Spans
  readonly span: Span
  /** The context in which the span is active. */
  readonly context: Context
  readonly startedAt: number
  output: StageOutput | undefined
  endedAt: number | undefined
  /** The index of its first attempt in the report, if it makes one. Attempts before it are of earlier calls. */
  firstAttempt = 0
  isOver = false
  readonly #keeper: Keeper

  constructor(keeper: Keeper, spans: Spans, span: Span, context: Context, startedAt: number) {
    this.spans = spans
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
    // An interceptor answered before the code returned. The report will tell how the code ended.
    if (output.status !== 'ok' && this.#isRunning(context.record)) return
    this.#keeper.answered(this, output)
  }

  #isRunning({ attempts }: StageRecord): boolean {
    return attempts.length > this.firstAttempt && attempts.at(-1)?.endedAt === undefined
  }
}

/** The spans of the calls of a stage in one run, or of one item of a map. */
export type Spans = StageSpans | ItemSpans

interface SpansOfCalls {
  readonly info: StageInfo
  readonly calls: CallSpan[]
  /** Set when the stage or the item has settled. */
  record: StageRecord | undefined
}
export interface StageSpans extends SpansOfCalls {
  readonly item: undefined
}
export interface ItemSpans extends SpansOfCalls {
  readonly item: MapItem
  /** The context of the first call, whose record has the attempts of the item; undefined if no call reached the interceptor. */
  readonly context: InterceptorContext | undefined
}
