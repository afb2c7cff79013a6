import { SpanKind, context as contexts, isSpanContextValid, trace } from '@opentelemetry/api'
import type { Attributes, Context, Tracer, TracerProvider } from '@opentelemetry/api'
import { StageflowError } from '@stageflow/core'
import type {
  Interceptor,
  PipelineInfo,
  RunContext,
  RunOutcome,
  RunPipeline,
  RunStage,
  StageInfo,
} from '@stageflow/core'
import { createRedactor } from '@stageflow/core/redaction'
import type { Redactor } from '@stageflow/core/redaction'
import type { CallSpan } from './call-span.ts'
import { LONGEST_ID, RUN_TRACE, RunTrace, reportFailure } from './run-trace.ts'
import { spanTime } from './span-time.ts'
import { callerContext } from './trace-headers.ts'

/** Where spans go. With neither option: to the OpenTelemetry API's global provider, looked up at each run. */
export interface TracingOptions {
  /** Makes all spans. Not with `tracerProvider`. */
  readonly tracer?: Tracer
  /** Gives the tracer, which is asked for as `@stageflow/interceptor-tracing`. Not with `tracer`. */
  readonly tracerProvider?: TracerProvider
}

const SCOPE = '@stageflow/interceptor-tracing'

/**
 * Makes OpenTelemetry spans: one for each run, one for each attempt of a stage, and one for each stage that was answered
 * without an attempt. Without an SDK, and in runs that are not sampled, stages are passed on. A tracer that throws is
 * reported as `tracing/failed` under `core/problems`.
 */
export function tracing(options: TracingOptions = {}): Interceptor {
  checkOptions(options)
  const redactor = createRedactor({ maxEntries: 128, maxLength: 65_536 })
  /** Runs that are being recorded. While there are none, a stage costs one comparison. */
  let recorded = 0

  const over = (): void => void recorded--

  const open = (run: RunContext, stages: StagesByName, startedAt: number): RunTrace | undefined => {
    try {
      const tracer = tracerOf(options)
      if (tracer === undefined) return undefined
      const known = traceOf(run)
      if (known !== undefined) return known // an interceptor further out goes on twice
      const { parent, isInvalid } = parentOf(run)
      const attributes = runAttributes(run, isInvalid, redactor)
      const startTime = spanTime(startedAt)
      const name = `invoke_workflow ${run.pipeline.name}`
      const span = tracer.startSpan(name, { kind: SpanKind.INTERNAL, startTime, attributes }, parent)
      if (!span.isRecording() && !isSpanContextValid(span.spanContext())) return undefined
      const opened = new RunTrace(run, span, parent, { tracer, redactor, stages: stages(), over })
      run.set(RUN_TRACE, opened)
      if (opened.isRecording) recorded++
      return opened
    } catch (cause) {
      reportFailure(run, cause)
      return undefined
    }
  }

  return {
    name: 'tracing',
    mustBeInside: ['retry'],
    wrap: (next, stage) => {
      const traced = tracedStage(next, stage)
      return (context) => (recorded === 0 ? next(context) : traced(context))
    },
    wrapRun: (next, pipeline) => {
      const stages = stagesByName(pipeline)
      return (run) => {
        const opened = open(run, stages, run.clock.now())
        return opened === undefined ? next(run) : runWithin(opened, run, next)
      }
    },
    settled: (record, run) => {
      if (recorded > 0) traceOf(run)?.settled(record)
    },
    runSettled: (outcome, run) => {
      const opened = traceOf(run) ?? (wasRefused(outcome, run) ? open(run, noStages, outcome.startedAt) : undefined)
      opened?.close(outcome)
    },
  }
}

/** The trace of this very run, and not of one above it. */
function traceOf(run: RunContext): RunTrace | undefined {
  const found = run.get(RUN_TRACE)
  return found?.pipeline === run.pipeline ? found : undefined
}

/** An interceptor further out let none of its stages begin, nor this interceptor know of it. */
function wasRefused({ status }: RunOutcome, run: RunContext): boolean {
  return status !== 'completed' && run.pipeline.stages.every(({ name }) => run.output(name) === undefined)
}

type StagesByName = () => ReadonlyMap<string, StageInfo>
const noStages: StagesByName = () => new Map()

/** Made for the first run that needs it. */
function stagesByName({ stages }: PipelineInfo): StagesByName {
  let byName: ReadonlyMap<string, StageInfo> | undefined
  return () => (byName ??= new Map(stages.map((stage) => [stage.name, stage])))
}

