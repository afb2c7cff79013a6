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

test.each<[options: unknown, problem: string]>([
  [
    { registry: {} },
    'registry must be a Registry of prom-client with registerMetric(), getSingleMetric(), not an object',
  ],
  [{ registry: null }, 'not null'],
  [
    { buckets: [] },
    'buckets must be 1 to 100 numbers of seconds above 0 in an array, each greater than the one before, not an array',
  ],
  ...[[1, 1], [2, 1], [0, 1], [NaN], [1, Infinity], ['1'], 5].map((buckets): [unknown, string] => [
    { buckets },
    'buckets must be',
  ]),
  [{ buckets: Array.from({ length: 101 }, (_, place) => place + 1) }, 'buckets must be'],
  [{ maxLabelSets: 0 }, 'maxLabelSets must be a whole number from 1, not 0'],
  ...[1.5, Infinity, '9'].map((maxLabelSets): [unknown, string] => [{ maxLabelSets }, 'maxLabelSets must be']),
  [{ bucket: [1] }, 'unknown option "bucket" (did you mean "buckets"? known: '],
  [null, 'the options must be an object, not null'],
])('the options %j are refused (metrics/illegal-option)', (options, problem) => {
  const error = refusal(options)
  expect(error.code).toBe('metrics/illegal-option')
  expect(error.message).toContain(problem)
})

test('all illegal options are in one error', () => {
  const { message } = refusal({ registry: 1, buckets: [-1], maxLabelSets: NaN })
  expect(message).toMatch(/^metrics\(\): registry must be .*; buckets must be .*; maxLabelSets must be .*\.$/)
})

test('the buckets are copied: changing the array later changes nothing', async () => {
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
  expect(message).toContain('the registry already has "stageflow_stage_duration_seconds" and 20 more of its metrics.')
  expect(message).toContain('Call metrics() once per registry and pass it to every build()')
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

test('a metric of the app with the same name is named in the error, and nothing is registered', () => {
  const registry = new Registry()
  new Counter({ name: 'stageflow_runs_total', help: 'mine', registers: [registry] })
  expect(refusal({ registry }).message).toContain('the registry already has "stageflow_runs_total".')
  expect(registry.getMetricsAsArray()).toHaveLength(1)
})
