import { SpanKind, context as contexts, createContextKey, trace } from '@opentelemetry/api'
import type { Attributes, Context, Link, Span, SpanOptions, Tracer } from '@opentelemetry/api'
import { StageflowError, createSlot } from '@stageflow/core'
import type {
  Clock,
  ContextSnapshot,
  InterceptorContext,
  MapItem,
  PipelineInfo,
  RunContext,
  RunOutcome,
  RunPart,
  Slot,
  StageInfo,
  StageOutput,
  StageRecord,
} from '@stageflow/core'
import type { Redactor } from '@stageflow/core/redaction'
import { CallSpan } from './call-span.ts'
import { ContextLayer } from './context-layer.ts'
import type { ItemSpans, Spans, StageSpans } from './call-span.ts'
import { endingOf, errorOf, isRunning } from './call-ending.ts'
import { identityAttributes, userAttributes } from './identity.ts'
import { describeEnding, describeError } from './stage-span.ts'
import { spanTime } from './span-time.ts'

/** The trace of a run. A child run reads the trace of the run above it. */
export const RUN_TRACE: Slot<RunTrace> = createSlot('tracing/run')

/** The spans of an item of a map, for its child runs. */
const ITEM_SPANS: Slot<ItemSpans> = createSlot('tracing/item')

/** Marks the contexts of a run, to tell them from contexts of other code. */
const RUN_KEY = createContextKey('stageflow run')

/** Maximum length of a run's id, which the caller may choose, in characters. */
export const LONGEST_ID = 256

/** What a trace looks up of the stages of a pipeline. */
export interface PipelineStages {
  readonly byName: ReadonlyMap<string, StageInfo>
  /** The stages with several dependencies. */
  readonly joins: ReadonlySet<StageInfo>
  /** The names of the stages behind gates. */
  readonly gated: ReadonlySet<string>
}

/** A run as a hook gets it: that of a stage, or of an item of a map. */
type RunOfCall = Pick<RunContext, 'item' | 'set'>

/** What the traces of all runs share. */
export interface TraceTools extends PipelineStages {
  readonly tracer: Tracer
  readonly redactor: Redactor
  /** Called once, when a recorded run has ended. */
  readonly over: () => void
}

/** The spans of one run. A failure in here never fails the run: it is reported once. */
export class RunTrace implements RunPart {
  readonly pipeline: PipelineInfo
  /** The context in which the run's span is active. */
  readonly context: Context
  readonly #run: RunContext
  readonly #clock: Clock
  readonly #span: Span
  readonly #runId: string
  readonly #tools: TraceTools
  /** The spans of each stage that has some, by its index. */
  readonly #stages: (StageSpans | undefined)[]
  /** The spans of each item of a map. In a durable run its call and its end are of two runs, so a slot would not do. */
  readonly #ofItems = new WeakMap<MapItem, ItemSpans>()
  /** The items of maps with a span that hasn't ended. */
  readonly #items = new Set<ItemSpans>()
  /** Whether recording has ended, or never began. */
  #isOver: boolean
  #hasFailed = false
  /** No gate can refuse what this run does any more. */
  #isShown: boolean
  /** The attributes of the last snapshot that was read: it seldom changes. */
  #known: { readonly snapshot: ContextSnapshot; readonly attributes: Attributes } | undefined

  constructor(run: RunContext, span: Span, parent: Context, tools: TraceTools) {
    this.pipeline = run.pipeline
    this.#isShown = run.parent?.held !== true
    this.context = trace.setSpan(new ContextLayer(parent, RUN_KEY, this), span)
    this.#isOver = !span.isRecording()
    this.#runId = run.pipelineRunId.slice(0, LONGEST_ID)
    this.#run = run
    this.#clock = run.clock
    this.#span = span
    this.#tools = tools
    this.#stages = Array.from({ length: this.#isOver ? 0 : run.pipeline.stages.length })
  }

  /** False for a run that isn't sampled: it only passes its context on. */
  get isRecording(): boolean {
    return !this.#isOver
  }

  get pipelineRunId(): string {
    return this.#run.pipelineRunId
  }

  /**
   * `active` if it comes from this run, library spans included; otherwise the context of the newest span of the stage or item, or of the run's
   * span. `inside`: a context or a run inside that stage.
   */
  contextIn(active: Context, stage: string | undefined, inside: Pick<RunContext, 'get'>): Context {
    if (active.getValue(RUN_KEY) === this) return active
    if (stage === undefined) return this.context
    const item = inside.get(ITEM_SPANS)
    const isOwn = item?.info.name === stage && item.info.pipeline === this.pipeline
    const spans = isOwn ? item : this.#spansOf(stage)
    return spans?.calls.at(-1)?.context ?? this.context
  }

