import { Pipeline, StageKind, StageOutput, StageflowError } from '@stageflow/core'
import type { Interceptor } from '@stageflow/core'
import { runDurable } from '@stageflow/core/durable'
import { manualClock, recordingSink } from '@stageflow/testing'
import { Registry, register } from 'prom-client'
import { afterEach, expect, test } from 'vitest'

import { ArrayExecutor } from '../../core/test/array-executor.ts'
import { parseExposition, sumOf, valueOf } from '../test/exposition.ts'
import { metrics } from './metrics.ts'

let clock = manualClock()
afterEach(() => {
  expect(clock.timers).toEqual([])
  clock = manualClock()
})

const scrape = async (registry: Pick<Registry, 'metrics'>) => parseExposition(await registry.metrics())

test('a stage that ran is counted by its status, with its duration, its wait and its attempts', async () => {
  const observer = metrics()
  const graph = new Pipeline('chat')
    .withStage('slow', async (context) => void (await context.clock.sleep(300)), StageKind.WORK)
    .withStage('waits', async (context) => void (await context.clock.sleep(40)))
    .build({ interceptors: [observer], clock })
  const run = graph.run({}, { maxConcurrency: 1 })
  await clock.runAll()
  await run

  const families = await scrape(observer.registry)
  const slow = { pipeline: 'chat', stage: 'slow', kind: 'work' }
  const waits = { pipeline: 'chat', stage: 'waits', kind: 'transform' }
  const duration = 'stageflow_stage_duration_seconds'
  expect(valueOf(families, 'stageflow_stages_total', { ...slow, status: 'ok' })).toBe(1)
  expect(valueOf(families, `${duration}_sum`, { ...slow, status: 'ok' })).toBe(0.3)
  expect(valueOf(families, `${duration}_bucket`, { ...slow, status: 'ok', le: '0.25' })).toBe(0)
  expect(valueOf(families, `${duration}_bucket`, { ...slow, status: 'ok', le: '0.5' })).toBe(1)
  expect(valueOf(families, 'stageflow_stage_queue_wait_seconds_sum', slow)).toBe(0)
  expect(valueOf(families, 'stageflow_stage_queue_wait_seconds_sum', waits)).toBe(0.3)
  expect(valueOf(families, 'stageflow_stage_attempts_total', waits)).toBe(1)
  expect(valueOf(families, 'stageflow_runs_total', { pipeline: 'chat', status: 'completed' })).toBe(1)
  expect(valueOf(families, 'stageflow_run_duration_seconds_sum', { pipeline: 'chat', status: 'completed' })).toBe(0.34)
})

test('a stage of a durable run that waited for an answer did not wait in the queue', async () => {
  const observer = metrics()
  const graph = new Pipeline('order')
    .withStage('approve', async ({ resumed }) => {
      await clock.sleep(20)
      return resumed === undefined ? StageOutput.suspend('ok?') : StageOutput.ok()
    })
    .build({ interceptors: [observer], clock })
  const at = { start: { startedAt: clock.now() }, now: () => clock.now() }
  const leg = async (executor: ArrayExecutor): Promise<ArrayExecutor['facts']> => {
    const running = runDurable(graph, executor)
    await clock.runAll()
    await running
    return executor.facts
  }
  const facts = await leg(new ArrayExecutor([], at))
  await clock.advance(3_600_000)
  const second = new ArrayExecutor(facts, at)
  second.answer('approve', 'yes')
  await leg(second)

  const families = await scrape(observer.registry)
  const stage = { pipeline: 'order', stage: 'approve', kind: 'transform' }
  expect(valueOf(families, 'stageflow_stage_queue_wait_seconds_sum', stage)).toBe(0)
  expect(valueOf(families, 'stageflow_stage_attempts_total', stage)).toBe(2)
  expect(valueOf(families, 'stageflow_stage_duration_seconds_sum', { ...stage, status: 'ok' })).toBe(0.02)
})

test('every status has a line from the first run on, so that the first failure has a rate', async () => {
  const observer = metrics()
  await new Pipeline('chat')
    .withStage('a', () => ({}))
    .build({ interceptors: [observer] })
    .run({})
  const families = await scrape(observer.registry)
  const statuses = families.get('stageflow_stages_total')?.lines.map(({ labels, value }) => [labels['status'], value])
  expect(statuses).toEqual([
    ['ok', 1],
    ['skip', 0],
    ['cancel', 0],
    ['fail', 0],
  ])
  const ofRuns = families.get('stageflow_runs_total')?.lines.map(({ labels, value }) => [labels['status'], value])
  expect(ofRuns).toEqual([
    ['completed', 1],
    ['cancelled', 0],
    ['failed', 0],
  ])
})

