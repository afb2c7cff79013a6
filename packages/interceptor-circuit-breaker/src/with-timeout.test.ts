import { Pipeline, type StageContext } from '@stageflow/core'
import { timeout } from '@stageflow/interceptor-timeout'
import { manualClock, recordingSink } from '@stageflow/testing'
import { expect, test } from 'vitest'

import { circuitBreaker, type CircuitBreaker } from './index.ts'

// With the real timeout, because the two are only connected by an error code.

const orders = {
  'outside, as by default': (breaker: CircuitBreaker) => [timeout({ timeoutMs: 100 }), breaker],
  inside: (breaker: CircuitBreaker) => [breaker, timeout({ timeoutMs: 100 })],
  'outside, as an idle limit': (breaker: CircuitBreaker) => [
    timeout({ timeoutMs: false, idleTimeoutMs: 100 }),
    breaker,
  ],
}
const bodies = {
  'stops when it is aborted': ({ clock, signal }: StageContext) => clock.sleep(10_000, signal).then(() => ({})),
  'succeeds late': ({ clock }: StageContext) => clock.sleep(150).then(() => ({})),
  'never ends': () => new Promise<object>(() => {}),
}
const cases = Object.keys(orders).flatMap((order) =>
  Object.keys(bodies).map((body) => [order, body] as [keyof typeof orders, keyof typeof bodies]),
)

test.each(cases)(
  'with the timeout %s, a stage that %s opens its circuit, is probed, and opens it again',
  async (order, body) => {
    const clock = manualClock()
    const eventSink = recordingSink()
    const breaker = circuitBreaker({ breaker: { type: 'consecutive', failures: 2 }, halfOpenAfterMs: 1_000 })
    let works = false
    const graph = new Pipeline('chat')
      .withStage('llm', (context) => (works ? { text: 'hello' } : bodies[body](context)))
      .build({ clock, eventSink, interceptors: orders[order](breaker) })
    const run = async () => {
      const running = graph.runSettled({}, { graceMs: 200 })
      await clock.advance(400)
      const result = await running
      return result.status === 'failed' ? result.errors[0]?.code : result.status
    }
    expect([await run(), await run(), await run()]).toEqual([
      'timeout/timed-out',
      'timeout/timed-out',
      'circuit-breaker/open',
    ])
    await clock.advance(1_000)
    expect([await run(), await run()]).toEqual(['timeout/timed-out', 'circuit-breaker/open'])
    works = true
    await clock.advance(1_000)
    expect([await run(), await run()]).toEqual(['completed', 'completed'])
    const changes = eventSink.events.filter(({ type }) => type.startsWith('circuit_breaker.'))
    expect(changes.map(({ type, timestamp }) => [type.slice('circuit_breaker.'.length), timestamp])).toEqual([
      ['opened', 500],
      ['half_open', 2_200],
      ['opened', 2_300],
      ['half_open', 4_000],
      ['closed', 4_000],
    ])
    expect(clock.timers).toEqual([])
  },
)
