import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base'
import type { ReadableSpan, SpanProcessor } from '@opentelemetry/sdk-trace-base'
import { Pipeline, StageOutput } from '@stageflow/core'
import type { EventSink, Interceptor, PipelineReport, StageContext, StageflowEvent } from '@stageflow/core'
import { gate } from '@stageflow/core/edges'
import { retry } from '@stageflow/interceptor-retry'
import { manualClock, type ManualClock } from '@stageflow/testing'
import { LoggingEventSink } from '@stageflow/sink-logging'
import { pino } from 'pino'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { BufferedExporter } from '../../exporter-buffered/src/index.ts'
import { ConsoleExporter } from '../../exporter-console/src/index.ts'
import { JsonlExporter } from '../../exporter-jsonl/src/index.ts'
import { getDefaultInterceptors } from '../src/index.ts'

// What a stage has done behind a gate that refuses it isn't written: not in logs, spans, metrics, files and consoles.

const SECRET = 'the-refused-answer'

let clock = manualClock({ seed: 1 })
let folder = ''
beforeEach(() => {
  clock = manualClock({ seed: 1 })
  folder = mkdtempSync(join(tmpdir(), 'stageflow-held-'))
})
afterEach(() => {
  rmSync(folder, { recursive: true })
  expect(clock.timers).toEqual([])
})

const sleep = (ms: number) => clock.sleep(ms)
const unavailable = () => Object.assign(new Error(SECRET, { cause: new Error(SECRET) }), { status: 503 })

/** A pipeline whose stage "answer" is behind the gate "guard". */
type Building = (guard: Check) => {
  build(options: { readonly clock: ManualClock; readonly interceptors: readonly Interceptor[] }): {
    start(
      input: object,
      options: object,
    ): { readonly settled: Promise<{ readonly report: PipelineReport }>; cancel(reason: string): void }
  }
}

/** Everything that is written about a run of `pipeline`. `cancelAt`: when the run is cancelled. `inside`: an interceptor inside all others. */
async function writtenOf(
  pipeline: ReturnType<Building>,
  setting: (typeof SETTINGS)[number],
  cancelAt?: number,
  inside: Interceptor = { name: 'inside', settled: () => {} },
) {
  const written: string[] = []
  const stream = new Writable({
    write(text: unknown, _, done) {
      written.push(String(text))
      done()
    },
  })
  const exporter = new InMemorySpanExporter()
  let openSpans = 0
  const counting: SpanProcessor = {
    onStart: () => void openSpans++,
    onEnd: () => void openSpans--,
    forceFlush: async () => {},
    shutdown: async () => {},
  }
  const tracerProvider = new BasicTracerProvider({ spanProcessors: [counting, new SimpleSpanProcessor(exporter)] })
  const logger = pino({ level: 'trace', timestamp: false }, stream)
  const hasRetries = setting === 'with all interceptors'
  const [idempotency, ...rest] = getDefaultInterceptors({
    logging: { logger, startLines: true, data: true },
    tracing: { tracerProvider },
    circuitBreaker: hasRetries && { breaker: { type: 'consecutive', failures: 1 } },
  })
  const retries = hasRetries ? [retry({ jitter: 'none', attempts: 2 })] : []
  const interceptors: readonly Interceptor[] = [idempotency as Interceptor, ...retries, ...rest, inside]
  const file = new JsonlExporter({ path: join(folder, 'events.jsonl') })
  const exporters = [new BufferedExporter(file), new BufferedExporter(new ConsoleExporter({ stream, data: true }))]
  const sinks: readonly EventSink[] = [...exporters, new LoggingEventSink({ logger, data: true })]
  const emit = (event: StageflowEvent): void => sinks.forEach((sink) => void sink.tryEmit(event))
  const options = { eventSink: { emit, tryEmit: emit }, chunkEvents: true, onStageFailure: 'continue' } as const
  const run = pipeline.build({ clock, interceptors }).start({}, options)
  if (cancelAt !== undefined) {
    await clock.advance(cancelAt)
    run.cancel('the caller left')
  }
  await clock.runAll()
  const result = await run.settled
  await Promise.all(exporters.map((one) => one.close()))
  const registry = rest.find(({ name }) => name === 'metrics')?.registry
  return {
    result,
    spans: exporter.getFinishedSpans(),
    openSpans,
    logs: written.join(''),
    file: readFileSync(file.path, 'utf8'),
    metrics: (await registry?.metrics()) ?? '',
  }
}

