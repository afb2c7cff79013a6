import { createRequire } from 'node:module'

import { Pipeline, StageOutput } from '@stageflow/core'
import { stream } from '@stageflow/core/edges'
import { manualClock } from '@stageflow/testing'
import { AggregatorRegistry, Counter, Histogram, Registry } from 'prom-client'
import type { OpenMetricsContentType } from 'prom-client'
import { expect, expectTypeOf, test } from 'vitest'

import { parseExposition, sumOf, valueOf } from '../test/exposition.ts'
import { metrics } from './metrics.ts'
import type { MetricsInterceptor } from './metrics.ts'

/** Three runs, of 0.3 s, 4 s and 70 s, the last of which fails. */
async function observeThree(observer: Pick<MetricsInterceptor, 'name'>): Promise<void> {
  const clock = manualClock()
  const graph = new Pipeline('chat')
    .withStage('work', async (context) => {
      const ms = Number(context.snapshot.inputText)
      await context.clock.sleep(ms)
      return ms > 5_000 ? StageOutput.fail('too slow') : {}
    })
    .build({ interceptors: [observer], clock })
  for (const inputText of ['300', '4000', '70000']) {
    const run = graph.runSettled({ inputText })
    await clock.runAll()
    await run
  }
}

test('a scrape equals that of a Histogram and a Counter of prom-client, except for the order of lines', async () => {
  const buckets = [0.25, 0.5, 5]
  const observer = metrics({ buckets })
  await observeThree(observer)

  const registers = [new Registry()]
  const labelNames = ['pipeline', 'stage', 'kind', 'status'] as const
  const help = 'How long stages ran, from their start until they settled.'
  const duration = new Histogram({ name: 'stageflow_stage_duration_seconds', help, labelNames, buckets, registers })
  const counterHelp = 'Stages that settled, by status: ok, skip, cancel, fail.'
  const total = new Counter({ name: 'stageflow_stages_total', help: counterHelp, labelNames, registers })
  const labels = { pipeline: 'chat', stage: 'work', kind: 'transform' }
  for (const [seconds, status] of [
    [0.3, 'ok'],
    [4, 'ok'],
    [70, 'fail'],
  ] as const) {
    duration.observe({ ...labels, status }, seconds)
    total.inc({ ...labels, status })
  }
  for (const status of ['skip', 'cancel']) total.inc({ ...labels, status }, 0)

  const sorted = (text: string) => text.split('\n').sort()
  for (const name of [duration, total].map((metric) => (metric as unknown as { name: string }).name))
    expect(sorted(await observer.registry.getSingleMetricAsString(name))).toEqual(
      sorted(await (registers[0] as Registry).getSingleMetricAsString(name)),
    )
})

test('a registry of OpenMetrics is scraped in its format, again and again', async () => {
  const registry = new Registry<OpenMetricsContentType>()
  registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE)
  const observer = metrics({ registry })
  expect(observer.registry).toBe(registry)
  expectTypeOf(observer.registry).toEqualTypeOf<Registry<OpenMetricsContentType>>()
  expectTypeOf(metrics().registry).toEqualTypeOf<Registry>()
  await observeThree(observer)
  for (let scrape = 0; scrape < 2; scrape++) {
    const families = parseExposition(await registry.metrics(), true)
    expect(sumOf(families, 'stageflow_stages_total')).toBe(3)
    expect(families.get('stageflow_stages')?.type).toBe('counter')
    expect(sumOf(families, 'stageflow_run_duration_seconds_sum', { status: 'failed' })).toBe(70)
  }
})

test('as JSON every line has its labels and the default labels of the app', async () => {
  const observer = metrics({ buckets: [1] })
  observer.registry.setDefaultLabels({ service: 'api' })
  await observeThree(observer)
  const all = await observer.registry.getMetricsAsJSON()
  const duration = all.find(({ name }) => name === 'stageflow_run_duration_seconds')
  const completed = { pipeline: 'chat', status: 'completed', service: 'api' }
  expect(duration?.values.slice(0, 4)).toEqual([
    { metricName: 'stageflow_run_duration_seconds_bucket', labels: { ...completed, le: 1 }, value: 1 },
    { metricName: 'stageflow_run_duration_seconds_bucket', labels: { ...completed, le: '+Inf' }, value: 2 },
    { metricName: 'stageflow_run_duration_seconds_sum', labels: completed, value: 4.3 },
    { metricName: 'stageflow_run_duration_seconds_count', labels: completed, value: 2 },
  ])
  const families = parseExposition(await observer.registry.metrics())
  expect(valueOf(families, 'stageflow_runs_total', { pipeline: 'chat', status: 'failed', service: 'api' })).toBe(1)
})

