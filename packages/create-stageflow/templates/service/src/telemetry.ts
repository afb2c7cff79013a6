import { context, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base'

/** Sends a span for each run and stage, if the environment says where to. Returns what sends the rest at the end. */
export function startTracing({ OTEL_EXPORTER_OTLP_ENDPOINT: endpoint }: NodeJS.ProcessEnv): () => Promise<void> {
  if (!endpoint) return async () => {}
  const exporter = new OTLPTraceExporter({ url: `${endpoint.replace(/\/$/, '')}/v1/traces` })
  const provider = new BasicTracerProvider({
    resource: resourceFromAttributes({ 'service.name': 'template-package' }),
    spanProcessors: [new BatchSpanProcessor(exporter)],
  })
  trace.setGlobalTracerProvider(provider)
  // Puts the spans of HTTP and database libraries below the stage that called them.
  context.setGlobalContextManager(new AsyncLocalStorageContextManager())
  return () => provider.shutdown().catch((error: unknown) => console.error('Spans were lost:', error))
}
