import { Pipeline } from '@stageflow/core'
import { manualClock } from '@stageflow/testing'
import { expect, test } from 'vitest'

import { down } from '../test/down.ts'
import { circuitBreaker } from './index.ts'

test.each(['chat', 'pipeline'])(
  'stats() counts refused calls and changes of all circuits of pipeline "%s"',
  async (name) => {
    const clock = manualClock()
    const breaker = circuitBreaker({ breaker: { type: 'consecutive', failures: 1 }, halfOpenAfterMs: 100 })
    let isDown = true
    const graph = new Pipeline(name)
      .withStage('llm', () => (isDown ? Promise.reject(down()) : Promise.resolve({})))
      .build({ clock, interceptors: [breaker] })
    const before = breaker.stats()
    for (let run = 0; run < 4; run++) await graph.runSettled()
    expect(breaker.stats()).toEqual({ refused: 3, opened: 1, closed: 0, unknown: 0 })
    await clock.advance(100)
    await graph.runSettled()
    isDown = false
    await clock.advance(100)
    await graph.run()
    expect(breaker.stats()).toEqual({ refused: 3, opened: 2, closed: 1, unknown: 0 })
    expect(before).toEqual({ refused: 0, opened: 0, closed: 0, unknown: 0 })
    expect(Object.isFrozen(before)).toBe(true)
  },
)

test.each(['stats', 'export'] as const)('%s refuses options, because it has none', (method) => {
  const call: Function = circuitBreaker()[method]
  expect(() => call({ reset: true })).toThrow(
    expect.objectContaining({
      code: 'circuit-breaker/illegal-option',
      message: `${method}() was given 1 argument; call ${method}().`,
    }),
  )
})
