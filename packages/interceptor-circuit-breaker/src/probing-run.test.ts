import { Pipeline, type StageContext } from '@stageflow/core'
import { manualClock, recordingSink } from '@stageflow/testing'
import { afterEach, beforeEach, expect, test } from 'vitest'

import { down } from '../test/down.ts'
import { circuitBreaker, type CircuitBreakerOptions } from './index.ts'

let clock = manualClock()
let isDown = true
let calls: string[] = []
beforeEach(() => {
  clock = manualClock()
  isDown = true
  calls = []
})
afterEach(() => expect(clock.timers).toEqual([]))

/** Takes `ms`. */
const callsProvider =
  (ms = 50) =>
  async ({ stage, signal }: StageContext) => {
    calls.push(stage.name)
    await clock.sleep(ms, signal)
    if (isDown) throw down()
    return {}
  }

const shared: CircuitBreakerOptions = {
  key: () => 'provider',
  breaker: { type: 'consecutive', failures: 2 },
  halfOpenAfterMs: 1_000,
}
const perStage: CircuitBreakerOptions = { breaker: { type: 'consecutive', failures: 2 }, halfOpenAfterMs: 1_000 }
const inner = new Pipeline('inner').withStage('llm', callsProvider())
const sideBySide = new Pipeline('chat').withStage('draft', callsProvider()).withStage('title', callsProvider(80))

test.each<[what: string, options: CircuitBreakerOptions, pipeline: Pipeline]>([
  ['parallel stages that share a circuit by key', shared, sideBySide as unknown as Pipeline],
  [
    'a map over child runs, whose stage has one circuit',
    perStage,
    new Pipeline('chat').withMap('all', {
      over: () => [1, 2],
      each: async (_: number, context) => {
        const { status } = await context.runChild(inner)
        if (status !== 'completed') throw new Error(status)
        return {}
      },
    }) as unknown as Pipeline,
  ],
  [
    'a child pipeline with the same key as its parent stage',
    shared,
    new Pipeline('chat').withPipeline('answer', inner) as unknown as Pipeline,
  ],
])('%s: the circuit closes when the service works again', async (_, options, pipeline) => {
  const breaker = circuitBreaker(options)
  const graph = pipeline.build({ clock, interceptors: [breaker] })
  const run = async (): Promise<string> => {
    const running = graph.runSettled()
    await clock.advance(100)
    return (await running).status
  }
  await run()
  await run()
  expect(breaker.export().circuits).toContainEqual(expect.objectContaining({ state: 'open' }))
  isDown = false
  expect(await run()).toBe('failed')
  await clock.advance(1_000)
  expect(await run()).toBe('completed')
  expect(breaker.export().circuits.filter(({ state }) => state !== 'closed')).toEqual([])
})

/** An open circuit that lets a probe pass from now on. */
async function opened() {
  const eventSink = recordingSink()
  const breaker = circuitBreaker(shared)
  const graph = sideBySide.build({ clock, eventSink, interceptors: [breaker] })
  const running = graph.runSettled({}, { onStageFailure: 'continue' })
  await clock.advance(1_100)
  await running
  eventSink.clear()
  calls = []
  const changes = () => eventSink.types().filter((type) => type.startsWith('circuit_breaker.'))
  return { breaker, graph, changes }
}

test('calls that pass along with the probe are noted, and the first that succeeds closes the circuit', async () => {
  const { graph, changes } = await opened()
  isDown = false
  const at = clock.now()
  const running = graph.run()
  await clock.advance(80)
  const { draft, title } = (await running).report.stages
  expect(draft?.notes.circuitBreaker).toEqual({
    key: 'provider',
    state: 'half-open',
    transitions: [
      { to: 'half-open', at },
      { to: 'closed', at: at + 50 },
    ],
  })
  expect(title?.notes.circuitBreaker).toEqual({ key: 'provider', state: 'half-open' })
  expect(changes()).toEqual(['circuit_breaker.half_open', 'circuit_breaker.closed'])
})

test('a failure of a call that passes along with the probe opens the circuit again, once', async () => {
  const { breaker, graph, changes } = await opened()
  const running = graph.runSettled({}, { onStageFailure: 'continue' })
  await clock.advance(80)
  await running
  expect(calls).toEqual(['draft', 'title'])
  expect(changes()).toEqual(['circuit_breaker.half_open', 'circuit_breaker.opened'])
  expect(breaker.export().circuits).toMatchObject([{ state: 'open', openedAt: clock.now() - 30 }])
})

test('other runs are refused meanwhile, and the next one takes the place of a probe that is aborted', async () => {
  const { graph } = await opened()
  isDown = false
  const controller = new AbortController()
  const first = graph.runSettled({}, { signal: controller.signal })
  await clock.settle()
  const second = await graph.runSettled()
  expect(second.status === 'failed' && second.errors[0]?.code).toBe('circuit-breaker/open')
  expect(calls).toEqual(['draft', 'title'])
  controller.abort(new Error('gone'))
  const third = graph.runSettled()
  await clock.advance(80)
  expect([(await first).status, (await third).status]).toEqual(['cancelled', 'completed'])
})
