import { Pipeline } from '@stageflow/core'
import { manualClock } from '@stageflow/testing'
import { array, assert, asyncProperty, constantFrom } from 'fast-check'
import { expect, test } from 'vitest'

import { propertySettings } from '../../core/test/property-settings.ts'
import { down } from '../test/down.ts'
import {
  circuitBreaker,
  type BreakerOptions,
  type CircuitBreakerOptions,
  type CircuitBreakerState,
  type SavedBreaker,
} from './index.ts'

/** Runs a stage `llm` of `chat` once for each letter of `calls`: `o` succeeds, `x` fails. In what it returns, `-` was refused. */
function setUp(options: CircuitBreakerOptions, clock = manualClock({ startAt: 1_000_000 })) {
  const breaker = circuitBreaker(options)
  let works = true
  const graph = new Pipeline('chat')
    .withStage('llm', () => {
      if (!works) throw down()
      return {}
    })
    .build({ clock, interceptors: [breaker] })
  const run = async (calls: string): Promise<string> => {
    let seen = ''
    for (const call of calls) {
      works = call === 'o'
      const result = await graph.runSettled()
      const refused = result.status === 'failed' && result.errors[0]?.code === 'circuit-breaker/open'
      seen += refused ? '-' : call
    }
    return seen
  }
  return { breaker, clock, run }
}

const throughJson = (state: CircuitBreakerState) => JSON.parse(JSON.stringify(state)) as CircuitBreakerState

const kinds: readonly BreakerOptions[] = [
  { type: 'consecutive', failures: 4 },
  { type: 'count', size: 4 },
  { type: 'sampling', minimumCalls: 4 },
]

test.each(kinds)('a restored breaker %j continues where it was', async (breaker) => {
  const first = setUp({ breaker })
  expect(await first.run('xxx')).toBe('xxx')
  const second = setUp({ breaker, restore: throughJson(first.breaker.export()) })
  expect(await second.run('xo')).toBe('x-')
  const third = setUp({ breaker, restore: throughJson(second.breaker.export()) }, second.clock)
  await second.clock.advance(29_999)
  expect(await third.run('o')).toBe('-')
  await second.clock.advance(1)
  expect(await third.run('oo')).toBe('oo')
  expect(third.breaker.export()).toMatchObject({ version: 1, circuits: [{ key: 'chat/llm', state: 'closed' }] })
})

test('a breaker that is restored at any time behaves like one that ran on', async () => {
  const step = constantFrom('o', 'x', 'x', 'wait', 'restore')
  await assert(
    asyncProperty(array(step, { maxLength: 60 }), constantFrom(...kinds), async (steps, breaker) => {
      const clock = manualClock({ startAt: 1_000_000 })
      const options: CircuitBreakerOptions = { breaker, halfOpenAfterMs: 9_000 }
      const running = setUp(options, clock)
      let restored = setUp(options, clock)
      for (const each of steps) {
        if (each === 'wait') await clock.advance(4_000)
        else if (each === 'restore') {
          const restore = throughJson(restored.breaker.export())
          restored = setUp({ ...options, restore }, clock)
        } else expect(await restored.run(each)).toBe(await running.run(each))
      }
      expect(restored.breaker.export()).toEqual(running.breaker.export())
    }),
    propertySettings(60),
  )
})

test('an export is plain JSON', async () => {
  const { breaker, run } = setUp({ breaker: { type: 'consecutive', failures: 2 } })
  await run('xx')
  expect(breaker.export()).toStrictEqual({
    version: 1,
    circuits: [{ key: 'chat/llm', state: 'open', openedAt: 1_000_000 }],
  })
})

test('later calls do not change an export', async () => {
  for (const breaker of kinds) {
    const { breaker: one, run } = setUp({ breaker })
    await run('xo')
    const state = one.export()
    const then = throughJson(state)
    await run('xxx')
    expect(state).toEqual(then)
  }
})

const openSince = (openedAt: number): CircuitBreakerState => ({
  version: 1,
  circuits: [{ key: 'chat/llm', state: 'open', openedAt }],
})
const closedWith = (breaker: SavedBreaker): CircuitBreakerState => ({
  version: 1,
  circuits: [{ key: 'chat/llm', state: 'closed', breaker }],
})

test('a circuit that opened on a machine whose clock was ahead stays open no longer than any other', async () => {
  const { clock, run } = setUp({ restore: openSince(9_999_999) })
  expect(await run('o')).toBe('-')
  await clock.advance(30_000)
  expect(await run('o')).toBe('o')
})

