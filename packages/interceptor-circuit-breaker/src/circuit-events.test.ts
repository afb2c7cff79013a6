import { Pipeline, StageOutput, StageflowError, type Interceptor } from '@stageflow/core'
import { manualClock, recordingSink } from '@stageflow/testing'
import { expect, test } from 'vitest'

import { down } from '../test/down.ts'
import { circuitBreaker, type CircuitBreakerOptions } from './index.ts'

function setUp(options: CircuitBreakerOptions = {}, others: readonly Interceptor[] = []) {
  const clock = manualClock({ startAt: 500 })
  const eventSink = recordingSink()
  const breaker = circuitBreaker({ breaker: { type: 'consecutive', failures: 1 }, halfOpenAfterMs: 1_000, ...options })
  let body: () => object | Promise<object> = () => ({})
  const graph = new Pipeline('chat')
    .withStage('llm', () => body())
    .build({ clock, eventSink, interceptors: [...others, breaker] })
  const run = async (next: () => object | Promise<object>, id: string) => {
    body = next
    const { report } = await graph.runSettled({ pipelineRunId: id })
    return report.stages['llm']?.notes.circuitBreaker
  }
  const changes = () =>
    eventSink.events
      .filter(({ type }) => type.startsWith('circuit_breaker.'))
      .map(({ type, data, pipelineRunId, stage, timestamp }) => [type, data, pipelineRunId, stage, timestamp])
  return { clock, eventSink, run, changes }
}
const ok = () => ({})
const broken = async () => {
  throw Object.assign(new Error('down'), { code: 'ECONNREFUSED' })
}

test('each change of state is one event of the run that made it, and a note in the record of the stage', async () => {
  const { clock, run, changes } = setUp()
  expect(await run(ok, 'plain')).toBeUndefined()
  expect(await run(broken, 'opens')).toEqual({
    key: 'chat/llm',
    state: 'closed',
    transitions: [{ to: 'open', at: 500 }],
  })
  expect(await run(ok, 'refused')).toEqual({ key: 'chat/llm', state: 'open' })
  await clock.advance(1_000)
  expect(await run(broken, 'fails')).toEqual({
    key: 'chat/llm',
    state: 'half-open',
    transitions: [
      { to: 'half-open', at: 1_500 },
      { to: 'open', at: 1_500 },
    ],
  })
  await clock.advance(1_000)
  expect(await run(ok, 'closes')).toEqual({
    key: 'chat/llm',
    state: 'half-open',
    transitions: [
      { to: 'half-open', at: 2_500 },
      { to: 'closed', at: 2_500 },
    ],
  })
  expect(await run(ok, 'plain again')).toBeUndefined()
  const key = 'chat/llm'
  const error = { code: 'ECONNREFUSED', message: 'down' }
  expect(changes()).toEqual([
    ['circuit_breaker.opened', { key, from: 'closed', openedAt: 500, halfOpenAt: 1_500, error }, 'opens', 'llm', 500],
    ['circuit_breaker.half_open', { key, from: 'open', openedAt: 500 }, 'fails', 'llm', 1_500],
    [
      'circuit_breaker.opened',
      { key, from: 'half-open', openedAt: 1_500, halfOpenAt: 2_500, error },
      'fails',
      'llm',
      1_500,
    ],
    ['circuit_breaker.half_open', { key, from: 'open', openedAt: 1_500 }, 'closes', 'llm', 2_500],
    ['circuit_breaker.closed', { key, from: 'half-open', openedAt: 1_500 }, 'closes', 'llm', 2_500],
  ])
})

test('the event comes before the end of its stage', async () => {
  const { eventSink, run } = setUp()
  await run(broken, 'opens')
  expect(eventSink.types()).toEqual([
    'pipeline.started',
    'stage.llm.started',
    'circuit_breaker.opened',
    'stage.llm.failed',
    'pipeline.failed',
  ])
})

test('a probe that takes the place of another emits no event', async () => {
  const { clock, run, changes } = setUp()
  await run(broken, 'opens')
  await clock.advance(1_000)
  expect(await run(() => StageOutput.skip('nothing to do'), 'skips')).toEqual({
    key: 'chat/llm',
    state: 'half-open',
    transitions: [{ to: 'half-open', at: 1_500 }],
  })
  expect(await run(() => StageOutput.skip('nothing to do'), 'skips again')).toEqual({
    key: 'chat/llm',
    state: 'half-open',
  })
  expect(changes()).toHaveLength(2)
})

test('the note has the changes of all attempts', async () => {
  const twice: Interceptor = {
    name: 'twice',
    wrap: (next) => async (context) => {
      await next(context)
      return next(context)
    },
  }
  const { run } = setUp({}, [twice])
  expect(await run(broken, 'attempts')).toEqual({
    key: 'chat/llm',
    state: 'open',
    transitions: [{ to: 'open', at: 500 }],
  })
})

test('an error that cannot be read is in the event too', async () => {
  const { run, changes } = setUp()
  const unreadable = down()
  Object.defineProperty(unreadable, 'message', {
    get() {
      throw new Error('no')
    },
  })
  await run(() => Promise.reject(unreadable), 'opens')
  expect(changes()[0]?.[1]).toMatchObject({
    error: { code: 'core/stage-failed', message: 'an object that cannot be read' },
  })
})

test('a sink that refuses events changes nothing', async () => {
  const breaker = circuitBreaker({ breaker: { type: 'consecutive', failures: 1 } })
  const graph = new Pipeline('chat').withStage('llm', broken as () => Promise<object>).build({
    interceptors: [breaker],
    eventSink: { emit: () => {}, tryEmit: () => Promise.reject(new StageflowError('app/full', 'full')) as never },
  })
  await graph.runSettled()
  expect(breaker.export().circuits[0]?.state).toBe('open')
})

test('the events and the note are typed', () => {
  const eventSink = recordingSink()
  const [opened] = eventSink.of('circuit_breaker.opened')
  const at: number | undefined = opened?.data.halfOpenAt
  // @ts-expect-error this event has no such field
  void eventSink.of('circuit_breaker.closed')[0]?.data.halfOpenAt
  expect(at).toBeUndefined()
})