test('failures are counted by error code, tolerated ones too, and failed runs by their own code', async () => {
  const observer = metrics()
  const graph = new Pipeline('chat')
    .withStage('tolerated', () => Promise.reject(Object.assign(new Error('gone'), { code: 'ECONNRESET' })), {
      onFailure: 'skip',
    })
    .withStage('expired', () => StageOutput.fail(new StageflowError('timeout/timed-out', 'too slow')))
    .build({ interceptors: [observer] })
  const { status } = await graph.runSettled({})
  expect(status).toBe('failed')

  const families = await scrape(observer.registry)
  expect(
    families
      .get('stageflow_stage_errors_total')
      ?.lines.map(({ labels, value }) => [labels['stage'], labels['code'], value]),
  ).toEqual([
    ['tolerated', 'ECONNRESET', 1],
    ['expired', 'timeout/timed-out', 1],
  ])
  expect(valueOf(families, 'stageflow_run_errors_total', { pipeline: 'chat', code: 'timeout/timed-out' })).toBe(1)
  expect(sumOf(families, 'stageflow_stages_total', { status: 'fail' })).toBe(2)
})

test('the tokens of a stage that was called three times are those of all its attempts', async () => {
  const observer = metrics()
  const thrice: Interceptor = {
    name: 'thrice',
    wrap: (next) => async (context) => {
      await next(context.fork().context)
      await next(context.fork().context)
      return next(context.fork().context)
    },
  }
  await new Pipeline('chat')
    .withStage('llm', (context) => context.note('usage', { inputTokens: 100 }))
    .build({ interceptors: [observer, thrice] })
    .run({})
  const families = await scrape(observer.registry)
  expect(sumOf(families, 'stageflow_stage_tokens_total', { stage: 'llm', type: 'input' })).toBe(300)
})

test('chunks and the tokens that stages noted are counted, and stages without any have no line', async () => {
  const observer = metrics()
  const graph = new Pipeline('chat')
    .withStage('llm', async function* (context) {
      yield 'Hello'
      yield ' you'
      context.note('usage', { inputTokens: 12, outputTokens: 2 })
      return { text: 'Hello you' }
    })
    .withStage('embed', (context) => context.note('usage', { inputTokens: 7 }))
    .withStage('plain', () => ({}))
    .build({ interceptors: [observer] })
  await graph.run({})

  const families = await scrape(observer.registry)
  const lines = (name: string) =>
    families.get(name)?.lines.map(({ labels, value }) => [labels['stage'], labels['type'], value])
  expect(lines('stageflow_stage_chunks_total')).toEqual([['llm', undefined, 2]])
  expect(lines('stageflow_stage_tokens_total')).toEqual([
    ['llm', 'input', 12],
    ['llm', 'output', 2],
    ['embed', 'input', 7],
  ])
})

test.each([null, 'many', { inputTokens: NaN, outputTokens: -3 }, { inputTokens: '5', outputTokens: Infinity }])(
  'a usage of %j is not counted',
  async (usage) => {
    const observer = metrics()
    const graph = new Pipeline('chat')
      .withStage('llm', (context) => context.note('usage', usage as never))
      .build({ interceptors: [observer] })
    expect((await graph.run({})).report.notes).toEqual({})
    expect((await scrape(observer.registry)).get('stageflow_stage_tokens_total')?.lines).toEqual([])
  },
)

test('answers of interceptors and skips are counted without attempts', async () => {
  const observer = metrics()
  const cache: Interceptor = {
    name: 'cache',
    wrap: (next, { name }) => (name === 'cached' ? () => StageOutput.ok({ cached: true }) : (context) => next(context)),
  }
  const graph = new Pipeline('chat')
    .withStage('cached', () => ({ cached: false }))
    .withStage('skips', () => StageOutput.skip('not now'))
    .withStage('after', () => ({}), { dependencies: ['skips'] })
    .build({ interceptors: [cache, observer] })
  await graph.run({})

  const families = await scrape(observer.registry)
  expect(sumOf(families, 'stageflow_stages_total', { stage: 'cached', status: 'ok' })).toBe(1)
  expect(sumOf(families, 'stageflow_stage_attempts_total', { stage: 'cached' })).toBe(0)
  expect(sumOf(families, 'stageflow_stages_total', { status: 'skip' })).toBe(2)
  expect(sumOf(families, 'stageflow_stage_duration_seconds_count', { stage: 'after' })).toBe(0)
})

