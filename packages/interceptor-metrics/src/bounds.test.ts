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

test('a thousand pipelines do not make the registry grow beyond maxLabelSets, and every run is counted', async () => {
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

test('by default 200 pipelines and stages have labels of their own, and no more', async () => {
  const observer = metrics()
  const overflow = async () => {
    const text = await observer.registry.getSingleMetricAsString('stageflow_metrics_overflow_total')
    return text.split('\n').slice(2)
  }
  const line = (label: string, value: number) => `stageflow_metrics_overflow_total{label="${label}"} ${value}`
  await runMany(observer, 200)
  expect(await overflow()).toEqual([line('pipeline', 0), line('stage', 0), line('code', 0)])
  await runMany(observer, 201)
  expect(await overflow()).toEqual([line('pipeline', 1), line('stage', 1), line('code', 0)])
})

test('stages beyond the limit are in flight as "other" until they settle', async () => {
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

test('a pipeline that is called "other" is counted with the others: no label set occurs twice', async () => {
  const observer = metrics({ maxLabelSets: 1 })
  for (const name of ['other', 'one more'])
    await new Pipeline(name)
      .withStage('other', () => ({}))
      .build({ interceptors: [observer] })
      .run({})
  const families = await scrape(observer) // refuses duplicates
  expect(valueOf(families, 'stageflow_runs_total', { pipeline: 'other', status: 'completed' })).toBe(2)
})

test('stages of one name and different kinds, in pipelines of one name, have labels of their own', async () => {
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

test.each([
  'token=hunter2',
  'sk-proj-hunter2hunter2hunter2',
  'user@example.org',
  'Bearer hunter2hunter2',
  'no space',
  'a\n# TYPE evil counter',
  '',
  'x'.repeat(101),
])('the code %j of an error is not a label: it is counted as other', async (code) => {
  const observer = metrics()
  await new Pipeline('chat')
    .withStage('call', () => StageOutput.fail(Object.assign(new Error('no'), { code })))
    .build({ interceptors: [observer] })
    .runSettled()
  const families = await scrape(observer)
  for (const name of ['stageflow_stage_errors_total', 'stageflow_run_errors_total'])
    expect(families.get(name)?.lines.map(({ labels, value }) => [labels['code'], value])).toEqual([['other', 1]])
  expect(valueOf(families, 'stageflow_metrics_overflow_total', { label: 'code' })).toBe(2)
})

test.each(['timeout/timed-out', 'ECONNRESET', 'auth:denied', 'P2002', 'circuit-breaker/open', 'auth/missing-token'])(
  'the code %s of an error is a label',
  async (code) => {
    const observer = metrics()
    await new Pipeline('chat')
      .withStage('call', () => StageOutput.fail(Object.assign(new Error('no'), { code })))
      .build({ interceptors: [observer] })
      .runSettled()
    expect(valueOf(await scrape(observer), 'stageflow_run_errors_total', { pipeline: 'chat', code })).toBe(1)
  },
)

test('at most 100 error codes have a label, each of up to 100 characters', async () => {
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

test('a graph that never runs takes no labels', async () => {
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
