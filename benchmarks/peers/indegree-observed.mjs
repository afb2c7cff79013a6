import { buildWatched } from './indegree-watched.mjs'
import { published } from './published-modules.mjs'

const { SpanKind, context: contexts, trace } = await published('@opentelemetry/api')
const { AsyncLocalStorageContextManager } = await published('@opentelemetry/context-async-hooks')
const { BasicTracerProvider, BatchSpanProcessor } = await published('@opentelemetry/sdk-trace-base')
const { pino } = await published('pino')

// As for the default interceptors: batches are made and thrown away, lines are written to a stream that forgets them.
const exporter = { export: (_, done) => done({ code: 0 }), shutdown: async () => {}, forceFlush: async () => {} }
contexts.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors: [new BatchSpanProcessor(exporter)] }))
const logger = pino({}, { write() {} })
const tracer = trace.getTracer('by hand')
const rounded = (ms) => Math.round(ms * 1_000) / 1_000

/** The scheduler by hand with what the default interceptors write: their lines, fields, spans and attributes. */
export const build = (shape) => buildWatched(shape, watchRun)

function watchRun({ name: pipeline, stages }) {
  const runStartedAt = performance.now()
  const pipelineRunId = crypto.randomUUID()
  const log = logger.child({ pipeline, pipelineRunId })
  log.info({ stages: stages.length }, 'run started')
  const runSpan = tracer.startSpan(
    `invoke_workflow ${pipeline}`,
    {
      kind: SpanKind.INTERNAL,
      startTime: performance.timeOrigin + runStartedAt,
      attributes: {
        'gen_ai.operation.name': 'invoke_workflow',
        'gen_ai.workflow.name': pipeline,
        'stageflow.run.id': pipelineRunId,
      },
    },
    contexts.active(),
  )
  const runContext = trace.setSpan(contexts.active(), runSpan)
  return {
    begin(name, startedAt) {
      log.info({ stage: name, kind: 'transform', attempt: 1 }, 'stage started')
      return tracer.startSpan(
        `stage ${name}`,
        {
          kind: SpanKind.INTERNAL,
          startTime: performance.timeOrigin + startedAt,
          attributes: {
            'stageflow.stage.name': name,
            'stageflow.stage.kind': 'transform',
            'stageflow.run.id': pipelineRunId,
            'stageflow.stage.attempt': 1,
          },
        },
        runContext,
      )
    },
    call: (span, body, context) => contexts.with(trace.setSpan(runContext, span), body, undefined, context),
    end(span, { name, status, startedAt, endedAt }) {
      span.setAttribute('stageflow.stage.status', status)
      span.end(performance.timeOrigin + endedAt)
      const durationMs = rounded(endedAt - startedAt)
      log.info({ stage: name, kind: 'transform', status, durationMs, queuedMs: 0, attempts: 1 }, 'stage completed')
    },
    over(endedAt) {
      runSpan.setAttribute('stageflow.run.status', 'completed')
      runSpan.end(performance.timeOrigin + endedAt)
      log.info({ status: 'completed', durationMs: rounded(endedAt - runStartedAt) }, 'run completed')
    },
  }
}
