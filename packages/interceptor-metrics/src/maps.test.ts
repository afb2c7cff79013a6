import { Pipeline, StageOutput } from '@stageflow/core'
import type { Interceptor, StageContext } from '@stageflow/core'
import { manualClock } from '@stageflow/testing'
import { expect, test } from 'vitest'

import { parseExposition, sumOf, valueOf } from '../test/exposition.ts'
import { metrics } from './metrics.ts'
import type { MetricsInterceptor } from './metrics.ts'

const scrape = async ({ registry }: MetricsInterceptor) => parseExposition(await registry.metrics())

/** Calls a stage up to three times if it asks for it. */
const again: Interceptor = {
  name: 'again',
  wrap: (next) => async (context) => {
    let output = await next(context)
    for (let attempt = 2; attempt <= 3 && output.status === 'retry'; attempt++) output = await next(context)
    return output
  },
}
const letters = { pipeline: 'post', stage: 'letters', kind: 'transform' }

test('the items of a map are counted apart from its stage, by status, duration, attempts and error', async () => {
  const clock = manualClock()
  const observer = metrics()
  const tried = new Set<number>()
  const graph = new Pipeline('post')
    .withStage('list', () => ({}))
    .withMap('letters', {
      dependencies: ['list'],
      over: () => [0, 1, 2, 3],
      concurrency: 1,
      onItemFailure: 'collect',
      each: async (item: number, { signal, note }: StageContext) => {
        await clock.sleep(100, signal)
        note('usage', { inputTokens: 10, outputTokens: 1 })
        if (item === 1) return StageOutput.fail('no')
        if (item === 2) return StageOutput.skip('not needed')
        if (item !== 3 || tried.has(item)) return { item }
        tried.add(item)
        return StageOutput.retry('busy')
      },
    })
    .withStage('last', () => ({}), { dependencies: ['letters'] })
    .build({ clock, interceptors: [again, observer] })
  const run = graph.run()
  await clock.runAll()
  const { report } = await run

  const families = await scrape(observer)
  const value = (name: string, labels: object = {}) => valueOf(families, name, { ...letters, ...labels })
  expect(value('stageflow_stages_total', { status: 'ok' })).toBe(1)
  expect(value('stageflow_stage_duration_seconds_sum', { status: 'ok' })).toBe(0.5)
  expect(value('stageflow_stage_attempts_total')).toBe(1)
  expect(sumOf(families, 'stageflow_stages_total', { stage: 'last' })).toBe(1)
  expect(sumOf(families, 'stageflow_runs_total')).toBe(1)

  expect(value('stageflow_items_total', { status: 'ok' })).toBe(2)
  expect(value('stageflow_items_total', { status: 'fail' })).toBe(1)
  expect(value('stageflow_items_total', { status: 'skip' })).toBe(1)
  expect(value('stageflow_items_total', { status: 'cancel' })).toBe(0)
  expect(value('stageflow_item_duration_seconds_sum', { status: 'ok' })).toBeCloseTo(0.3)
  expect(value('stageflow_item_duration_seconds_count', { status: 'ok' })).toBe(2)
  expect(value('stageflow_item_attempts_total')).toBe(5)
  expect(value('stageflow_item_errors_total', { code: 'core/stage-failed' })).toBe(1)
  expect(sumOf(families, 'stageflow_stage_errors_total')).toBe(0)

  // Every token once: the retried item has spent twice.
  expect(value('stageflow_stage_tokens_total', { type: 'input' })).toBe(50)
  expect(report.usage).toEqual({ inputTokens: 50, outputTokens: 5 })
  expect(sumOf(families, 'stageflow_stage_tokens_total', { type: 'input' })).toBe(50)
})

test('a map without an item yet has its lines, so that rate() misses none; other stages have none', async () => {
  const observer = metrics()
  const graph = new Pipeline('post')
    .withStage('list', () => ({}))
    .withMap('letters', { over: (): number[] => [], each: () => ({}) })
    .build({ interceptors: [observer] })
  await graph.run()
  const families = await scrape(observer)
  expect(valueOf(families, 'stageflow_items_total', { ...letters, status: 'ok' })).toBe(0)
  expect(families.get('stageflow_items_total')?.lines.every(({ labels }) => labels['stage'] === 'letters')).toBe(true)
})

test('the chunks of items are those of the stage of their map', async () => {
  const observer = metrics()
  const graph = new Pipeline('post')
    .withMap('letters', {
      over: () => [1, 2],
      each: async function* (item: number) {
        yield `a ${item}`
        yield `b ${item}`
        return {}
      } as never,
    })
    .build({ interceptors: [observer] })
  await graph.run()
  expect(valueOf(await scrape(observer), 'stageflow_stage_chunks_total', letters)).toBe(4)
})

test('neither items nor maps beyond maxLabelSets make the registry grow, and every item is counted', async () => {
  const observer = metrics({ maxLabelSets: 2 })
  const runMaps = async (from: number, to: number, items: number): Promise<void> => {
    for (let each = from; each < to; each++)
      await new Pipeline(`tenant-${each}`)
        .withMap('letters', {
          over: () => Array.from({ length: items }),
          key: (_, index) => `k${index}`,
          each: () => ({}),
        })
        .build({ interceptors: [observer] })
        .run()
  }
  const lines = async () => [...(await scrape(observer)).values()].flatMap((family) => family.lines).length
  await runMaps(0, 4, 1)
  const before = await lines()
  await runMaps(4, 50, 100)
  expect(await lines()).toBe(before)
  const families = await scrape(observer)
  expect(sumOf(families, 'stageflow_items_total', { status: 'ok' })).toBe(4 + 46 * 100)
  const other = { pipeline: 'other', stage: 'other', kind: 'other' }
  expect(valueOf(families, 'stageflow_items_total', { ...other, status: 'ok' })).toBe(2 + 46 * 100)
  expect(valueOf(families, 'stageflow_metrics_overflow_total', { label: 'stage' })).toBe(48)
})

test('the items of a map in a child pipeline count for the child', async () => {
  const observer = metrics()
  const child = new Pipeline('post').withMap('letters', { over: () => [1, 2], each: () => ({}) })
  await new Pipeline('day')
    .withPipeline('all', child)
    .build({ interceptors: [observer] })
    .run()
  const families = await scrape(observer)
  expect(valueOf(families, 'stageflow_items_total', { ...letters, status: 'ok' })).toBe(2)
  expect(sumOf(families, 'stageflow_items_total')).toBe(2)
})
