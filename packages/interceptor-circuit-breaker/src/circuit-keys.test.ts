import { Pipeline } from '@stageflow/core'
import { manualClock } from '@stageflow/testing'
import { expect, test } from 'vitest'

import { down } from '../test/down.ts'
import { circuitBreaker, type CircuitBreaker, type CircuitBreakerOptions } from './index.ts'

const clock = manualClock()
const statesOf = (breaker: CircuitBreaker) =>
  Object.fromEntries(breaker.export().circuits.map(({ key, state }) => [key, state]))

/** Runs one stage, which succeeds or fails, for a tenant. */
function pipelineOf(breaker: CircuitBreaker, name = 'chat') {
  let works = true
  const graph = new Pipeline(name)
    .withStage('llm', () => {
      if (!works) throw down()
      return {}
    })
    .build({ clock, interceptors: [breaker] })
  return async (orgId: string, succeeds = true) => {
    works = succeeds
    const result = await graph.runSettled({ orgId })
    return result.status === 'failed' ? result.errors[0]?.code : result.status
  }
}
const byTenant = (options: CircuitBreakerOptions = {}) =>
  circuitBreaker({
    breaker: { type: 'consecutive', failures: 1 },
    key: (context) => context.orgId as string,
    ...options,
  })

test('a key gives each tenant its own circuit, which stages and pipelines share', async () => {
  const breaker = byTenant()
  const chat = pipelineOf(breaker)
  const search = pipelineOf(breaker, 'search')
  await chat('acme', false)
  expect(await chat('acme')).toBe('circuit-breaker/open')
  expect(await search('acme')).toBe('circuit-breaker/open')
  expect(await chat('globex')).toBe('completed')
  expect(statesOf(breaker)).toEqual({ acme: 'open', globex: 'closed' })
})

test('without a key each stage has a circuit, which graphs of the same pipeline share', async () => {
  const breaker = circuitBreaker({ breaker: { type: 'consecutive', failures: 1 } })
  await pipelineOf(breaker)('acme', false)
  expect(await pipelineOf(breaker)('acme')).toBe('circuit-breaker/open')
  expect(await pipelineOf(breaker, 'search')('acme')).toBe('completed')
})

test('the least recently used closed circuit is evicted first', async () => {
  const breaker = byTenant({ maxKeys: 3 })
  const chat = pipelineOf(breaker)
  await chat('open-1', false)
  await chat('used-first')
  await chat('used-last')
  await chat('used-first')
  await chat('new')
  expect(statesOf(breaker)).toEqual({ 'open-1': 'open', 'used-first': 'closed', new: 'closed' })
  await chat('open-2', false)
  await chat('open-3', false)
  expect(statesOf(breaker)).toEqual({ 'open-1': 'open', 'open-2': 'open', 'open-3': 'open' })
  await chat('open-1', false)
  await chat('open-4', false)
  expect(Object.keys(statesOf(breaker)).toSorted()).toEqual(['open-1', 'open-3', 'open-4'])
})

test('a thousand circuits are kept by default', async () => {
  const breaker = byTenant()
  const chat = pipelineOf(breaker)
  for (let tenant = 0; tenant < 1_001; tenant++) await chat(`tenant-${tenant}`)
  const { circuits } = breaker.export()
  expect([circuits.length, circuits[0]?.key, circuits.at(-1)?.key]).toEqual([1_000, 'tenant-1', 'tenant-1000'])
})

test('a stage keeps its circuit if more stages are built than circuits are kept', async () => {
  const breaker = circuitBreaker({ breaker: { type: 'consecutive', failures: 2 }, maxKeys: 1 })
  const first = pipelineOf(breaker, 'first')
  const second = pipelineOf(breaker, 'second')
  await first('acme', false)
  await second('acme', false)
  await first('acme', false)
  expect(await first('acme')).toBe('circuit-breaker/open')
  expect(await second('acme')).toBe('completed')
  expect(statesOf(breaker)).toEqual({ 'first/llm': 'open' })
})

test.each([
  ['nothing', undefined, 'undefined'],
  ['a number', 7, '7'],
  ['an empty string', '', '""'],
])('a key that returns %s fails the stage, which is not called', async (_, key, words) => {
  const breaker = circuitBreaker({ key: () => key as string })
  const result = await new Pipeline('chat')
    .withStage('llm', () => ({}))
    .build({ clock, interceptors: [breaker] })
    .runSettled()
  if (result.status !== 'failed') throw new Error(result.status)
  const { code, message } = result.errors[0] ?? {}
  expect(code).toBe('circuit-breaker/illegal-key')
  expect(message).toContain(
    `key of circuitBreaker() returned ${words} for stage "llm" of pipeline "chat". Return a string that is not empty`,
  )
})

test('an async key that rejects fails the stage, and does not end the process', async () => {
  const key = (async () => {
    throw new Error('no tenant')
  }) as unknown as () => string
  const result = await new Pipeline('chat')
    .withStage('llm', () => ({}))
    .build({ clock, interceptors: [circuitBreaker({ key })] })
    .runSettled()
  expect(result).toMatchObject({ status: 'failed', errors: [{ code: 'circuit-breaker/illegal-key' }] })
})

test('a key that throws fails the stage', async () => {
  const breaker = circuitBreaker({
    key: () => {
      throw new Error('no tenant')
    },
  })
  expect(await pipelineOf(breaker)('acme')).toBe('core/interceptor-threw')
})
