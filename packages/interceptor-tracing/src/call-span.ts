import type { Context, Span } from '@opentelemetry/api'
import type { RunStage, StageInfo, StageOutput, StageRecord } from '@stageflow/core'

/** One call of a stage that came by, which is an attempt unless an interceptor further inside answers it, and its span. */
export class CallSpan {
  readonly span: Span
  /** In which the span is the active one. */
  readonly context: Context
  readonly startedAt: number
  /** What `next` answered, once it was called. */
  answer: ReturnType<RunStage> | undefined
  output: StageOutput | undefined
  endedAt: number | undefined
  isOver = false

  constructor(span: Span, context: Context, startedAt: number) {
    this.span = span
    this.context = context
    this.startedAt = startedAt
  }
}

/** The calls of one stage in one run. */
export interface StageSpans {
  readonly info: StageInfo
  readonly calls: CallSpan[]
  /** Set when the stage has settled. */
  record: StageRecord | undefined
}
