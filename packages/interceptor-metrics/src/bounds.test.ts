import { Pipeline, StageOutput } from '@stageflow/core'
import { expect, test } from 'vitest'

import { parseExposition, sumOf, valueOf } from '../test/exposition.ts'
import type { Family } from '../test/exposition.ts'
import { metrics } from './metrics.ts'
import type { MetricsInterceptor } from './metrics.ts'

const scrape = async ({ registry }: MetricsInterceptor) => parseExposition(await registry.metrics())
const linesOf = (families: ReadonlyMap<string, Family>) => [...families.values()].flatMap(({ lines }) => lines).length

async function runMany(observer: MetricsInterceptor, pipelines: number, stages = 1): Promise<void> {
  for (let each = 0; each < pipelines; each++) {
    let pipeline = new Pipeline<{}>(`tenant-${each}`)
    for (let stage = 0; stage < stages; stage++)
      pipeline = pipeline.withStage(`stage-${stage}`, () => ({})) as unknown as Pipeline<{}>
    await pipeline.build({ interceptors: [observer] }).run({})
  }
}

test('a thousand pipelines do not make the registry grow beyond maxLabelSets, every run is counted, and it shows', async () => {
  const observer = metrics({ maxLabelSets: 10 })
  await runMany(observer, 20)
  const lines = linesOf(await scrape(observer))
  await runMany(observer, 1_000)
  const families = await scrape(observer)
  expect(linesOf(families)).toBe(lines)
  expect(sumOf(families, 'stageflow_runs_total', { status: 'completed' })).toBe(1_020)
  expect(valueOf(families, 'stageflow_runs_total', { pipeline: 'tenant-9', status: 'completed' })).toBe(2)
  expect(valueOf(families, 'stageflow_runs_total', { pipeline: 'other', status: 'completed' })).toBe(1_000)
  const other = { pipeline: 'other', stage: 'other', kind: 'other' }
  expect(valueOf(families, 'stageflow_stages_total', { ...other, status: 'ok' })).toBe(1_000)
  expect(valueOf(families, 'stageflow_stage_duration_seconds_count', { ...other, status: 'ok' })).toBe(1_000)
  expect(valueOf(families, 'stageflow_metrics_overflow_total', { label: 'pipeline' })).toBe(1_000)
  expect(valueOf(families, 'stageflow_metrics_overflow_total', { label: 'stage' })).toBe(1_000)
})

test('a thousand pipelines and stages have labels of their own unless maxLabelSets is given, and no more', async () => {
  const observer = metrics()
  const overflow = async () => {
    const text = await observer.registry.getSingleMetricAsString('stageflow_metrics_overflow_total')
    return text.split('\n').slice(2)
  }
  const line = (label: string, value: number) => `stageflow_metrics_overflow_total{label="${label}"} ${value}`
  await runMany(observer, 1_000)
  expect(await overflow()).toEqual([line('pipeline', 0), line('stage', 0), line('code', 0)])
  await runMany(observer, 1_001)
  expect(await overflow()).toEqual([line('pipeline', 1), line('stage', 1), line('code', 0)])
})

test('stages that found no room are in flight as "other", and are so no longer when they settle', async () => {
  const observer = metrics({ maxLabelSets: 1 })
  const { promise, resolve } = Promise.withResolvers<void>()
  const wait = (): Promise<void> => promise
  const graph = new Pipeline('chat').withStage('a', wait).withStage('b', wait).withStage('c', wait)
  const run = graph.build({ interceptors: [observer] }).run({})
  const inFlight = async () =>
    (await scrape(observer))
      .get('stageflow_stages_in_flight')
      ?.lines.map(({ labels, value }) => [labels['stage'], value])
  expect(await inFlight()).toEqual([
    ['a', 1],
    ['other', 2],
  ])
  resolve()
  await run
  expect(await inFlight()).toEqual([
    ['a', 0],
    ['other', 0],
  ])
})

test('a pipeline of the app that is called "other" is counted with the rest: no label set comes twice', async () => {
  const observer = metrics({ maxLabelSets: 1 })
  for (const name of ['other', 'one more'])
    await new Pipeline(name)
      .withStage('other', () => ({}))
      .build({ interceptors: [observer] })
      .run({})
  const families = await scrape(observer) // which refuses what comes twice
  expect(valueOf(families, 'stageflow_runs_total', { pipeline: 'other', status: 'completed' })).toBe(2)
})

test('two stages of one name and different kinds, in two pipelines of one name, are told apart', async () => {
  const observer = metrics()
  for (const kind of ['guard', 'work'] as const)
    await new Pipeline('chat')
      .withStage('check', () => ({}), kind)
      .build({ interceptors: [observer] })
      .run({})
  const families = await scrape(observer)
  expect(families.get('stageflow_stage_attempts_total')?.lines.map(({ labels }) => labels['kind'])).toEqual([
    'guard',
    'work',
  ])
})

test('error codes that never come again do not explode the registry either, nor does one of any length', async () => {
  const observer = metrics()
  const graph = new Pipeline('chat')
    .withStage('call', (context) =>
      StageOutput.fail(Object.assign(new Error('no'), { code: context.snapshot.inputText })),
    )
    .build({ interceptors: [observer] })
  const codes = ['x'.repeat(101), ...Array.from({ length: 300 }, (_, each) => `request-${each}`)]
  for (const inputText of codes) await graph.runSettled({ inputText })

  const families = await scrape(observer)
  const lines = families.get('stageflow_stage_errors_total')?.lines ?? []
  expect(lines).toHaveLength(101)
  expect(lines.reduce((sum, { value }) => sum + value, 0)).toBe(301)
  expect(sumOf(families, 'stageflow_stage_errors_total', { code: 'other' })).toBe(201)
  expect(sumOf(families, 'stageflow_run_errors_total', { code: 'other' })).toBe(201)
  expect(valueOf(families, 'stageflow_metrics_overflow_total', { label: 'code' })).toBe(402)
})

test('a graph that is built and thrown away takes no room', async () => {
  const observer = metrics({ maxLabelSets: 1 })
  for (let each = 0; each < 10; each++)
    new Pipeline(`draft-${each}`).withStage('a', () => ({})).build({ interceptors: [observer] })
  await new Pipeline('chat')
    .withStage('a', () => ({}))
    .build({ interceptors: [observer] })
    .run({})
  const families = await scrape(observer)
  expect(valueOf(families, 'stageflow_runs_total', { pipeline: 'chat', status: 'completed' })).toBe(1)
  expect(sumOf(families, 'stageflow_metrics_overflow_total')).toBe(0)
})
