import { Pipeline, StageflowError } from '@stageflow/core'
import type { Interceptor, StageContext, StageOptions } from '@stageflow/core'
import { circuitBreaker } from '@stageflow/interceptor-circuit-breaker'
import { deadline } from '@stageflow/interceptor-deadline'
import { idempotency } from '@stageflow/interceptor-idempotency'
import { retry } from '@stageflow/interceptor-retry'
import { timeout } from '@stageflow/interceptor-timeout'
import { manualClock } from '@stageflow/testing'
import { afterEach, expect, test } from 'vitest'
import { WAY, fallback, wayOf } from './index.ts'

let clock = manualClock()
let calls: string[] = []
afterEach(() => {
  expect(clock.timers).toEqual([])
  clock = manualClock()
  calls = []
})

const down = () => Object.assign(new Error('down'), { status: 503 })
const limited = () =>
  Object.assign(new Error('slow down'), { status: 429, headers: new Headers({ 'retry-after': '40' }) })
const twoWays = { fallback: { ways: ['main', 'spare'] } }

/** A graph of one stage. Its calls are in `calls`, with their way and time. */
const graphOf = (
  interceptors: readonly Interceptor[],
  code: (way: string, context: StageContext) => unknown,
  options: StageOptions & { readonly onFailure?: 'skip' } = {},
) =>
  new Pipeline('chat')
    .withStage(
      'llm',
      (context) => {
        const way = wayOf(context)
        calls.push(`${way} at ${context.clock.now()}`)
        return code(way, context) as object
      },
      { ...twoWays, ...options },
    )
    .build({ clock, interceptors })

async function settle(graph: ReturnType<typeof graphOf>, advanceMs = 0, run: object = {}) {
  const running = graph.runSettled({}, run)
  if (advanceMs > 0) await clock.advance(advanceMs)
  const result = await running
  const error = result.status === 'failed' ? result.errors[0] : undefined
  return { result, error, record: result.report.stages['llm'] }
}

const throwsOn =
  (errors: Readonly<Record<string, () => Error>>) =>
  (way: string): object => {
    const make = errors[way]
    if (make !== undefined) throw make()
    return { way }
  }
const noJitter = { baseMs: 100, jitter: 'none' } as const

test('inside retry, each attempt tries all ways, so a 429 goes to the spare without its wait', async () => {
  const { result, record } = await settle(graphOf([retry(noJitter), fallback()], throwsOn({ main: limited })), 1)
  expect(result.data).toEqual({ llm: { way: 'spare' } })
  expect([calls, record?.notes.retry]).toEqual([['main at 0', 'spare at 0'], undefined])
})

test('inside retry, only when all ways have failed the backoff begins, and then all are tried again', async () => {
  let failures = 3
  const { result, record } = await settle(
    graphOf([retry(noJitter), fallback()], (way) => {
      if (failures-- > 0) throw down()
      return { way }
    }),
    1_000,
  )
  expect(result.data).toEqual({ llm: { way: 'spare' } })
  expect(calls).toEqual(['main at 0', 'spare at 0', 'main at 100', 'spare at 100'])
  expect(record?.notes).toEqual({
    retry: { delaysMs: [100], exhausted: false },
    fallback: { way: 'spare', failed: ['main'] },
  })
})

test('inside retry, the wait that the last way asks for is kept', async () => {
  const { error } = await settle(
    graphOf([retry({ ...noJitter, attempts: 2 }), fallback()], throwsOn({ main: down, spare: limited })),
    40_000,
  )
  expect(calls).toEqual(['main at 0', 'spare at 0', 'main at 40000', 'spare at 40000'])
  expect(error).toMatchObject({
    code: 'retry/exhausted',
    cause: { code: 'fallback/exhausted', cause: { message: 'slow down' } },
  })
})

test('outside retry, each way has its own attempts, and the next way follows retry/exhausted', async () => {
  const { result, record } = await settle(
    graphOf([fallback(), retry({ ...noJitter, attempts: 2 })], throwsOn({ main: down })),
    1_000,
  )
  expect(result.data).toEqual({ llm: { way: 'spare' } })
  expect(calls).toEqual(['main at 0', 'main at 100', 'spare at 100'])
  expect(record?.notes.fallback).toEqual({ way: 'spare', failed: ['main'] })
})

