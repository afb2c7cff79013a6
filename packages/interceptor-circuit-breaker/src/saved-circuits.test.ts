import { Pipeline } from '@stageflow/core'
import { manualClock } from '@stageflow/testing'
import { expect, test } from 'vitest'

import { circuitBreaker, type BreakerOptions, type CircuitBreakerOptions, type CircuitBreakerState } from './index.ts'

/** Runs a stage `llm` of `chat`, once for each letter of `calls`: `o` ends well, `x` fails. */
function setUp(options: CircuitBreakerOptions, clock = manualClock({ startAt: 1_000_000 })) {
  const breaker = circuitBreaker(options)
  let works = true
  const graph = new Pipeline('chat')
    .withStage('llm', () => {
      if (!works) throw new Error('down')
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

test.each(kinds)('a breaker %j goes on where it was when its state is restored', async (breaker) => {
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

test('what it exports is plain JSON', async () => {
  const { breaker, run } = setUp({ breaker: { type: 'consecutive', failures: 2 } })
  await run('xx')
  expect(breaker.export()).toStrictEqual({
    version: 1,
    circuits: [{ key: 'chat/llm', state: 'open', openedAt: 1_000_000, breaker: { type: 'consecutive', state: 2 } }],
  })
})

test('an export is not changed by what comes after it', async () => {
  for (const breaker of kinds) {
    const { breaker: one, run } = setUp({ breaker })
    await run('xo')
    const state = one.export()
    const then = throughJson(state)
    await run('xxx')
    expect(state).toEqual(then)
  }
})

const openSince = (openedAt: number, breaker = { type: 'consecutive', state: 5 } as object): CircuitBreakerState =>
  ({ version: 1, circuits: [{ key: 'chat/llm', state: 'open', openedAt, breaker }] }) as CircuitBreakerState

test('a circuit that opened on a machine whose clock was ahead is open no longer than any other', async () => {
  const { clock, run } = setUp({ restore: openSince(9_999_999) })
  expect(await run('o')).toBe('-')
  await clock.advance(30_000)
  expect(await run('o')).toBe('o')
})

test('a probe that was under way when the state was saved is forgotten: the next call takes its place', async () => {
  const restore: CircuitBreakerState = {
    version: 1,
    circuits: [{ key: 'chat/llm', state: 'half-open', openedAt: 5, breaker: { type: 'consecutive', state: 5 } }],
  }
  const { run } = setUp({ restore })
  expect(await run('oo')).toBe('oo')
})

test('of a state that does not fit the breaker any more only what fits is taken over', async () => {
  const states: readonly (readonly [BreakerOptions, object])[] = [
    [{ type: 'consecutive' }, { type: 'consecutive', state: -1 }],
    [{ type: 'consecutive' }, { type: 'count', state: { samples: [] } }],
    [{ type: 'consecutive' }, { type: 'consecutive', state: { __proto__: { x: 1 } } }],
    [
      { type: 'count', size: 3 },
      { type: 'count', state: { samples: [false, false], currentSample: 0 } },
    ],
    [
      { type: 'count', size: 2 },
      { type: 'count', state: { samples: [false, 'no'], currentSample: 0 } },
    ],
    [
      { type: 'count', size: 2 },
      { type: 'count', state: { samples: [false, null], currentSample: 2 } },
    ],
    [
      { type: 'count', size: 2 },
      { type: 'count', state: null },
    ],
    [{ type: 'sampling' }, { type: 'sampling', state: [{ startedAt: -1, successes: 1, failures: 1 }] }],
    [{ type: 'sampling' }, { type: 'sampling', state: [null] }],
    [{ type: 'sampling' }, { type: 'sampling', state: 5 }],
  ]
  for (const [breaker, saved] of states) {
    const { run, breaker: one } = setUp({ breaker, restore: openSince(1_000_000, saved) })
    const fresh = setUp({ breaker }).breaker.export().circuits[0]?.breaker
    expect([saved, one.export().circuits[0]?.breaker]).toEqual([saved, fresh])
    expect(await run('o')).toBe('-')
  }
})

test('the counts of a restored count breaker are those of its samples', () => {
  const state = { samples: [true, false, null], currentSample: 2, failures: 70, successes: 70, threshold: 9 }
  const { breaker } = setUp({ breaker: { type: 'count', size: 3 }, restore: openSince(0, { type: 'count', state }) })
  expect(breaker.export().circuits[0]?.breaker.state).toEqual({
    samples: [true, false, null],
    currentSample: 2,
    failures: 1,
    successes: 1,
  })
})

test('what is restored keeps to the number of circuits, and to the options of the stage that it is for', async () => {
  const circuits = ['a', 'b', 'c'].map((key) => ({
    key,
    state: 'closed' as const,
    breaker: { type: 'consecutive', state: 1 },
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
  [{ type: 'count', size: 4, failureRate: 0.75 }, 'oxxxoxxxx-', 'not 75% of 4, but all of them'],
  [{ type: 'sampling' }, 'ooooxxxxxx-', 'more than half of at least ten calls'],
  [{ type: 'sampling', failureRate: 0.8, minimumCalls: 5 }, 'oxxxxx-', 'more than 80% of at least five'],
]

test.each(openings)('a breaker %j opens after %s: %s', async (breaker, expected) => {
  const calls = expected.replaceAll('-', 'x')
  expect(await setUp({ breaker }).run(calls)).toBe(expected)
})

test('a sampling breaker forgets what is older than its window, by default of 30 s', async () => {
  const { clock, run } = setUp({ breaker: { type: 'sampling' } })
  await run('xxxxxxxxx')
  await clock.advance(27_000)
  await run('ooooooooo')
  await clock.advance(3_000)
  expect(await run('xxxx')).toBe('xxxx')
  await clock.advance(600_000)
  expect(await run('xxxxxxxxxx-'.replace('-', 'x'))).toBe('xxxxxxxxxx-')
})

test('a sampling breaker looks at the last calls of its window, not at those before its circuit closed', async () => {
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