test('a run that an interceptor outside refuses is counted as it ended', async () => {
  const observer = metrics()
  const auth: Interceptor = {
    name: 'auth',
    wrapRun: () => async (run) => {
      await run.clock.sleep(20)
      return run.fail(new StageflowError('auth/missing', 'no token'))
    },
  }
  const graph = new Pipeline('chat').withStage('a', () => ({})).build({ interceptors: [auth, observer], clock })
  const run = graph.runSettled({})
  await clock.runAll()
  expect((await run).status).toBe('failed')

  const families = await scrape(observer.registry)
  expect(valueOf(families, 'stageflow_runs_total', { pipeline: 'chat', status: 'failed' })).toBe(1)
  expect(valueOf(families, 'stageflow_run_errors_total', { pipeline: 'chat', code: 'auth/missing' })).toBe(1)
  expect(valueOf(families, 'stageflow_run_duration_seconds_sum', { pipeline: 'chat', status: 'failed' })).toBe(0.02)
  expect(sumOf(families, 'stageflow_stages_total')).toBe(0)
})

test('events that the sink refuses are counted', async () => {
  const observer = metrics()
  const eventSink = recordingSink({ refuse: ({ type }) => type === 'stage.a.started' || type === 'stage.b.completed' })
  const graph = new Pipeline('chat')
    .withStage('a', () => ({}))
    .withStage('b', () => ({}))
    .build({ interceptors: [observer], eventSink })
  await graph.run({})
  expect(valueOf(await scrape(observer.registry), 'stageflow_dropped_events_total', { pipeline: 'chat' })).toBe(2)
})

test('if the sink refuses the last event of a run, only the report counts it', async () => {
  const observer = metrics()
  const eventSink = { tryEmit: () => false, emit: () => Promise.reject(new Error('down')) }
  const graph = new Pipeline('chat').withStage('a', () => ({})).build({ interceptors: [observer], eventSink })
  const { report } = await graph.run({})
  expect(report.droppedEvents).toBe(4)
  expect(valueOf(await scrape(observer.registry), 'stageflow_dropped_events_total', { pipeline: 'chat' })).toBe(3)
})

test('a child run counts as a run of its own pipeline', async () => {
  const observer = metrics()
  const child = new Pipeline('child').withStage('inner', () => ({}))
  const graph = new Pipeline('parent').withPipeline('outer', child).build({ interceptors: [observer] })
  await graph.run({})
  const families = await scrape(observer.registry)
  expect(valueOf(families, 'stageflow_runs_total', { pipeline: 'parent', status: 'completed' })).toBe(1)
  expect(valueOf(families, 'stageflow_runs_total', { pipeline: 'child', status: 'completed' })).toBe(1)
  expect(sumOf(families, 'stageflow_stages_total', { pipeline: 'child', stage: 'inner', status: 'ok' })).toBe(1)
})

test('graphs share one instance, also with the same name, and a graph that never ran has no line', async () => {
  const observer = metrics()
  const build = (stage: 'a' | 'b' | 'c') =>
    new Pipeline('chat').withStage(stage, () => ({})).build({ interceptors: [observer] })
  await build('a').run({})
  await build('a').run({})
  await build('b').run({})
  build('c')
  const families = await scrape(observer.registry)
  expect(valueOf(families, 'stageflow_runs_total', { pipeline: 'chat', status: 'completed' })).toBe(3)
  expect(sumOf(families, 'stageflow_stages_total', { stage: 'a' })).toBe(2)
  expect(sumOf(families, 'stageflow_stages_total', { stage: 'b' })).toBe(1)
  expect(families.get('stageflow_stages_total')?.lines.some(({ labels }) => labels['stage'] === 'c')).toBe(false)
})

test('every histogram has the buckets of the option', async () => {
  const observer = metrics({ buckets: [0.2, 2] })
  await new Pipeline('chat')
    .withMap('a', { over: () => [1], each: () => ({}) })
    .build({ interceptors: [observer] })
    .run({})
  const histograms = [...(await scrape(observer.registry)).values()].filter(({ type }) => type === 'histogram')
  expect(histograms.map(({ name }) => name)).toEqual([
    'stageflow_stage_duration_seconds',
    'stageflow_stage_queue_wait_seconds',
    'stageflow_item_duration_seconds',
    'stageflow_run_duration_seconds',
  ])
  for (const { lines } of histograms)
    expect(lines.flatMap(({ labels }) => labels['le'] ?? [])).toEqual(['0.2', '2', '+Inf'])
})