test('a probe that was in progress when the state was saved does not matter: the next call takes its place', async () => {
  const restore: CircuitBreakerState = {
    version: 1,
    circuits: [{ key: 'chat/llm', state: 'half-open', openedAt: 5 }],
  }
  const { run } = setUp({ restore })
  expect(await run('oo')).toBe('oo')
})

test('a closed circuit counts from the start if its breaker has another type now', async () => {
  const { run } = setUp({
    breaker: { type: 'count', size: 2 },
    restore: closedWith({ type: 'consecutive', failures: 4 }),
  })
  expect(await run('xxo')).toBe('xx-')
})

test('of a count breaker with a smaller size now, the last calls count', async () => {
  const restore = closedWith({ type: 'count', failed: [true, true, true, false, true] })
  const { breaker, run } = setUp({ breaker: { type: 'count', size: 3 }, restore })
  expect(breaker.export().circuits[0]?.breaker).toEqual({ type: 'count', failed: [true, false, true] })
  expect(await run('xo')).toBe('x-')
})

test('calls that a machine with a clock ahead has sampled do not count', async () => {
  const buckets = [{ startedAt: 1_500_000, successes: 0, failures: 9 }]
  const { run } = setUp({ breaker: { type: 'sampling' }, restore: closedWith({ type: 'sampling', buckets }) })
  expect(await run('xxo')).toBe('xxo')
})

test('restored circuits keep to maxKeys, and to the options of their stages', async () => {
  const circuits = ['a', 'b', 'c'].map((key) => ({
    key,
    state: 'closed' as const,
    breaker: { type: 'consecutive' as const, failures: 1 },
  }))
  expect(circuitBreaker({ maxKeys: 2, restore: { version: 1, circuits } }).export().circuits).toEqual(circuits.slice(1))

  const clock = manualClock({ startAt: 1_000_000 })
  const breaker = circuitBreaker({ restore: openSince(1_000_000) })
  const graph = new Pipeline('chat')
    .withStage('llm', () => ({}), { circuitBreaker: { halfOpenAfterMs: 10 } })
    .build({ clock, interceptors: [breaker] })
  await clock.advance(10)
  expect((await graph.run()).status).toBe('completed')
})

test('a key such as __proto__ is a key like any other', async () => {
  const first = setUp({ key: () => '__proto__', breaker: { type: 'consecutive', failures: 1 } })
  await first.run('x')
  const second = setUp({ key: () => '__proto__', restore: throughJson(first.breaker.export()) })
  expect(await second.run('o')).toBe('-')
})

const openings: readonly (readonly [BreakerOptions, string, string])[] = [
  [{ type: 'count' }, 'oooooooooxxxxxxxxxxx-', 'more than half of the last 20 calls'],
  [{ type: 'count', size: 4, minimumCalls: 2 }, 'xx-', 'at least two calls'],
  [{ type: 'count', size: 4, failureRate: 0.7 }, 'oxxx-', 'more than 70% of the last 4'],
  [{ type: 'count', size: 4, failureRate: 0.75 }, 'oxxxoxxxx-', 'more than 75% of the last 4, so all of them'],
  [{ type: 'sampling' }, 'ooooxxxxxx-', 'more than half of at least ten calls'],
  [{ type: 'sampling', failureRate: 0.8, minimumCalls: 5 }, 'oxxxxx-', 'more than 80% of at least five'],
]

test.each(openings)('a breaker %j opens after %s: %s', async (breaker, expected) => {
  const calls = expected.replaceAll('-', 'x')
  expect(await setUp({ breaker }).run(calls)).toBe(expected)
})

test('a sampling breaker forgets calls that are older than its window of 30 s', async () => {
  const { clock, run } = setUp({ breaker: { type: 'sampling' } })
  await run('xxxxxxxxx')
  await clock.advance(27_000)
  await run('ooooooooo')
  await clock.advance(3_000)
  expect(await run('xxxx')).toBe('xxxx')
  await clock.advance(600_000)
  expect(await run('xxxxxxxxxx-'.replace('-', 'x'))).toBe('xxxxxxxxxx-')
})

test('a sampling breaker does not count calls from before its circuit closed', async () => {
  const { clock, run } = setUp({
    breaker: { type: 'sampling', windowMs: 100_000, minimumCalls: 3 },
    halfOpenAfterMs: 10,
  })
  expect(await run('xxx-'.replace('-', 'o'))).toBe('xxx-')
  await clock.advance(10)
  expect(await run('oxo')).toBe('oxo')
  expect(await run('xx')).toBe('xx')
  expect(await run('o')).toBe('-')
})
