import { SpanKind, context as contexts, isSpanContextValid, trace } from '@opentelemetry/api'
import type { Attributes, Context, SpanOptions, Tracer, TracerProvider } from '@opentelemetry/api'
import type { Interceptor, PipelineInfo, RunContext, StageInfo } from '@stageflow/core'
import { REDACTION, checkArgumentCount, objectWith, optionProblems, read, refuseOptions } from '@stageflow/core/kit'
import type { OptionRules } from '@stageflow/core/kit'
import { createRedactor } from '@stageflow/core/redaction'
import type { RedactionOptions, Redactor } from '@stageflow/core/redaction'
import { identityAttributes } from './identity.ts'
import { LONGEST_ID, RUN_TRACE, RunTrace, pathOf, reportFailure } from './run-trace.ts'
import type { PipelineStages } from './run-trace.ts'
import { spanTime } from './span-time.ts'
import { callerContext } from './trace-headers.ts'

export interface TracingOptions {
  /** Makes all spans. Not with `tracerProvider`. Default: the tracer of `tracerProvider`. */
  readonly tracer?: Tracer
  /** Returns the tracer named `@stageflow/interceptor-tracing`. Not with `tracer`. Default: the global provider of the OpenTelemetry API, read at each run. */
  readonly tracerProvider?: TracerProvider
  /** What is secret beside what always is, and how much of a string is kept; `false` writes secrets. Default: `maxEntries` 128, `maxLength` 65,536. */
  readonly redaction?: RedactionOptions | false
}

const RULES: OptionRules<TracingOptions> = {
  tracer: objectWith('an OpenTelemetry Tracer', 'startSpan'),
  tracerProvider: objectWith('an OpenTelemetry TracerProvider', 'getTracer'),
  redaction: REDACTION,
}

const SCOPE = '@stageflow/interceptor-tracing'

/**
 * Makes OpenTelemetry spans: one for each run, and one for each call of a stage or of an item of a map that reaches it. A stage or an item
 * has one too if it was answered without such a call. Without an SDK, and in runs that aren't sampled, it does nothing. A tracer that throws is reported as
 * `tracing/failed` under `core/problems`. Errors: `tracing/illegal-option`.
 */
export function tracing(options: TracingOptions = {}): Interceptor {
  checkArgumentCount(arguments.length, 1, 'tracing(options)', 'tracing/illegal-option')
  checkTracingOptions(options)
  const redactor = createRedactor(options.redaction, { maxEntries: 128, maxLength: 65_536 })
  /** How many runs are being recorded. While no run is recorded, a stage costs one comparison. */
  let recorded = 0

  const over = (): void => void recorded--

  const stagesOf = pipelineStages()

  function startTrace(run: RunContext): RunTrace | undefined {
    const tracer = tracerOf(options)
    if (tracer === undefined) return undefined
    const { parent, isInvalid } = parentOf(run)
    const spanOptions: SpanOptions = {
      kind: SpanKind.INTERNAL,
      startTime: spanTime(run.startedAt),
      attributes: runAttributes(run, isInvalid, redactor),
    }
    const span = tracer.startSpan(`invoke_workflow ${redactor.text(run.pipeline.name)}`, spanOptions, parent)
    // A run that isn't sampled still passes its ids on.
    if (!span.isRecording() && !isSpanContextValid(span.spanContext())) return undefined
    const started = new RunTrace(run, span, parent, { tracer, redactor, ...stagesOf(run.pipeline), over })
    run.set(RUN_TRACE, started)
    if (started.isRecording) recorded++
    return started
  }

  const onRun = (run: RunContext): RunTrace | undefined => {
    try {
      return startTrace(run)
    } catch (cause) {
      reportFailure(run, cause)
      return undefined
    }
  }

  return {
    name: 'tracing',
    core: '^1.0.0',
    mustBeInside: ['retry'],
    aroundMaps: true,
    onCall: (stage) => (context) => {
      if (recorded === 0) return undefined
      const runTrace = context.get(RUN_TRACE)
      // A child run without a trace of its own reads that of its parent.
      if (runTrace === undefined || !runTrace.isRecording || runTrace.pipeline !== stage.pipeline) return undefined
      return runTrace.start(stage, context)
    },
    onRun,
  }
}

/** Throws one error with every option that cannot be used. */
function checkTracingOptions(options: unknown): void {
  const problems = [...optionProblems(options, RULES)]
  if (read(options, 'tracer') !== undefined && read(options, 'tracerProvider') !== undefined)
    problems.push('pass either tracer or tracerProvider, not both')
  refuseOptions('tracing()', 'tracing/illegal-option', problems)
}

/** Returns what a trace looks up of the stages of a pipeline. Reads each pipeline once. */
function pipelineStages(): (pipeline: PipelineInfo) => PipelineStages {
  const known = new WeakMap<PipelineInfo, PipelineStages>()
  return (pipeline) => {
    const read = known.get(pipeline)
    if (read !== undefined) return read
    const stages: PipelineStages = {
      byName: new Map(pipeline.stages.map((stage) => [stage.name, stage])),
      joins: new Set(pipeline.stages.filter(({ dependencies }) => dependencies.length > 1)),
      gated: new Set(pipeline.stages.filter(isGated).map(({ name }) => name)),
    }
    known.set(pipeline, stages)
    return stages
  }
}

const isGated = ({ dependencies }: StageInfo): boolean => dependencies.some(({ edge }) => edge === 'gate')

/** The provider of the API has this method, which tells whether an SDK is registered. */
interface ProxyProvider {
  readonly getDelegateTracer?: (name: string) => Tracer | undefined
}

/** The tracer of this run; undefined as long as no SDK is registered. */
function tracerOf({ tracer, tracerProvider }: TracingOptions): Tracer | undefined {
  if (tracer !== undefined) return tracer
  const provider: TracerProvider & ProxyProvider = tracerProvider ?? trace.getTracerProvider()
  return provider.getDelegateTracer === undefined ? provider.getTracer(SCOPE) : provider.getDelegateTracer(SCOPE)
}

function parentOf(run: RunContext): { readonly parent: Context; readonly isInvalid: boolean } {
  const active = contexts.active()
  const above = run.parent === undefined ? undefined : run.get(RUN_TRACE)
  // The trace may be of a run further up. Then the stage that started this run isn't one of its stages, even if a name matches.
  const stage = above?.pipelineRunId === run.parent?.pipelineRunId ? run.parent?.stage : undefined
  if (above !== undefined) return { parent: above.contextIn(active, stage, run), isInvalid: false }
  const { context, isInvalid } = callerContext(active, run.snapshot.extensions)
  return { parent: context, isInvalid }
}

function runAttributes(run: RunContext, isInvalid: boolean, redactor: Redactor): Attributes {
  const { pipeline, parent, snapshot } = run
  const attributes: Attributes = {
    'gen_ai.operation.name': 'invoke_workflow',
    'gen_ai.workflow.name': redactor.text(pipeline.name),
    'stageflow.run.id': snapshot.pipelineRunId.slice(0, LONGEST_ID),
    ...identityAttributes(snapshot, redactor),
  }
  if (parent !== undefined) {
    attributes['stageflow.run.parent_id'] = parent.pipelineRunId.slice(0, LONGEST_ID)
    if (!parent.held) attributes['stageflow.run.path'] = pathOf(run, redactor)
  }
  if (isInvalid) attributes['stageflow.run.traceparent'] = 'invalid'
  return attributes
}
