import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'

interface Attribute {
  readonly key: string
  readonly value: { readonly stringValue?: string; readonly intValue?: number; readonly doubleValue?: number }
}

export interface Span {
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId?: string
  readonly name: string
  readonly startTimeUnixNano: string
  readonly endTimeUnixNano: string
  readonly attributes: readonly Attribute[]
  readonly status: { readonly code?: number; readonly message?: string }
}

export interface LogRecord {
  readonly timeUnixNano: string
  readonly severityText: string
  readonly body: { readonly stringValue: string }
  readonly traceId?: string
  readonly attributes: readonly Attribute[]
}

export interface Metric {
  readonly name: string
  readonly sum?: Points
  readonly gauge?: Points
  readonly histogram?: Points
}

interface Points {
  readonly dataPoints: readonly {
    readonly attributes: readonly Attribute[]
    readonly asDouble?: number
    readonly count?: number
  }[]
}

export interface Received {
  readonly spans: Span[]
  readonly logs: LogRecord[]
  readonly metrics: Metric[]
}

export function attributeOf({ attributes }: { readonly attributes: readonly Attribute[] }, name: string): string {
  const { stringValue, intValue, doubleValue } = attributes.find(({ key }) => key === name)?.value ?? {}
  return String(stringValue ?? intValue ?? doubleValue ?? '')
}

/** Receives OTLP over HTTP as JSON, as a collector does, and keeps it in memory. */
export async function startReceiver() {
  const received: Received = { spans: [], logs: [], metrics: [] }
  const server = createServer((request, response) => {
    void take(request, received).then(
      (isKnown) => response.writeHead(isKnown ? 200 : 404, { 'content-type': 'application/json' }).end('{}'),
      (error: unknown) => response.writeHead(400).end(String(error)),
    )
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const close = (): void => {
    server.close()
    server.closeAllConnections()
  }
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, received, close }
}

async function take(request: IncomingMessage, { spans, logs, metrics }: Received): Promise<boolean> {
  let text = ''
  for await (const part of request.setEncoding('utf8')) text += part
  const body = JSON.parse(text)
  for (const { scopeSpans } of body.resourceSpans ?? []) for (const scope of scopeSpans) spans.push(...scope.spans)
  for (const { scopeLogs } of body.resourceLogs ?? []) for (const scope of scopeLogs) logs.push(...scope.logRecords)
  for (const { scopeMetrics } of body.resourceMetrics ?? [])
    for (const scope of scopeMetrics) metrics.push(...scope.metrics)
  return ['/v1/traces', '/v1/logs', '/v1/metrics'].includes(request.url ?? '')
}