const textOf = ({ name, attributes, events, status, links }: ReadableSpan): string =>
  JSON.stringify({ name, attributes, events, status, links: links.map((link) => link.attributes) })

const child = new Pipeline('child')
  .withStage('inner', async function* ({ note }) {
    await sleep(3)
    note('usage', { inputTokens: 7 })
    yield SECRET
    return { text: SECRET }
  })
  .withStage(
    'broken',
    async () => {
      await sleep(1)
      throw unavailable()
    },
    { dependencies: ['inner'] },
  )

type Held = (context: StageContext) => unknown
const stages: Readonly<Record<string, Held>> = {
  returns: async () => {
    await sleep(5)
    return { text: SECRET }
  },
  'returns at once': () => ({ text: SECRET }),
  throws: async () => {
    await sleep(5)
    throw unavailable()
  },
  'throws at once': () => {
    throw unavailable()
  },
  fails: () => StageOutput.fail(SECRET, { data: { text: SECRET } }),
  'fails twice, for good': async () => {
    await sleep(2)
    return StageOutput.fail(unavailable(), { retryable: true })
  },
  cancels: () => StageOutput.cancel(SECRET),
  skips: () => StageOutput.skip(SECRET),
  suspends: () => StageOutput.suspend({ question: SECRET }, { state: SECRET }),
  'runs out of time': async ({ signal }) => {
    await clock.sleep(100_000, signal).catch(() => {
      throw new Error(SECRET)
    })
    return {}
  },
  emits: async ({ tryEmitEvent }) => {
    tryEmitEvent('app.word', { text: SECRET })
    await sleep(5)
    return { text: SECRET }
  },
  yields: async function* () {
    yield SECRET
    await sleep(5)
    yield SECRET
    throw unavailable()
  },
  'runs a child that fails': async ({ runChild }) => {
    await runChild(child)
    return {}
  },
  'ends as its child fails': async ({ runChild }) => {
    await runChild(child).orFail()
    return {}
  },
  'is cancelled while a child runs': async ({ runChild }) => {
    const slow = new Pipeline('slow').withStage('inner', async ({ signal }) => {
      await clock.sleep(100_000, signal).catch(() => {
        throw new Error(SECRET)
      })
      return {}
    })
    await runChild(slow)
    return {}
  },
}

const check = (ending: object) => async () => {
  await sleep(3_000)
  return ending
}
const refuses = check(StageOutput.skip('not allowed'))
const allows = check({})
type Check = typeof allows

const one = (held: Held) => (guard: Check) =>
  new Pipeline('chat')
    .withStage('guard', guard)
    .withStage('answer', held as () => object, { dependencies: [gate('guard')] })

const agent = (guard: Check) =>
  new Pipeline('chat')
    .withStage('guard', guard)
    .withPipeline('answer', child, { dependencies: [gate('guard')], chunks: 'inner' })

const letters = (guard: Check) =>
  new Pipeline('chat').withStage('guard', guard).withMap('answer', {
    dependencies: [gate('guard')],
    over: () => [1, 2, 3],
    key: (item) => `${SECRET}-${item}`,
    onItemFailure: 'collect',
    each: async (item: number, { runChild }: StageContext) => {
      await sleep(5)
      if (item === 1) throw unavailable()
      if (item === 2) await runChild(child)
      return { text: SECRET }
    },
  })

const pipelines: Readonly<Record<string, Building>> = {
  ...Object.fromEntries(Object.entries(stages).map(([name, held]) => [name, one(held)])),
  'is a child pipeline': agent,
  'is a map, with secret keys': letters,
}
const SETTINGS = ['with all interceptors', 'without retry and circuit breaker'] as const
const CASES = Object.entries(pipelines).flatMap(([name, building]) =>
  SETTINGS.map((setting) => [name, setting, building] as const),
)