function tracedStage(next: RunStage, stage: StageInfo): RunStage {
  const enter = (context: Parameters<RunStage>[0], call: CallSpan): void => {
    call.answer = next(context)
  }
  return (context) => {
    const found = context.get(RUN_TRACE)
    if (found === undefined || !found.isRecording || found.pipeline !== stage.pipeline) return next(context)
    const call = found.start(stage)
    if (call === undefined) return next(context)
    try {
      contexts.with(call.context, enter, undefined, context, call)
    } catch (cause) {
      found.failed(cause)
    }
    // Whatever the context manager did, the stage is called once.
    const answer = call.answer ?? next(context)
    // Beside the answer, which is passed on as it is: core takes a promise of its own the quick way.
    if (answer instanceof Promise) void answer.then((output) => found.answered(stage, call, output))
    else found.answered(stage, call, answer)
    return answer
  }
}

function runWithin(opened: RunTrace, run: RunContext, next: RunPipeline): ReturnType<RunPipeline> {
  let answer: ReturnType<RunPipeline> | undefined
  try {
    contexts.with(opened.context, () => {
      answer = next(run)
    })
  } catch (cause) {
    opened.failed(cause)
  }
  return answer ?? next(run)
}

/** What the API's provider has and others do not: whether an SDK stands behind it. */
interface ProxyProvider {
  readonly getDelegateTracer?: (name: string) => Tracer | undefined
}

/** The tracer of this run; undefined where there is no SDK, which may still come. */
function tracerOf({ tracer, tracerProvider }: TracingOptions): Tracer | undefined {
  if (tracer !== undefined) return tracer
  const provider: TracerProvider & ProxyProvider = tracerProvider ?? trace.getTracerProvider()
  return provider.getDelegateTracer === undefined ? provider.getTracer(SCOPE) : provider.getDelegateTracer(SCOPE)
}

function parentOf(run: RunContext): { readonly parent: Context; readonly isInvalid: boolean } {
  const active = contexts.active()
  const above = run.parent === undefined ? undefined : run.get(RUN_TRACE)
  if (above !== undefined) return { parent: above.contextIn(active, run.parent?.stage), isInvalid: false }
  const { context, isInvalid } = callerContext(active, run.snapshot.extensions)
  return { parent: context, isInvalid }
}

function runAttributes({ pipeline, parent, snapshot }: RunContext, isInvalid: boolean, redactor: Redactor): Attributes {
  const text = (value: string): string => redactor.text(value)
  const { pipelineRunId, sessionId, requestId } = snapshot
  return {
    'gen_ai.operation.name': 'invoke_workflow',
    'gen_ai.workflow.name': pipeline.name,
    ...(sessionId === undefined ? undefined : { 'gen_ai.conversation.id': text(sessionId) }),
    'stageflow.run.id': pipelineRunId.slice(0, LONGEST_ID),
    ...(requestId === undefined ? undefined : { 'stageflow.request.id': text(requestId) }),
    ...(parent === undefined
      ? undefined
      : {
          'stageflow.run.parent_id': parent.pipelineRunId.slice(0, LONGEST_ID),
          'stageflow.run.path': text(parent.path),
        }),
    ...(isInvalid ? { 'stageflow.run.traceparent': 'invalid' } : undefined),
  }
}

function checkOptions(options: TracingOptions): void {
  const isObject = typeof options === 'object' && options !== null && !Array.isArray(options)
  const { tracer, tracerProvider, ...others }: TracingOptions = isObject ? options : {}
  const problems: string[] = []
  if (!isObject) problems.push('its options are not an object; pass { tracer } or { tracerProvider }, or nothing')
  if (tracer !== undefined && typeof (tracer as Partial<Tracer> | null)?.startSpan !== 'function')
    problems.push('"tracer" has no startSpan; pass an OpenTelemetry Tracer')
  if (
    tracerProvider !== undefined &&
    typeof (tracerProvider as Partial<TracerProvider> | null)?.getTracer !== 'function'
  )
    problems.push('"tracerProvider" has no getTracer; pass an OpenTelemetry TracerProvider')
  if (tracer !== undefined && tracerProvider !== undefined)
    problems.push('both "tracer" and "tracerProvider" are given; pass one of them')
  for (const name of Object.keys(others))
    problems.push(`"${name}" is no option; the options are tracer and tracerProvider`)
  if (problems.length > 0) throw new StageflowError('tracing/illegal-option', `tracing(): ${problems.join('; ')}.`)
}
