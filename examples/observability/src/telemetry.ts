import { createServer } from 'node:http'
import { context, trace, type SpanContext } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { OTLPLogExporter } from '@opentelemetry/exporter-logs-otlp-http'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base'
import type { EventSink, StageflowEvent } from '@stageflow/core'
import { BufferedExporter } from '@stageflow/exporter-buffered'
import { OtlpExporter } from '@stageflow/exporter-otlp'
import { metrics } from '@stageflow/interceptor-metrics'
import { tracing } from '@stageflow/interceptor-tracing'
import { SERVICE, sendMetrics } from './otlp-metrics.ts'

/** Everything that an app sets up once. `url` is the OTLP endpoint of a collector, such as `http://localhost:4318`. */
export function openTelemetry(url: string) {
  const resource = resourceFromAttributes({ 'service.name': SERVICE })

  // Traces. The context manager makes the spans of libraries children of the stage that called them.
  const spans = new BatchSpanProcessor(new OTLPTraceExporter({ url: `${url}/v1/traces` }))
  const provider = new BasicTracerProvider({ resource, spanProcessors: [spans] })
  trace.setGlobalTracerProvider(provider)
  context.setGlobalContextManager(new AsyncLocalStorageContextManager())

  // Logs: the events of all runs. The exporter sends them later, so the span of each event is kept until then.
  const spanOf = new WeakMap<StageflowEvent, SpanContext>()
  const logs = new OtlpExporter({
    exporter: new OTLPLogExporter({ url: `${url}/v1/logs` }),
    resource,
    spanContext: (event) => spanOf.get(event),
  })
  const events = new BufferedExporter(logs, { onDeadLetter: ({ error }) => console.error(error) })
  const keepSpan = (event: StageflowEvent): void => {
    const span = trace.getActiveSpan()?.spanContext()
    if (span !== undefined) spanOf.set(event, span)
  }
  const eventSink: EventSink = {
    emit: (event) => (keepSpan(event), events.emit(event)),
    tryEmit: (event) => (keepSpan(event), events.tryEmit(event)),
  }

  // Metrics: one registry, scraped by Prometheus at /metrics, and here sent over OTLP too. Choose one of the two.
  const observer = metrics()
  const { registry } = observer
  const scrape = createServer((_, response) => {
    void registry.metrics().then((text) => response.setHeader('content-type', registry.contentType).end(text))
  })

  return {
    interceptors: [tracing(), observer],
    eventSink,
    scrape,
    /** Sends what is left. */
    close: async (): Promise<void> => {
      scrape.close()
      scrape.closeAllConnections()
      await Promise.all([events.close(), sendMetrics(registry, `${url}/v1/metrics`), provider.shutdown()])
    },
  }
}
