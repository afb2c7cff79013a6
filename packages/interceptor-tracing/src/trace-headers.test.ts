import { TraceFlags, trace } from '@opentelemetry/api'
import { Pipeline } from '@stageflow/core'
import type { Interceptor, SnapshotExtensions } from '@stageflow/core'
import { AlwaysOffSampler, AlwaysOnSampler, ParentBasedSampler } from '@opentelemetry/sdk-trace-base'
import fc from 'fast-check'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { propertySettings } from '../../core/test/property-settings.ts'
import { spanRecorder, withContextManager } from '../test/span-recorder.ts'
import { traceparent, tracing } from './index.ts'

const TRACE_ID = '0af7651916cd43dd8448eb211c80319c'
const SPAN_ID = 'b7ad6b7169203331'
const SAMPLED = `00-${TRACE_ID}-${SPAN_ID}-01`

let recorder = spanRecorder()
let endContexts = () => {}
beforeEach(() => {
  recorder = spanRecorder()
  endContexts = withContextManager()
})
afterEach(() => endContexts())
const options = (sampled = recorder) => ({ interceptors: [tracing({ tracerProvider: sampled.provider })] })

/** The headers that a stage of a run with these extensions would send. */
async function headersOf(
  extensions: SnapshotExtensions,
  interceptors: readonly Interceptor[] = options().interceptors,
) {
  let sent: Readonly<Record<string, string>> = {}
  const graph = new Pipeline('caller')
    .withStage('call', async (context) => {
      await Promise.resolve()
      sent = traceparent(context)
    })
    .build({ interceptors })
  await graph.run({ extensions })
  return sent
}

test('a run belongs to the trace of its headers, and a stage sends its own span', async () => {
  const sent = await headersOf({ traceparent: SAMPLED, tracestate: 'vendor=a,other=b' })
  const run = recorder.span('invoke_workflow caller')
  expect([run.traceId, run.parentId]).toEqual([TRACE_ID, SPAN_ID])
  expect(sent).toEqual({
    traceparent: `00-${TRACE_ID}-${recorder.span('stage call').id}-01`,
    tracestate: 'vendor=a,other=b',
  })
})

test('without headers a run starts a trace of its own', async () => {
  const sent = await headersOf({})
  expect(recorder.span('invoke_workflow caller').parentId).toBeUndefined()
  expect(sent).toEqual({
    traceparent: `00-${recorder.span('stage call').traceId}-${recorder.span('stage call').id}-01`,
  })
})

test.each([
  ['empty', ''],
  ['no text', 7],
  ['a list', [SAMPLED]],
  ['upper case', SAMPLED.toUpperCase()],
  ['too short', `00-${TRACE_ID.slice(1)}-${SPAN_ID}-01`],
  ['no flags', `00-${TRACE_ID}-${SPAN_ID}`],
  ['a trace id of zeros', `00-${'0'.repeat(32)}-${SPAN_ID}-01`],
  ['a span id of zeros', `00-${TRACE_ID}-${'0'.repeat(16)}-01`],
  ['version ff', SAMPLED.replace('00', 'ff')],
  ['more than version 00 has', `${SAMPLED}-more`],
  ['something after it', `${SAMPLED}\r\nx-evil: 1`],
  ['no hexadecimal', SAMPLED.replace('0af7', '0agz')],
])('an invalid traceparent (%s) starts a new trace, and the span shows it', async (_, given) => {
  const sent = await headersOf({ traceparent: given as string, tracestate: 'vendor=a' })
  const run = recorder.span('invoke_workflow caller')
  expect(run.parentId).toBeUndefined()
  expect(run.attributes).toMatchObject({ 'stageflow.run.traceparent': 'invalid' })
  expect(sent).toEqual({ traceparent: expect.stringContaining(run.traceId) })
})

test('the known part of a later version of the format is read', async () => {
  await headersOf({ traceparent: `cc-${TRACE_ID}-${SPAN_ID}-09-what-comes` })
  expect(recorder.span('invoke_workflow caller').parentId).toBe(SPAN_ID)
})

test('a broken or too long tracestate is dropped, and the trace continues', async () => {
  for (const tracestate of ['no pairs', `a=${'x'.repeat(600)}`, 7 as unknown as string]) {
    recorder = spanRecorder()
    const sent = await headersOf({ traceparent: SAMPLED, tracestate })
    expect(Object.keys(sent)).toEqual(['traceparent'])
    expect(recorder.span('invoke_workflow caller').traceId).toBe(TRACE_ID)
  }
})

test('with any incoming header the run is traced, and the outgoing header is well-formed', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(fc.string(), fc.stringMatching(/^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/)),
      fc.string(),
      async (given, state) => {
        const sent = await headersOf({ traceparent: given, tracestate: state })
        expect(sent['traceparent']).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-0[01]$/)
      },
    ),
    propertySettings(200),
  )
})

