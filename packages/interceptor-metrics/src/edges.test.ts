import { Pipeline, StageOutput } from '@stageflow/core'
import type { Interceptor, StageContext } from '@stageflow/core'
import { gate, stream } from '@stageflow/core/edges'
import { manualClock } from '@stageflow/testing'
import { AggregatorRegistry } from 'prom-client'
import { afterEach, expect, test } from 'vitest'

import { parseExposition, sumOf, valueOf } from '../test/exposition.ts'
import { metrics } from './metrics.ts'
import type { MetricsInterceptor } from './metrics.ts'

let clock = manualClock()
afterEach(() => {
  expect(clock.timers).toEqual([])
  clock = manualClock()
})

const scrape = async ({ registry }: MetricsInterceptor) => parseExposition(await registry.metrics())
const takes = (ms: number) => (context: StageContext) => clock.sleep(ms, context.signal)

/** `speak` takes 20 ms for a word, and a word comes every 5 ms. */
const voice = (observer: Interceptor, options: { readonly maxWaiting: number; readonly overflow?: 'drop-oldest' }) =>
  new Pipeline('voice')
    .withStage('llm', async function* () {
      for (let word = 0; word < 6; word++) {
        await clock.sleep(5)
        yield word
      }
    })
    .withStage(
      'speak',
      async ({ inputs }) => {
        for await (const _word of inputs.stream('llm')) await clock.sleep(20)
      },
      { dependencies: [stream('llm')], ...options },
    )
    .build({ interceptors: [observer], clock })

test('an inbox is counted: the chunks that it dropped, how long it blocked its sources, and the most that waited', async () => {
  const observer = metrics()
  const speak = { pipeline: 'voice', stage: 'speak', kind: 'transform' }
  const reports = []
  for (const options of [{ maxWaiting: 1 }, { maxWaiting: 3, overflow: 'drop-oldest' as const }, { maxWaiting: 2 }]) {
    const run = voice(observer, options).run()
    await clock.runAll()
    reports.push((await run).report)
  }
  const inboxes = reports.flatMap(({ stages }) => stages.speak.inbox ?? [])
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0)
  const dropped = sum(inboxes.map((inbox) => inbox.dropped))
  const blockedMs = sum(inboxes.map((inbox) => inbox.blockedMs))
  expect(dropped).toBeGreaterThan(0)
  expect(blockedMs).toBeGreaterThan(0)

  const families = await scrape(observer)
  expect(valueOf(families, 'stageflow_stage_inbox_dropped_chunks_total', speak)).toBe(dropped)
  expect(valueOf(families, 'stageflow_stage_inbox_blocked_seconds_total', speak)).toBeCloseTo(blockedMs / 1_000, 9)
  expect(valueOf(families, 'stageflow_stage_inbox_high_water', speak)).toBe(3)
})

test('a stage that reads no stream has no line about an inbox, and a reader has its lines before it drops anything', async () => {
  const observer = metrics()
  const run = voice(observer, { maxWaiting: 16 }).run()
  await clock.runAll()
  await run
  const families = await scrape(observer)
  for (const name of ['dropped_chunks_total', 'blocked_seconds_total', 'high_water']) {
    const lines = families.get(`stageflow_stage_inbox_${name}`)?.lines ?? []
    expect(lines.map(({ labels, value }) => [labels['stage'], value > 0])).toEqual([['speak', name === 'high_water']])
  }
})

test('resetMetrics() begins again from zero', async () => {
  const observer = metrics()
  const run = voice(observer, { maxWaiting: 1 }).run()
  await clock.runAll()
  await run
  observer.registry.resetMetrics()
  const families = await scrape(observer)
  for (const name of ['dropped_chunks_total', 'blocked_seconds_total', 'high_water'])
    expect(sumOf(families, `stageflow_stage_inbox_${name}`)).toBe(0)
})

test('the workers of a cluster add up what was dropped, and have one high water', async () => {
  const workers = []
  for (const maxWaiting of [1, 3]) {
    const observer = metrics()
    const run = voice(observer, { maxWaiting, overflow: 'drop-oldest' }).run()
    await clock.runAll()
    await run
    workers.push(observer)
  }
  const jsons = await Promise.all(workers.map(({ registry }) => registry.getMetricsAsJSON()))
  const all = parseExposition(await AggregatorRegistry.aggregate(jsons).metrics())
  const [first, second] = await Promise.all(workers.map(scrape))
  const dropped = 'stageflow_stage_inbox_dropped_chunks_total'
  expect(sumOf(all, dropped)).toBe(sumOf(first!, dropped) + sumOf(second!, dropped))
  expect(sumOf(all, 'stageflow_stage_inbox_high_water')).toBe(3)
})

test('inboxes beyond maxLabelSets are counted together', async () => {
  const observer = metrics({ maxLabelSets: 1 })
  const run = voice(observer, { maxWaiting: 2 }).run()
  await clock.runAll()
  await run
  const other = { pipeline: 'other', stage: 'other', kind: 'other' }
  expect(valueOf(await scrape(observer), 'stageflow_stage_inbox_high_water', other)).toBe(2)
})

test.each([
  ['opens', {}],
  ['refuses it', StageOutput.skip('not allowed')],
] as const)('the duration of a stage whose gate %s is that of its attempts, and not of the hold', async (_, ending) => {
  const observer = metrics()
  const graph = new Pipeline('chat')
    .withStage('moderation', async () => {
      await clock.sleep(300)
      return ending as {}
    })
    .withStage('answer', takes(40), { dependencies: [gate('moderation')] })
    .build({ interceptors: [observer], clock })
  const run = graph.run()
  await clock.runAll()
  const { report } = await run
  const { status = '', endedAt } = report.stages.answer
  expect(endedAt).toBe(300)
  const families = await scrape(observer)
  const answer = { pipeline: 'chat', stage: 'answer', kind: 'transform', status }
  expect(valueOf(families, 'stageflow_stage_duration_seconds_sum', answer)).toBe(0.04)
  expect(valueOf(families, 'stageflow_stages_total', answer)).toBe(1)
})

test('a stage that a gate aborts has run until then', async () => {
  const observer = metrics()
  const graph = new Pipeline('chat')
    .withStage('moderation', async () => {
      await clock.sleep(30)
      return StageOutput.skip('not allowed')
    })
    .withStage('answer', takes(100), { dependencies: [gate('moderation')] })
    .build({ interceptors: [observer], clock })
  const run = graph.run()
  await clock.runAll()
  await run
  const families = await scrape(observer)
  expect(sumOf(families, 'stageflow_stage_duration_seconds_sum', { stage: 'answer', status: 'skip' })).toBe(0.03)
})

test('a held stage that an interceptor answered is counted without a duration, which no record has', async () => {
  const observer = metrics()
  const cached: Interceptor = {
    name: 'cached',
    onCall: ({ name }) => (name === 'answer' ? () => StageOutput.ok({ text: 'from a cache' }) : undefined),
  }
  const graph = new Pipeline('chat')
    .withStage('moderation', takes(30))
    .withStage('answer', takes(100), { dependencies: [gate('moderation')] })
    .build({ interceptors: [observer, cached], clock })
  const run = graph.run()
  await clock.runAll()
  await run
  const families = await scrape(observer)
  expect(sumOf(families, 'stageflow_stages_total', { stage: 'answer', status: 'ok' })).toBe(1)
  expect(sumOf(families, 'stageflow_stage_duration_seconds_count', { stage: 'answer' })).toBe(0)
})