test('it merges with the registry of the app, and registries of workers add up', async () => {
  const [one, other] = [metrics(), metrics()]
  await observeThree(one)
  await observeThree(other)
  const app = new Registry()
  new Counter({ name: 'app_requests_total', help: 'Requests.', registers: [app] }).inc(4)
  const merged = parseExposition(await Registry.merge([app, one.registry]).metrics())
  expect(valueOf(merged, 'app_requests_total')).toBe(4)
  expect(sumOf(merged, 'stageflow_runs_total')).toBe(3)

  const workers = await Promise.all([one, other].map(({ registry }) => registry.getMetricsAsJSON()))
  const summed = parseExposition(await AggregatorRegistry.aggregate(workers).metrics())
  expect(sumOf(summed, 'stageflow_runs_total', { status: 'completed' })).toBe(4)
  expect(sumOf(summed, 'stageflow_stage_duration_seconds_sum')).toBeCloseTo(148.6)
})

test('resetMetrics() starts from zero, except for what is in flight', async () => {
  const clock = manualClock()
  const observer = metrics()
  const words = async function* () {
    for (const word of ['One', 'two', 'three', 'four']) yield word
  }
  const reads = async (stream: AsyncIterable<string>) => {
    for await (const _word of stream) await clock.sleep(1)
  }
  const graph = new Pipeline('chat')
    .withStage('llm', async function* (context) {
      await context.clock.sleep(Number(context.snapshot.inputText))
      context.note('usage', { inputTokens: 1, outputTokens: 1 })
      yield 'a chunk'
      return StageOutput.fail('no')
    })
    .withMap('letters', { over: () => [1], each: () => StageOutput.fail('no'), onFailure: 'skip' })
    .withStage('words', words)
    .withStage('noise', words)
    .withStage('drops', ({ inputs }) => reads(inputs.stream('noise')), {
      dependencies: [stream('noise')],
      maxWaiting: 1,
      overflow: 'drop-oldest',
    })
    .withStage('blocks', ({ inputs }) => reads(inputs.stream('words')), {
      dependencies: [stream('words')],
      maxWaiting: 1,
    })
    .build({
      interceptors: [observer],
      clock,
      eventSink: { emit: () => {}, tryEmit: ({ type }) => type !== 'stage.llm.started' },
    })
  const runs = ['10', '900'].map((inputText) => graph.runSettled({ inputText }))
  await clock.advance(20)
  const before = parseExposition(await observer.registry.metrics())
  const empty = [...before.values()]
    .filter(({ lines }) => !lines.some(({ value }) => value > 0))
    .map(({ name }) => name)
  expect(empty).toEqual(['stageflow_metrics_overflow_total'])

  observer.registry.resetMetrics()
  const after = parseExposition(await observer.registry.metrics())
  const left = [...after.values()].filter(({ lines }) => lines.some(({ value }) => value > 0)).map(({ name }) => name)
  expect(left).toEqual(['stageflow_stages_in_flight', 'stageflow_runs_in_flight'])

  await clock.runAll()
  await Promise.all(runs)
  const end = parseExposition(await observer.registry.metrics())
  expect(sumOf(end, 'stageflow_runs_total')).toBe(1)
  expect(sumOf(end, 'stageflow_runs_in_flight')).toBe(0)
})

test('names with quotes, backslashes and new lines come out as they went in', async () => {
  const observer = metrics()
  const pipeline = 'a "quoted" name\\with\na line'
  await new Pipeline(pipeline)
    .withStage('a', () => StageOutput.fail('no'))
    .build({ interceptors: [observer] })
    .runSettled({})
  const families = parseExposition(await observer.registry.metrics())
  expect(valueOf(families, 'stageflow_runs_total', { pipeline, status: 'failed' })).toBe(1)
})

test('the newest prom-client of the peer range calls what a gathered metric has, and nothing else', async () => {
  const called: string[] = []
  const registry = new Registry()
  const methods = new Set(['name', 'help', 'type', 'aggregator'])
  const spied = (metric: object): object =>
    new Proxy(metric, {
      get(target, key) {
        if (!methods.has(String(key))) called.push(String(key))
        return Reflect.get(target, key) as unknown
      },
    })
  const register = registry.registerMetric.bind(registry)
  registry.registerMetric = (metric) => register(spied(metric) as typeof metric)
  metrics({ registry })
  called.length = 0
  await registry.metrics()
  expect(new Set(called)).toEqual(new Set(['getForPromString']))
  called.length = 0
  await registry.getMetricsAsJSON()
  expect(new Set(called)).toEqual(new Set(['get']))
  called.length = 0
  registry.resetMetrics()
  expect(new Set(called)).toEqual(new Set(['reset']))
  const { version } = createRequire(import.meta.url)('prom-client/package.json') as { readonly version: string }
  expect(version).toMatch(/^15\.1\./)
})

test('a registry that was cleared, or whose other collectors throw, never fails a run', async () => {
  const observer = metrics()
  const collect = (): never => {
    throw new Error('the collector is broken')
  }
  new Counter({ name: 'broken_total', help: 'Broken.', registers: [observer.registry], collect })
  const graph = new Pipeline('chat').withStage('a', () => ({})).build({ interceptors: [observer] })
  expect((await graph.run({})).report.notes).toEqual({})
  await expect(observer.registry.metrics()).rejects.toThrow('the collector is broken')
  expect((await graph.run({})).report.notes).toEqual({})
  observer.registry.clear()
  expect((await graph.run({})).report.notes).toEqual({})
})