test('the active span of a server wins over the header if it is in the same trace', async () => {
  const tracer = recorder.provider.getTracer('server')
  const remote = { traceId: TRACE_ID, spanId: SPAN_ID, traceFlags: TraceFlags.SAMPLED, isRemote: true }
  const { context: contexts, ROOT_CONTEXT } = await import('@opentelemetry/api')
  const request = tracer.startSpan('request', {}, trace.setSpanContext(ROOT_CONTEXT, remote))
  await contexts.with(trace.setSpan(ROOT_CONTEXT, request), () => headersOf({ traceparent: SAMPLED }))
  expect(recorder.span('invoke_workflow caller').parentId).toBe(request.spanContext().spanId)

  recorder = spanRecorder()
  const other = tracer.startSpan('other', { root: true })
  await contexts.with(trace.setSpan(ROOT_CONTEXT, other), () => headersOf({ traceparent: SAMPLED }))
  expect(recorder.span('invoke_workflow caller').parentId).toBe(SPAN_ID)
})

test('the active library span inside the stage is sent', async () => {
  const tracer = recorder.provider.getTracer('http')
  let sent: Readonly<Record<string, string>> = {}
  const graph = new Pipeline('caller')
    .withStage('call', (context) =>
      tracer.startActiveSpan('GET', (span) => {
        sent = traceparent(context)
        span.end()
      }),
    )
    .build(options())
  await graph.run()
  expect(sent['traceparent']).toContain(recorder.span('GET').id)
})

test('without a context manager the span of the stage is sent, in child runs too', async () => {
  endContexts()
  const sent: Record<string, string> = {}
  const note = (name: string) => async (context: Parameters<typeof traceparent>[0]) => {
    await Promise.resolve()
    sent[name] = traceparent(context)['traceparent'] as string
  }
  const graph = new Pipeline('outer')
    .withStage('one', note('one'))
    .withStage('two', note('two'))
    .withPipeline('three', new Pipeline('inner').withStage('leaf', note('leaf')))
    .build(options())
  await graph.run()
  for (const name of ['one', 'two', 'leaf']) expect(sent[name]).toContain(recorder.span(`stage ${name}`).id)
})

test('interceptors around runs and stages can send the trace too', async () => {
  let around: Readonly<Record<string, string>> = {}
  let wrapped: Readonly<Record<string, string>> = {}
  const caller: Interceptor = {
    name: 'caller',
    wrapRun: (next) => (run) => {
      around = traceparent(run)
      return next(run)
    },
    wrap: (next) => (context) => {
      wrapped = traceparent(context)
      return next(context)
    },
  }
  await headersOf({}, [...options().interceptors, caller])
  expect(around['traceparent']).toContain(recorder.span('invoke_workflow caller').id)
  expect(wrapped['traceparent']).toContain(recorder.span('stage call').id)
})

test('without an SDK, or without this interceptor, the incoming headers are sent unchanged', async () => {
  const given = { traceparent: SAMPLED, tracestate: 'vendor=a' }
  expect(await headersOf(given, [tracing()])).toEqual(given)
  expect(await headersOf(given, [])).toEqual(given)
  expect(await headersOf({ traceparent: 'broken' }, [tracing()])).toEqual({})
  expect(await headersOf({}, [])).toEqual({})
})

test('if the caller does not sample, the run is not sampled, and says so in its headers', async () => {
  recorder = spanRecorder(new ParentBasedSampler({ root: new AlwaysOnSampler() }))
  const sent = await headersOf({ traceparent: `00-${TRACE_ID}-${SPAN_ID}-00` })
  expect(recorder.spans()).toEqual([])
  expect(sent['traceparent']).toMatch(new RegExp(`^00-${TRACE_ID}-[0-9a-f]{16}-00$`))
})

test('a run that is not sampled passes its trace on to stages and child runs, and has no spans', async () => {
  endContexts()
  recorder = spanRecorder(new AlwaysOffSampler())
  const sent: string[] = []
  const note = (context: Parameters<typeof traceparent>[0]) =>
    void sent.push(traceparent(context)['traceparent'] as string)
  const graph = new Pipeline('outer')
    .withStage('stage', note)
    .withPipeline('child', new Pipeline('inner').withStage('leaf', note))
    .build(options(recorder))
  await graph.run()
  expect(recorder.spans()).toEqual([])
  const traceIds = new Set(sent.map((header) => header.split('-')[1]))
  expect([sent.length, traceIds.size]).toEqual([2, 1])
  expect(sent.every((header) => header.endsWith('-00'))).toBe(true)
})

test.each([undefined, null, {}, 7, 'text', { get: () => undefined }])(
  'traceparent(%o) is refused: it takes a context (tracing/illegal-option)',
  (source) => {
    const write = () => traceparent(source as never)
    expect(write).toThrow(expect.objectContaining({ code: 'tracing/illegal-option' }))
    expect(write).toThrow('traceparent(): the source must be the context of a stage, an interceptor or a run, not ')
  },
)
