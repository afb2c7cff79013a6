import { SpanKind, context as contexts, isSpanContextValid, trace } from '@opentelemetry/api'
import type { Attributes, Context, Tracer, TracerProvider } from '@opentelemetry/api'
import { StageflowError } from '@stageflow/core'
import type { Interceptor, PipelineInfo, RunContext } from '@stageflow/core'
import { createRedactor } from '@stageflow/core/redaction'
import type { Redactor } from '@stageflow/core/redaction'
import { LONGEST_ID, RUN_TRACE, RunTrace, reportFailure } from './run-trace.ts'
import type { PipelineStages } from './run-trace.ts'
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
 * Makes OpenTelemetry spans: one for each run, one for each call of a stage that reaches it, and one for each stage that was
 * answered without one. Without an SDK, and in runs that are not sampled, stages are passed on. A tracer that throws is
 * reported as `tracing/failed` under `core/problems`.
 */
export function tracing(options: TracingOptions = {}): Interceptor {
  checkOptions(options)
  const redactor = createRedactor({ maxEntries: 128, maxLength: 65_536 })
  /** Runs that are being recorded. While there are none, a stage costs one comparison. */
  let recorded = 0

  const over = (): void => void recorded--

  const stagesOf = pipelineStages()
  const open = (run: RunContext): RunTrace | undefined => {
    try {
      const tracer = tracerOf(options)
      if (tracer === undefined) return undefined
      const { parent, isInvalid } = parentOf(run)
      const attributes = runAttributes(run, isInvalid, redactor)
      const startTime = spanTime(run.startedAt)
      const name = `invoke_workflow ${run.pipeline.name}`
      const span = tracer.startSpan(name, { kind: SpanKind.INTERNAL, startTime, attributes }, parent)
      if (!span.isRecording() && !isSpanContextValid(span.spanContext())) return undefined
      const opened = new RunTrace(run, span, parent, { tracer, redactor, ...stagesOf(run.pipeline), over })
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
    onCall: (stage) => (context) => {
      if (recorded === 0) return undefined
      const found = context.get(RUN_TRACE)
      if (found === undefined || !found.isRecording || found.pipeline !== stage.pipeline) return undefined
      return found.start(stage, context)
    },
    onRun: open,
  }
}

/** What a trace looks up of the stages of a pipeline, read once a pipeline. */
function pipelineStages(): (pipeline: PipelineInfo) => PipelineStages {
  const known = new WeakMap<PipelineInfo, PipelineStages>()
  return (pipeline) => {
    let stages = known.get(pipeline)
    if (stages === undefined) {
      stages = {
        byName: new Map(pipeline.stages.map((stage) => [stage.name, stage])),
        joins: new Set(pipeline.stages.filter(({ dependencies }) => dependencies.length > 1)),
      }
      known.set(pipeline, stages)
    }
    return stages
  }
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
  // That may be further up: then the stage that started this run is none of its own, even where it has one of that name.
  const stage = above?.pipelineRunId === run.parent?.pipelineRunId ? run.parent?.stage : undefined
  if (above !== undefined) return { parent: above.contextIn(active, stage), isInvalid: false }
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