test.for(CASES)('nothing is written of a refused stage that %s, %s', async ([, setting, building]) => {
  const { result, spans, openSpans, logs, file, metrics } = await writtenOf(building(refuses), setting)
  expect(result.report.stages['answer']).toMatchObject({ status: 'skip', reason: 'gate "guard" ended skip' })
  expect(logs).not.toContain(SECRET)
  expect(file).not.toContain(SECRET)
  expect(metrics).not.toContain(SECRET)
  expect(spans.map(textOf).filter((text) => text.includes(SECRET))).toEqual([])
  expect(result.report.notes['core/problems']).toBeUndefined()
  // It has been watched all the same.
  expect(openSpans).toBe(0)
  expect(logs).toContain('"stage":"answer"')
  expect(file).toContain('stage.answer.skipped')
  expect(spans.some(({ name }) => name === 'stage answer')).toBe(true)
})

test.for(CASES)(
  'nothing is written of a stage that %s, if the run ends before its gate, %s',
  async ([, setting, building]) => {
    const { spans, openSpans, logs, file, metrics } = await writtenOf(building(allows), setting, 2_500)
    for (const written of [logs, file, metrics, ...spans.map(textOf)]) expect(written).not.toContain(SECRET)
    expect(openSpans).toBe(0)
  },
)

test('with an open gate everything is written, with the times at which it was done', async () => {
  const { logs, file, spans } = await writtenOf(agent(allows), 'without retry and circuit breaker')
  const lines = logs.split('\n').filter((line) => line.startsWith('{') && line.includes('"pipeline":"child"'))
  const written = lines.map((line) => JSON.parse(line) as { readonly msg: string })
  const endings = written.filter(({ msg }) => /^(?:run|stage) (?:failed|completed)$/.test(msg))
  expect(endings).toMatchObject([
    { msg: 'stage completed', stage: 'inner', path: 'answer', durationMs: 3, data: { text: SECRET } },
    { msg: 'stage failed', stage: 'broken', durationMs: 1, error: { message: SECRET } },
    { msg: 'run failed', path: 'answer', errors: [{ message: SECRET }] },
  ])
  expect(file).toContain(SECRET)
  const spanOf = (name: string) => spans.find((span) => span.name === name)
  expect(spanOf('stage inner')?.attributes).toMatchObject({
    'stageflow.stage.status': 'ok',
    'gen_ai.usage.input_tokens': 7,
  })
  expect(spanOf('stage broken')?.status.message).toBe(SECRET)
  expect(spanOf('invoke_workflow child')?.attributes).toMatchObject({
    'stageflow.run.status': 'failed',
    'stageflow.run.path': 'answer',
  })
  expect(spanOf('invoke_workflow child')?.status.message).toBe(SECRET)
  const endOf = (name: string) => spanOf(name)?.endTime
  expect(endOf('stage broken')).toEqual([0, 4_000_000])
  expect(endOf('invoke_workflow child')).toEqual([0, 4_000_000])
  expect(endOf('stage answer')).toEqual([0, 4_000_000])
  expect(endOf('stage guard')).toEqual([3, 0])
})

test('with an open gate the items of a map have their keys', async () => {
  const { logs, spans } = await writtenOf(letters(allows), 'without retry and circuit breaker')
  const keys = spans
    .filter(({ name }) => name === 'item answer')
    .map(({ attributes }) => attributes['stageflow.item.key'])
  expect(new Set(keys)).toEqual(new Set([1, 2, 3].map((item) => `${SECRET}-${item}`)))
  expect(logs).toContain(`"path":"answer#${SECRET}-2","status":"failed"`)
  expect(spans.find(({ name }) => name === 'invoke_workflow child')?.attributes['stageflow.run.path']).toBe(
    `answer#${SECRET}-2`,
  )
})

test('a held stage that an interceptor answered ends when it was answered', async () => {
  const { spans } = await writtenOf(one(() => ({}))(allows), 'without retry and circuit breaker', undefined, {
    name: 'cached',
    onCall: ({ name }) => (name === 'answer' ? () => StageOutput.ok({}) : undefined),
  })
  expect(spans.find(({ name }) => name === 'stage answer')?.endTime).toEqual([0, 0])
})
