import { SpanStatusCode, context, trace } from '@opentelemetry/api'
import type { AttributeValue, HrTime } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base'
import type { ReadableSpan, Sampler, SpanProcessor } from '@opentelemetry/sdk-trace-base'

/** A finished span for tests. Times are in milliseconds. */
export interface SeenSpan {
  readonly name: string
  readonly id: string
  readonly traceId: string
  readonly parentId: string | undefined
  readonly startedAt: number
  readonly endedAt: number
  readonly isError: boolean
  readonly message: string | undefined
  readonly attributes: Readonly<Record<string, AttributeValue | undefined>>
  readonly events: readonly { readonly name: string; readonly at: number; readonly attributes: object }[]
  /** The ids of linked spans. */
  readonly links: readonly string[]
}

export interface SpanRecorder {
  readonly provider: BasicTracerProvider
  /** Every span that has ended, in that order. */
  spans(): readonly SeenSpan[]
  /** The only span of this name. */
  span(name: string): SeenSpan
  /** The spans by parent, in order of start: `  stage llm fail !` is one that is marked as an error. */
  tree(): readonly string[]
}

/** An SDK that keeps its spans. */
export function spanRecorder(sampler?: Sampler): SpanRecorder {
  const exporter = new InMemorySpanExporter()
  const started: string[] = []
  const order: SpanProcessor = {
    onStart: (span) => void started.push(span.spanContext().spanId),
    onEnd() {},
    forceFlush: async () => {},
    shutdown: async () => {},
  }
  const provider = new BasicTracerProvider({
    spanProcessors: [order, new SimpleSpanProcessor(exporter)],
    ...(sampler === undefined ? undefined : { sampler }),
  })
  const spans = (): readonly SeenSpan[] => exporter.getFinishedSpans().map(seen)
  return {
    provider,
    spans,
    span(name) {
      const found = spans().filter((span) => span.name === name)
      if (found.length !== 1) throw new Error(`there are ${found.length} spans named "${name}"`)
      return found[0] as SeenSpan
    },
    tree: () => treeOf(spans().toSorted((a, b) => started.indexOf(a.id) - started.indexOf(b.id))),
  }
}

function treeOf(spans: readonly SeenSpan[]): readonly string[] {
  const known = new Set(spans.map(({ id }) => id))
  const under = (parent: string | undefined, depth: number): readonly string[] =>
    spans
      .filter(({ parentId }) => (parentId !== undefined && known.has(parentId) ? parentId : undefined) === parent)
      .flatMap((span) => [line(span, depth), ...under(span.id, depth + 1)])
  return under(undefined, 0)
}

function line({ name, attributes, isError }: SeenSpan, depth: number): string {
  const status = attributes['stageflow.stage.status'] ?? attributes['stageflow.run.status']
  return `${'  '.repeat(depth)}${name}${status === undefined ? '' : ` ${String(status)}`}${isError ? ' !' : ''}`
}

function seen(span: ReadableSpan): SeenSpan {
  const { spanId, traceId } = span.spanContext()
  return {
    name: span.name,
    id: spanId,
    traceId,
    parentId: span.parentSpanContext?.spanId,
    startedAt: inMs(span.startTime),
    endedAt: inMs(span.endTime),
    isError: span.status.code === SpanStatusCode.ERROR,
    message: span.status.message,
    attributes: span.attributes,
    events: span.events.map(({ name, time, attributes }) => ({ name, at: inMs(time), attributes: attributes ?? {} })),
    links: span.links.map((link) => link.context.spanId),
  }
}

const inMs = ([seconds, nanos]: HrTime): number => seconds * 1_000 + nanos / 1e6

/** Makes asynchronous contexts work, as an SDK for Node does. Returns a function that ends it. */
export function withContextManager(): () => void {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
  return () => context.disable()
}

/** Registers an SDK for the whole process, as an app does. Returns a function that ends it. */
export function register({ provider }: SpanRecorder): () => void {
  trace.setGlobalTracerProvider(provider)
  return () => trace.disable()
}