test('outside retry, the next way follows at once if a server asks for a longer wait than maxRetryAfterMs', async () => {
  const { result } = await settle(
    graphOf([fallback(), retry({ ...noJitter, maxRetryAfterMs: 1_000 })], throwsOn({ main: limited })),
  )
  expect([result.data, calls]).toEqual([{ llm: { way: 'spare' } }, ['main at 0', 'spare at 0']])
})

test('a timeout inside gives each way its own limit, and the next way follows it', async () => {
  const { result, record } = await settle(
    graphOf([fallback(), timeout({ timeoutMs: 200 })], async (way, context) => {
      await context.clock.sleep(way === 'main' ? 1_000 : 150, context.signal)
      return { way }
    }),
    1_000,
  )
  expect(result.data).toEqual({ llm: { way: 'spare' } })
  expect(calls).toEqual(['main at 0', 'spare at 200'])
  expect(record).toMatchObject({ endedAt: 350, notes: { fallback: { way: 'spare', failed: ['main'] } } })
})

test('if every way takes too long, fallback/exhausted has the timeout as its cause', async () => {
  const { error } = await settle(
    graphOf([fallback(), timeout({ timeoutMs: 200 })], (_, context) => context.clock.sleep(1_000, context.signal)),
    1_000,
  )
  expect(error).toMatchObject({ code: 'fallback/exhausted', cause: { code: 'timeout/timed-out' } })
})

test('a timeout outside limits all ways together', async () => {
  const { error, record } = await settle(
    graphOf([timeout({ timeoutMs: 250 }), fallback()], async (_, context) => {
      await context.clock.sleep(200, context.signal)
      throw down()
    }),
    1_000,
  )
  expect(calls).toEqual(['main at 0', 'spare at 200'])
  expect(error).toMatchObject({ code: 'timeout/timed-out' })
  expect(record?.endedAt).toBe(250)
})

test('the deadline of the run ends a way, and no other one is called', async () => {
  const { result } = await settle(
    graphOf([fallback()], (_, context) => context.clock.sleep(1_000, context.signal)),
    1_000,
    { timeoutMs: 100 },
  )
  expect(result.status === 'failed' && result.errors).toMatchObject([{ code: 'core/timed-out' }])
  expect(calls).toEqual(['main at 0'])
})

test('code that ignores its timeout keeps the next way waiting for graceMs, and then the stage fails', async () => {
  const stuck = graphOf([fallback(), timeout({ timeoutMs: 200 })], () => new Promise(() => {}), {
    fallback: { ways: ['a', 'b', 'c'], isRetryable: () => true },
  })
  const running = settle(stuck, 200, { graceMs: 50 })
  await clock.advance(50)
  await clock.advance(50)
  const { error } = await running
  expect(error).toMatchObject({ code: 'core/still-running' })
  expect(calls).toEqual(['a at 0'])
})

test('the next way waits for code that is late after its timeout', async () => {
  const { result } = await settle(
    graphOf([fallback(), timeout({ timeoutMs: 200 })], async (way, context) => {
      await context.clock.sleep(way === 'main' ? 300 : 150)
      return { way }
    }),
    1_000,
  )
  expect([result.data, calls]).toEqual([{ llm: { way: 'spare' } }, ['main at 0', 'spare at 300']])
})

const perWay = () =>
  circuitBreaker({
    key: (context) => context.get(WAY) ?? context.stage.name,
    breaker: { type: 'consecutive', failures: 2 },
  })

test('with a circuit for each way, the circuit of a dead way opens, and calls go the next way without calling it', async () => {
  const breaker = perWay()
  const graph = graphOf([fallback(), breaker], throwsOn({ main: down }))
  for (let run = 1; run <= 3; run++) expect((await settle(graph)).result.data).toEqual({ llm: { way: 'spare' } })
  expect(calls).toEqual(['main at 0', 'spare at 0', 'main at 0', 'spare at 0', 'spare at 0'])
  expect(breaker.export().circuits.map(({ key, state }) => [key, state])).toEqual(
    expect.arrayContaining([
      ['main', 'open'],
      ['spare', 'closed'],
    ]),
  )
})

test('after halfOpenAfterMs the first way is the probe, and if it succeeds calls go there again', async () => {
  let isDown = true
  const graph = graphOf([fallback(), perWay()], (way) => {
    if (way === 'main' && isDown) throw down()
    return { way }
  })
  for (let run = 1; run <= 3; run++) await settle(graph)
  isDown = false
  await clock.advance(30_000)
  expect((await settle(graph)).result.data).toEqual({ llm: { way: 'main' } })
})

