import { Pipeline } from '@stageflow/core'
import { manualClock } from '@stageflow/testing'
import { expect, test } from 'vitest'

import { down } from '../test/down.ts'
import { circuitBreaker, type CircuitBreaker, type CircuitBreakerOptions } from './index.ts'

const clock = manualClock()
const fails = (): Promise<object> => Promise.reject(down())
const works = (): Promise<object> => Promise.resolve({})
const once: CircuitBreakerOptions = { breaker: { type: 'consecutive', failures: 1 } }

const graphOf = (breaker: CircuitBreaker, body: () => Promise<object>, pipeline = new Pipeline()) =>
  pipeline.withStage('llm', body).build({ clock, interceptors: [breaker] })
const codeOf = async (graph: ReturnType<typeof graphOf>) => {
  const result = await graph.runSettled()
  return result.status === 'failed' ? result.errors[0]?.code : result.status
}

test('two unnamed pipelines never share a circuit', async () => {
  const breaker = circuitBreaker(once)
  const sick = graphOf(breaker, fails)
  const healthy = graphOf(breaker, works)
  expect([await codeOf(sick), await codeOf(sick)]).toEqual(['core/stage-failed', 'circuit-breaker/open'])
  expect(await codeOf(healthy)).toBe('completed')
})

test('all runs of one unnamed graph share its circuits, and a second build has its own', async () => {
  const breaker = circuitBreaker(once)
  const first = graphOf(breaker, fails)
  await codeOf(first)
  expect(await codeOf(first)).toBe('circuit-breaker/open')
  expect(await codeOf(graphOf(breaker, fails))).toBe('core/stage-failed')
})

test('an unnamed child pipeline has its circuits per graph too', async () => {
  const breaker = circuitBreaker(once)
  const parentOf = (body: () => Promise<object>) =>
    new Pipeline('chat')
      .withPipeline('answer', new Pipeline().withStage('llm', body))
      .build({ clock, interceptors: [breaker] })
  const sick = parentOf(fails)
  await sick.runSettled()
  expect(await sick.runSettled()).toMatchObject({ errors: [{ code: 'circuit-breaker/open', stage: 'answer' }] })
  expect((await parentOf(works).runSettled()).status).toBe('completed')
})

test('an export leaves unnamed pipelines out, since a restored circuit could not tell its graph', async () => {
  const breaker = circuitBreaker(once)
  await codeOf(graphOf(breaker, fails))
  await codeOf(graphOf(breaker, works, new Pipeline('chat')))
  expect(breaker.export().circuits.map(({ key }) => key)).toEqual(['chat/llm'])
})

test('stages of unnamed pipelines can have different options under one name', () => {
  const breaker = circuitBreaker()
  for (const halfOpenAfterMs of [5, 6])
    new Pipeline()
      .withStage('llm', works, { circuitBreaker: { halfOpenAfterMs } })
      .build({ clock, interceptors: [breaker] })
})

test('with a key, unnamed pipelines share the circuits that the key names', async () => {
  const breaker = circuitBreaker({ ...once, key: () => 'openai' })
  await codeOf(graphOf(breaker, fails))
  expect(await codeOf(graphOf(breaker, works))).toBe('circuit-breaker/open')
})