test('by default the buckets go from 1 ms to 60 s', async () => {
  const observer = metrics()
  await new Pipeline('chat')
    .withStage('a', () => ({}))
    .build({ interceptors: [observer] })
    .run({})
  const { lines = [] } = (await scrape(observer.registry)).get('stageflow_run_duration_seconds') ?? {}
  const bounds = '0.001 0.005 0.01 0.025 0.05 0.1 0.25 0.5 1 2.5 5 10 30 60 +Inf'
  expect(lines.flatMap(({ labels }) => labels['le'] ?? []).join(' ')).toBe(bounds)
})

test('a duration on a bound counts for it, and one above the last bound only for +Inf', async () => {
  const observer = metrics({ buckets: [0.1, 0.2] })
  const graph = new Pipeline('chat')
    .withStage('on', async (context) => void (await context.clock.sleep(100)))
    .withStage('above', async (context) => void (await context.clock.sleep(201)))
    .build({ interceptors: [observer], clock })
  const run = graph.run({})
  await clock.runAll()
  await run
  const families = await scrape(observer.registry)
  const buckets = (stage: string) =>
    ['0.1', '0.2', '+Inf'].map((le) => sumOf(families, 'stageflow_stage_duration_seconds_bucket', { stage, le }))
  expect(buckets('on')).toEqual([1, 1, 1])
  expect(buckets('above')).toEqual([0, 0, 1])
})

test('without a registry it makes a new one, which is not the global one', async () => {
  const observer = metrics()
  expect(observer.registry).toBeInstanceOf(Registry)
  expect(observer.registry).not.toBe(register)
  expect(metrics().registry).not.toBe(observer.registry)
  expect(register.getMetricsAsArray()).toEqual([])
})

test('an unknown status of a later core is counted as "other"', async () => {
  const observer = metrics()
  const later: Interceptor = {
    ...observer,
    onRun: (run) => {
      const part = observer.onRun?.(run)
      return {
        settled: (record) => part?.settled?.({ ...record, status: 'paused' as never }, run),
        ended: (outcome) => part?.ended?.(outcome, run),
      }
    },
  }
  await new Pipeline('chat')
    .withStage('a', () => ({}))
    .build({ interceptors: [later] })
    .run({})
  const families = await scrape(observer.registry)
  const a = { pipeline: 'chat', stage: 'a', kind: 'transform' }
  expect(valueOf(families, 'stageflow_stages_total', { ...a, status: 'other' })).toBe(1)
  expect(valueOf(families, 'stageflow_stage_duration_seconds_count', { ...a, status: 'other' })).toBe(1)
})

test('a clock that goes back does not make a sum fall', async () => {
  const observer = metrics()
  let now = 1_000
  const backwards = { ...clock, now: () => (now -= 10) }
  await new Pipeline('chat')
    .withStage('a', () => ({}))
    .build({ interceptors: [observer], clock: backwards })
    .run({})
  const families = await scrape(observer.registry)
  expect(sumOf(families, 'stageflow_stage_duration_seconds_sum')).toBe(0)
  expect(sumOf(families, 'stageflow_run_duration_seconds_count')).toBe(1)
})

test('a thousand runs at once share one instance, and every one is counted', async () => {
  const observer = metrics()
  const graph = new Pipeline('chat')
    .withStage('a', async (context) => void (await context.clock.sleep(1 + (Number(context.snapshot.inputText) % 7))))
    .withStage('b', (context) => (Number(context.snapshot.inputText) % 4 === 0 ? StageOutput.fail('no') : {}), {
      dependencies: ['a'],
    })
    .build({ interceptors: [observer], clock })
  const runs = Array.from({ length: 1_000 }, (_, run) => graph.runSettled({ inputText: String(run) }))
  await clock.settle()
  const before = await scrape(observer.registry)
  expect(sumOf(before, 'stageflow_runs_in_flight')).toBe(1_000)
  expect(sumOf(before, 'stageflow_stages_in_flight', { stage: 'a' })).toBe(1_000)
  await clock.runAll()
  await Promise.all(runs)

  const families = await scrape(observer.registry)
  expect(sumOf(families, 'stageflow_runs_total', { status: 'failed' })).toBe(250)
  expect(sumOf(families, 'stageflow_runs_total', { status: 'completed' })).toBe(750)
  expect(sumOf(families, 'stageflow_stages_total', { stage: 'a', status: 'ok' })).toBe(1_000)
  expect(sumOf(families, 'stageflow_stages_in_flight')).toBe(0)
  expect(sumOf(families, 'stageflow_runs_in_flight')).toBe(0)
})