test('with one circuit for all ways, a spare that succeeds keeps it from opening', async () => {
  const breaker = circuitBreaker({ breaker: { type: 'consecutive', failures: 2 } })
  const graph = graphOf([fallback(), breaker], throwsOn({ main: down }))
  for (let run = 1; run <= 5; run++) await settle(graph)
  expect(breaker.stats().opened).toBe(0)
})

test('if the circuits of all ways are open, the stage fails without a call, and a retry outside gives up at once', async () => {
  const graph = graphOf(
    [retry({ ...noJitter, attempts: 9 }), fallback(), perWay()],
    throwsOn({ main: down, spare: down }),
  )
  const { error, record } = await settle(graph, 10_000)
  // Two attempts open both circuits. The third is refused, and is the last.
  expect(calls).toEqual(['main at 0', 'spare at 0', 'main at 100', 'spare at 100'])
  expect(error).toMatchObject({ code: 'fallback/exhausted', cause: { code: 'circuit-breaker/open' } })
  expect(record?.notes.retry).toEqual({ delaysMs: [100, 200], exhausted: false })
})

test('if the circuit of one way is open, a retry outside still tries the other one again', async () => {
  let spareCalls = 0
  const graph = graphOf([retry(noJitter), fallback(), perWay()], (way) => {
    if (way === 'main' || ++spareCalls === 3) throw down()
    return { way }
  })
  for (let run = 1; run <= 2; run++) await settle(graph)
  calls = []
  const { result } = await settle(graph, 1_000)
  expect(result.data).toEqual({ llm: { way: 'spare' } })
  expect(calls).toEqual(['spare at 0', 'spare at 100'])
})

test('a deadline inside is checked before each way, and one that is too late is the last', async () => {
  const graph = graphOf(
    [fallback(), deadline()],
    async (_, context) => {
      await context.clock.sleep(100, context.signal)
      throw down()
    },
    { fallback: { ways: ['a', 'b', 'c'] }, deadlineBudget: { expectedMs: 150 }, onFailure: 'skip' },
  )
  const { record } = await settle(graph, 1_000, { timeoutMs: 200 })
  expect(calls).toEqual(['a at 0'])
  expect(record).toMatchObject({
    error: { code: 'deadline/too-late' },
    notes: { fallback: { way: 'b', failed: ['a'] } },
  })
})

test('a deadline outside is checked before the first way only', async () => {
  const graph = graphOf(
    [deadline(), fallback()],
    async (_, context) => {
      await context.clock.sleep(90, context.signal)
      throw down()
    },
    { deadlineBudget: { expectedMs: 150 }, onFailure: 'skip' },
  )
  const { record } = await settle(graph, 1_000, { timeoutMs: 200 })
  expect(calls).toEqual(['main at 0', 'spare at 90'])
  expect(record?.error?.code).toBe('fallback/exhausted')
})

test('inside idempotency the output of any way is the one that repeats get', async () => {
  const graph = graphOf([idempotency(), fallback()], throwsOn({ main: down }), {
    idempotency: { key: () => 'order-7' },
  })
  expect((await settle(graph)).result.data).toEqual({ llm: { way: 'spare' } })
  expect((await settle(graph)).result.data).toEqual({ llm: { way: 'spare' } })
  expect(calls).toEqual(['main at 0', 'spare at 0'])
})

test('interceptors inside see the way, and those outside do not', async () => {
  const seen: string[] = []
  const sees = (name: string): Interceptor => ({
    name,
    onCall: () => (context) => void seen.push(`${name} ${context.get(WAY)}`),
  })
  await settle(graphOf([sees('outside'), fallback(), sees('inside')], throwsOn({ main: down })))
  expect(seen).toEqual(['outside undefined', 'inside main', 'inside spare'])
})

test('after a mistake of an interceptor inside no other way is called', async () => {
  const broken: Interceptor = {
    name: 'broken',
    onCall: () => () => {
      throw new StageflowError('acme/broken', 'no')
    },
  }
  const { error } = await settle(graphOf([fallback(), broken], () => ({})))
  expect([error?.code, calls]).toEqual(['core/interceptor-threw', []])
})
