import { StageflowError } from '@stageflow/core'
import { Counter, Registry } from 'prom-client'
import { expect, test } from 'vitest'

import { metrics } from './metrics.ts'
import type { MetricsOptions } from './options.ts'

function refusal(options: unknown): StageflowError {
  try {
    metrics(options as MetricsOptions)
  } catch (error) {
    if (StageflowError.is(error)) return error
    throw error
  }
  throw new Error('nothing was refused')
}

test.each([
  [{ registry: {} }, '"registry" is an object of another kind; pass a Registry of prom-client, or leave it out'],
  [{ registry: null }, '"registry" is null'],
  [{ buckets: [] }, '"buckets" is []; pass 1 to 100 numbers of seconds above 0, each greater than the one before'],
  [{ buckets: [1, 1] }, '"buckets" is [1, 1]'],
  [{ buckets: [2, 1] }, '"buckets" is [2, 1]'],
  [{ buckets: [0, 1] }, '"buckets" is [0, 1]'],
  [{ buckets: [NaN] }, '"buckets" is [NaN]'],
  [{ buckets: [1, Infinity] }, '"buckets" is [1, Infinity]'],
  [{ buckets: ['1'] }, '"buckets" is [1]'],
  [{ buckets: 5 }, '"buckets" is 5'],
  [{ buckets: Array.from({ length: 101 }, (_, place) => place + 1) }, '"buckets" is [1, 2, 3'],
  [{ maxLabelSets: 0 }, '"maxLabelSets" is 0; pass a whole number of at least 1'],
  [{ maxLabelSets: 1.5 }, '"maxLabelSets" is 1.5'],
  [{ maxLabelSets: Infinity }, '"maxLabelSets" is Infinity'],
  [{ maxLabelSets: '9' }, '"maxLabelSets" is 9'],
  [{ bucket: [1] }, '"bucket" is no option; the options are registry, buckets and maxLabelSets'],
  [null, 'it was given null; pass an object of options, or nothing'],
  ['all', 'it was given all'],
])('options %j are refused with metrics/illegal-option, and what to pass', (options, text) => {
  const error = refusal(options)
  expect(error.code).toBe('metrics/illegal-option')
  expect(error.message).toContain(text)
})

test('all that is wrong with the options is said in one error', () => {
  const { message } = refusal({ registry: 1, buckets: [-1], maxLabelSets: NaN })
  expect(message).toMatch(/^metrics\(\): "registry" is 1; .*"buckets" is \[-1\]; .*"maxLabelSets" is NaN; .*\.$/)
})

test('the buckets are copied: a caller who changes them later changes nothing', async () => {
  const buckets = [1, 2]
  const { registry } = metrics({ buckets })
  buckets.push(3)
  expect(await registry.metrics()).not.toContain('le="3"')
})

test('a second metrics() on one registry is refused with metrics/not-registered, and leaves nothing behind', () => {
  const registry = new Registry()
  metrics({ registry })
  const before = registry.getMetricsAsArray()
  const { code, message } = refusal({ registry })
  expect(code).toBe('metrics/not-registered')
  expect(message).toContain('the registry has "stageflow_stage_duration_seconds" and 13 more of its metrics already.')
  expect(message).toContain('Make one metrics() for a registry and hand it to every build()')
  expect(registry.getMetricsAsArray()).toEqual(before)
})

test('a registry that refuses a metric is metrics/not-registered too, with its error as the cause', () => {
  const cause = new Error('read only')
  const registry = new Registry()
  registry.registerMetric = () => {
    throw cause
  }
  const error = refusal({ registry })
  expect(error.code).toBe('metrics/not-registered')
  expect(error.message).toContain('read only')
  expect(error.cause).toBe(cause)
})

test('a metric of the app that has one of the names is named, and none of ours is registered', () => {
  const registry = new Registry()
  new Counter({ name: 'stageflow_runs_total', help: 'mine', registers: [registry] })
  expect(refusal({ registry }).message).toContain('the registry has "stageflow_runs_total" already.')
  expect(registry.getMetricsAsArray()).toHaveLength(1)
})
