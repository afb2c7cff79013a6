import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base'
import { Pipeline, StageOutput } from '@stageflow/core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { withContextManager } from '../test/span-recorder.ts'
import { tracing } from './index.ts'

interface OtlpAttribute {
  readonly key: string
  readonly value: {
    readonly stringValue?: string
    readonly intValue?: number | string
    readonly doubleValue?: number
    readonly boolValue?: boolean
  }
}
interface OtlpSpan {
  readonly name: string
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId?: string
  readonly startTimeUnixNano: string
  readonly endTimeUnixNano: string
  readonly attributes: readonly OtlpAttribute[]
  readonly events: readonly { readonly name: string; readonly attributes: readonly OtlpAttribute[] }[]
  readonly links: readonly { readonly spanId: string }[]
  readonly status: { readonly code?: number; readonly message?: string }
}
interface OtlpBody {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: readonly OtlpAttribute[] }
    readonly scopeSpans: readonly { readonly scope: { readonly name: string }; readonly spans: readonly OtlpSpan[] }[]
  }[]
}

const received: { readonly path: string | undefined; readonly type: string | undefined; readonly body: OtlpBody }[] = []
const server = createServer((request, response) => {
  const parts: Buffer[] = []
  request.on('data', (part: Buffer) => parts.push(part))
  request.on('end', () => {
    received.push({
      path: request.url,
      type: request.headers['content-type'],
      body: JSON.parse(Buffer.concat(parts).toString()) as OtlpBody,
    })
    response.setHeader('content-type', 'application/json').end('{}')
  })
})
let endContexts = () => {}
beforeAll(async () => {
  endContexts = withContextManager()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
})
afterAll(async () => {
  endContexts()
  await new Promise((resolve) => server.close(resolve))
})

test('nested spans arrive at an OTLP/HTTP receiver unchanged', async () => {
  const { port } = server.address() as AddressInfo
  const provider = new BasicTracerProvider({
    resource: resourceFromAttributes({ 'service.name': 'assistant' }),
    spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter({ url: `http://127.0.0.1:${port}/v1/traces` }))],
  })
  const library = provider.getTracer('http-client')
  const lookup = new Pipeline('lookup').withStage('search', async () => {
    await Promise.resolve()
    library.startSpan('GET').end()
  })
  const graph = new Pipeline('chat')
    .withPipeline('memory', lookup)
    .withStage('profile', () => StageOutput.fail('no profile'), { onFailure: 'skip' })
    .withStage(
      'llm',
      ({ note }) => {
        note('usage', { inputTokens: 12, outputTokens: 34 })
        return { text: 'hello' }
      },
      { dependencies: ['memory', 'profile'], join: 'settled' },
    )
    .build({ interceptors: [tracing({ tracerProvider: provider })] })
  const before = BigInt(Math.floor(performance.timeOrigin + performance.now() - 1)) * 1_000_000n
  const result = await graph.run({ pipelineRunId: 'run-1' })
  await provider.forceFlush()
  await provider.shutdown()
  expect(result.status).toBe('completed')

  expect(received.map(({ path, type }) => [path, type])).toEqual([['/v1/traces', 'application/json']])
  const [resourceSpans] = received[0]?.body.resourceSpans ?? []
  expect(valueOf(resourceSpans?.resource.attributes, 'service.name')).toBe('assistant')
  expect(resourceSpans?.scopeSpans.map(({ scope }) => scope.name).toSorted()).toEqual([
    '@stageflow/interceptor-tracing',
    'http-client',
  ])
  const spans = resourceSpans?.scopeSpans.flatMap((scope) => scope.spans) ?? []
  const named = (name: string) => spans.find((span) => span.name === name) as OtlpSpan
  const parentOf = (name: string) => spans.find(({ spanId }) => spanId === named(name).parentSpanId)?.name
  expect(Object.fromEntries(spans.map(({ name }) => [name, parentOf(name)]))).toEqual({
    GET: 'stage search',
    'invoke_workflow chat': undefined,
    'invoke_workflow lookup': 'stage memory',
    'stage llm': 'invoke_workflow chat',
    'stage memory': 'invoke_workflow chat',
    'stage profile': 'invoke_workflow chat',
    'stage search': 'invoke_workflow lookup',
  })
  expect(spans).toHaveLength(7)
  expect(new Set(spans.map(({ traceId }) => traceId)).size).toBe(1)
  const llm = named('stage llm')
  expect(Number(valueOf(llm.attributes, 'gen_ai.usage.input_tokens'))).toBe(12)
  expect(valueOf(llm.attributes, 'stageflow.run.id')).toBe('run-1')
  expect(llm.links.map(({ spanId }) => spanId)).toEqual([named('stage memory').spanId, named('stage profile').spanId])
  const profile = named('stage profile')
  expect(profile.status).toEqual({ code: 2, message: 'no profile' })
  expect(valueOf(profile.attributes, 'stageflow.stage.tolerated')).toBe(true)
  expect(profile.events.map(({ name }) => name)).toEqual(['exception'])
  const run = named('invoke_workflow chat')
  expect(BigInt(run.startTimeUnixNano)).toBeGreaterThanOrEqual(before)
  for (const span of spans) {
    expect(BigInt(span.endTimeUnixNano)).toBeGreaterThanOrEqual(BigInt(span.startTimeUnixNano))
    if (span.name !== 'GET') expect(BigInt(span.endTimeUnixNano)).toBeLessThanOrEqual(BigInt(run.endTimeUnixNano))
  }
})

function valueOf(attributes: readonly OtlpAttribute[] | undefined, key: string): unknown {
  const value = attributes?.find((attribute) => attribute.key === key)?.value
  return value === undefined ? undefined : Object.values(value)[0]
}