  #spansOf(stage: string): StageSpans | undefined {
    const info = this.#tools.byName.get(stage)
    return info === undefined ? undefined : this.#stages[info.index]
  }

  /** Opens the span of a call. Undefined if that failed, or if the stage has settled, because core refuses the call then. */
  start(stage: StageInfo, context: InterceptorContext): CallSpan | undefined {
    try {
      const { now, run } = context
      const spans = this.#spansIn(run, stage)
      if (spans === undefined) return this.#openFirst(run, stage, now, context)
      if (spans.record !== undefined) return undefined
      const last = spans.calls.at(-1) as CallSpan
      // It ended ok, and did not end the stage after all.
      if (last.output !== undefined) last.endedAt ??= now
      const call = this.#open(spans, now, spans.calls.length + 1)
      call.firstAttempt = context.record.attempts.length
      return call
    } catch (cause) {
      this.failed(cause)
      return undefined
    }
  }

  enter(next: () => void): void {
    try {
      contexts.with(this.context, next)
    } catch (cause) {
      this.failed(cause)
    }
    next() // if the context manager has not called it; a broken tracer must not fail the run
  }

  /** Records the answer of a call. */
  answered(call: CallSpan, output: StageOutput): void {
    if (call.isOver) return // its stage settled with this very answer
    call.output = output
    const { spans } = call
    const { record } = spans
    // With an ok output the stage ends, and its record says when. Behind a gate it ends later.
    if (output.status === 'ok' && record === undefined && !this.#tools.gated.has(spans.info.name)) return
    call.endedAt = this.#clock.now()
    // The stage settled before this call ended.
    if (record !== undefined) this.#end(spans, spans.calls.indexOf(call), record, call.endedAt)
  }

  /**
   * Ends the spans of a stage that settled, except a span whose code still runs: the run waits for that code. Of a held run it is called when
   * the gate has opened.
   */
  settled(record: StageRecord, run: RunContext): void {
    if (this.#isOver) return
    this.#isShown = true
    try {
      const info = this.#tools.byName.get(record.stage) as StageInfo
      const spans = this.#spansIn(run, info) ?? this.#openAnswered(run, info, record)
      spans.record = record
      const now = record.endedAt ?? this.#clock.now()
      for (let place = 0; place < spans.calls.length; place++) {
        const isAwaited = record.abandoned !== true && isRunning(spans.calls, place, record)
        if (!isAwaited) this.#end(spans, place, record, now)
      }
    } catch (cause) {
      this.failed(cause)
    }
  }

  /** Ends all open spans of stages, and then the run's span. */
  ended(outcome: RunOutcome): void {
    if (this.#isOver) return
    this.#isOver = true
    try {
      this.#endAbandoned(outcome)
      this.#describe(outcome)
    } catch (cause) {
      this.failed(cause)
    }
    this.#endSpan(this.#span, outcome.endedAt)
    this.#tools.over()
  }

  /** Reports the first failure of the trace. */
  failed(cause: unknown): void {
    if (this.#hasFailed) return
    this.#hasFailed = true
    reportFailure(this.#run, cause)
  }

  /** The spans of a stage, or of the item that `run` is of. */
  #spansIn({ item }: RunOfCall, { index }: StageInfo): Spans | undefined {
    return item === undefined ? this.#stages[index] : this.#ofItems.get(item)
  }

  /** Makes the span of a stage that an interceptor answered, or that never started. */
  #openAnswered(run: RunOfCall, info: StageInfo, { startedAt, endedAt = this.#clock.now() }: StageRecord): Spans {
    const call = this.#openFirst(run, info, startedAt ?? endedAt, undefined)
    call.endedAt = endedAt
    return call.spans
  }

  /** `context`: of the call, if there is one. */
  #openFirst(run: RunOfCall, info: StageInfo, startedAt: number, context: InterceptorContext | undefined): CallSpan {
    const { item } = run
    const spans: Spans =
      item === undefined
        ? { info, item, calls: [], record: undefined }
        : { info, item, calls: [], record: undefined, context }
    const call = this.#open(spans, startedAt, context === undefined ? undefined : 1)
    if (spans.item === undefined) this.#stages[info.index] = spans
    else {
      this.#ofItems.set(spans.item, spans)
      run.set(ITEM_SPANS, spans)
      this.#items.add(spans)
    }
    return call
  }

  #open(spans: Spans, startedAt: number, attempt: number | undefined): CallSpan {
    const span = this.#startSpan(spans, startedAt, attempt)
    const call = new CallSpan(this, spans, span, trace.setSpan(this.context, span), startedAt)
    spans.calls.push(call)
    return call
  }

  #startSpan({ info: stage, item }: Spans, startedAt: number, attempt: number | undefined): Span {
    const { tracer, redactor, joins } = this.#tools
    const attributes: Attributes = {
      'stageflow.stage.name': stage.name,
      'stageflow.stage.kind': stage.kind,
      'stageflow.run.id': this.#runId,
      ...this.#user(),
    }
    if (attempt !== undefined) attributes['stageflow.stage.attempt'] = attempt
    const options: SpanOptions = { kind: SpanKind.INTERNAL, startTime: spanTime(startedAt), attributes }
    if (item !== undefined) {
      attributes['stageflow.item.index'] = item.index
      if (!this.#mayBeRefused(stage)) attributes['stageflow.item.key'] = redactor.text(item.key)
      const map = this.#stages[stage.index]?.calls.at(-1)
      return tracer.startSpan(`item ${stage.name}`, options, map?.context ?? this.context)
    }
    if (joins.has(stage)) options.links = this.#linksOf(stage)
    return tracer.startSpan(`stage ${stage.name}`, options, this.context)
  }

  /** Whether a gate may refuse what a stage does. The stage of an item has the name of its map. */
  #mayBeRefused({ name }: StageInfo): boolean {
    return !this.#isShown || this.#tools.gated.has(name)
  }

  /** The user and the tenant of the run now: `auth` sets them after the run's span has started. */
  #user(): Attributes {
    const { snapshot } = this.#run
    if (this.#known?.snapshot === snapshot) return this.#known.attributes
    const attributes = userAttributes(snapshot, this.#tools.redactor)
    this.#known = { snapshot, attributes }
    return attributes
  }

  /** Links a join to the dependencies that had settled when it started, and to those whose streams it reads. Its parent is the run. */
  #linksOf({ dependencies }: StageInfo): Link[] {
    const links: Link[] = []
    for (const { stage, edge } of dependencies) {
      const spans = this.#spansOf(stage)
      if (spans?.record === undefined && edge !== 'stream') continue
      const span = spans?.calls.at(-1)?.span
      if (span !== undefined) links.push({ context: span.spanContext(), attributes: { 'stageflow.stage.name': stage } })
    }
    return links
  }

  /** Ends a span with what is known. `record` is that of the stage. */
  #end(spans: Spans, place: number, record: StageRecord, now: number): void {
    const { calls } = spans
    const call = calls[place] as CallSpan
    if (call.isOver) return
    call.isOver = true
    let endedAt = now
    try {
      const { redactor, gated } = this.#tools
      const ending = endingOf(calls, place, record, now, gated.has(spans.info.name))
      endedAt = ending.endedAt
      if (call.span.isRecording()) describeEnding(call.span, ending, redactor)
      if (spans.item !== undefined && this.#mayBeRefused(spans.info))
        call.span.setAttribute('stageflow.item.key', redactor.text(spans.item.key))
    } catch (cause) {
      this.failed(cause)
    }
    this.#endSpan(call.span, Math.max(call.startedAt, endedAt))
    if (spans.item !== undefined && calls.every(({ isOver }) => isOver)) this.#items.delete(spans)
  }

  /** Ends the spans of code that still ran when its stage settled, and hasn't returned since. */
  #endAbandoned(outcome: RunOutcome): void {
    for (const spans of [...this.#stages, ...this.#items]) {
      if (spans === undefined || spans.calls.every(({ isOver }) => isOver)) continue
      if (spans.record === undefined) {
        this.#endUnsettled(spans, outcome.endedAt)
        continue
      }
      const now = spans.item === undefined ? outcome.report.stages[spans.info.name] : spans.context?.record
      for (let place = 0; place < spans.calls.length; place++)
        this.#end(spans, place, now ?? spans.record, outcome.endedAt)
    }
  }

  /**
   * Ends the spans of a stage that settles elsewhere: this process carried out only its call, or lost the run to another one. Or it settled in
   * a child run that a gate has refused.
   */
  #endUnsettled({ calls, info }: Spans, now: number): void {
    const isHidden = this.#mayBeRefused(info)
    for (const call of calls) {
      if (call.isOver) continue
      call.isOver = true
      const endedAt = call.endedAt ?? now
      const known = { status: call.output?.status, error: isHidden ? undefined : errorOf(call.output), endedAt }
      const ending = { ...known, record: undefined, retry: undefined }
      if (call.span.isRecording()) describeEnding(call.span, ending, this.#tools.redactor)
      this.#endSpan(call.span, Math.max(call.startedAt, endedAt))
    }
  }

  #describe({ status, reason, errors, endedAt }: RunOutcome): void {
    const { redactor } = this.#tools
    if (!this.#span.isRecording()) return
    this.#span.setAttributes({ 'stageflow.run.status': status, ...identityAttributes(this.#run.snapshot, redactor) })
    if (!this.#isShown) return
    if (this.#run.parent?.held === true) this.#span.setAttribute('stageflow.run.path', pathOf(this.#run, redactor))
    if (reason !== undefined) this.#span.setAttribute('stageflow.run.reason', redactor.text(reason))
    const [first] = errors
    if (first !== undefined) describeError(this.#span, first, endedAt, redactor)
  }

  #endSpan(span: Span, at: number): void {
    try {
      span.end(spanTime(at))
    } catch (cause) {
      this.failed(cause)
    }
  }
}

/** The stages above a child run. The keys of items are in it. */
export const pathOf = ({ parent }: RunContext, redactor: Redactor): string => redactor.text(parent?.path ?? '')

/** Reports a failure of telemetry, like those of sinks and observers. It never fails the run. */
export function reportFailure(run: RunContext, cause: unknown): void {
  run.problem(
    new StageflowError(
      'tracing/failed',
      `The trace of a run of "${run.pipeline.name}" is incomplete, because the tracer or the context manager threw. The run goes on. See the cause.`,
      { cause },
    ),
  )
}
