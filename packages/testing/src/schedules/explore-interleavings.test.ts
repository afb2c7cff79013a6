import { Pipeline, StageOutput, StageflowError, defineStage } from '@stageflow/core'
import type { AnyStage, Clock, Interceptor, StageContext } from '@stageflow/core'
import { expect, test } from 'vitest'
import { exploreInterleavings } from './explore-interleavings.ts'
import { createSchedule } from './schedule.ts'
import type { Schedule } from './schedule.ts'

type Stages = Readonly<Record<string, readonly string[]>>
type Code = (name: string, context: StageContext) => unknown

/** A graph on a schedule: the dependencies of each stage by its name. */
function runOn({ clock, interceptor }: Schedule, stages: Stages, code: Code): Promise<unknown> {
  const made: Record<string, AnyStage> = {}
  for (const [name, needs] of Object.entries(stages)) {
    const after = Object.fromEntries(needs.map((need) => [need, made[need] as AnyStage]))
    made[name] = defineStage({ name, after, run: (context): object => code(name, context) as object })
  }
  return Pipeline.from('explored', Object.values(made) as never)
    .build({ clock, interceptors: [interceptor] })
    .run({})
}

/** Explores a graph whose stages log their names as they end. */
async function logsOf(stages: Stages, code?: (context: StageContext, name: string) => Promise<unknown>) {
  const logs: string[] = []
  const explored = await exploreInterleavings(
    async (schedule) => {
      const log: string[] = []
      await runOn(schedule, stages, async (name, context) => {
        await code?.(context, name)
        log.push(name)
      })
      return log.join(' ')
    },
    (log) => void logs.push(log),
  )
  return { ...explored, logs }
}

const parallel = (count: number): Stages =>
  Object.fromEntries(
    Array.from('abcdefgh')
      .slice(0, count)
      .map((name) => [name, []]),
  )

test.each([
  [1, 1],
  [2, 2],
  [3, 6],
  [4, 24],
  [5, 120],
])('%i parallel stages have %i orders, each of which runs once', async (count, orders) => {
  const explored = await logsOf(parallel(count))
  expect(explored).toMatchObject({ orders, complete: true })
  expect(new Set(explored.logs).size).toBe(orders)
  expect(explored.logs).toHaveLength(orders)
})

test('dependencies hold in every order, and a stage may end before a stage that was ready earlier', async () => {
  const { logs, orders } = await logsOf({ a: [], b: [], c: ['a'] })
  expect(logs.sort()).toEqual(['a b c', 'a c b', 'b a c'])
  expect(orders).toBe(3)
  expect((await logsOf({ a: [], b: ['a'], c: ['a'], d: ['b', 'c'] })).logs.sort()).toEqual(['a b c d', 'a c b d'])
})

test('stages that wait equally long wake in every order, and time decides otherwise', async () => {
  const same = await logsOf({ a: [], b: [] }, ({ clock, signal }) => clock.sleep(100, signal))
  expect(same).toMatchObject({ orders: 4, complete: true })
  expect(same.logs.sort()).toEqual(['a b', 'a b', 'b a', 'b a'])
  const different = await logsOf({ a: [], b: [] }, ({ clock }, name) => clock.sleep(name === 'a' ? 20 : 10))
  expect(new Set(different.logs)).toEqual(new Set(['b a']))
})

test('a race for the last write is found, with the order that shows it', async () => {
  const error: unknown = await exploreInterleavings(
    async (schedule) => {
      let last = ''
      await runOn(schedule, parallel(4), async (name) => {
        await Promise.resolve()
        last = name
      })
      return last
    },
    (last) => expect(last).not.toBe('b'),
  ).catch((thrown: unknown) => thrown)
  expect(error).toMatchObject({ code: 'testing/interleaving', cause: { name: 'AssertionError' } })
  expect((error as Error).message).toMatch(
    /^Order \d+ failed: expected 'b' not to be 'b'.*\nThe shortest failing order found:\n  1\. a starts \(a ok\)\n  2\. c starts, before b starts \(c ok\)\n  3\. d starts, before b starts \(d ok\)\n  4\. b starts \(b ok\)\nTo run only this order, pass \{ order: '0\.1\.1' \}\.$/s,
  )
})

test('an order runs alone, and fails as before', async () => {
  const runs: string[] = []
  const explore = (order: string) =>
    exploreInterleavings(
      async (schedule) => {
        const log: string[] = []
        await runOn(schedule, parallel(3), (name) => void log.push(name))
        return log.join(' ')
      },
      (log) => {
        runs.push(log)
        return log !== 'c a b'
      },
      { order },
    )
  await expect(explore('2')).rejects.toMatchObject({
    code: 'testing/interleaving',
    message: expect.stringContaining('the check returned false'),
  })
  expect(await explore('0.1')).toEqual({ orders: 1, complete: false })
  expect(runs).toEqual(['c a b', 'a c b'])
  await expect(explore('3')).rejects.toMatchObject({ code: 'testing/order-changed' })
})

/** Two stages that each read a number, and write it back plus one. */
async function increments(schedule: Schedule, between: (clock: Clock) => Promise<void>, isHeld: boolean) {
  let value = 0
  const bare = { get: async () => value, set: async (to: number) => void (value = to) }
  const store = isHeld ? schedule.interleave(bare) : bare
  await runOn(schedule, parallel(2), async (_, { clock }) => {
    const read = await store.get()
    await between(clock)
    await store.set(read + 1)
  })
  return value
}

test('a lost update is found, if the calls of the port are interleaved or take time', async () => {
  const check = (value: number) => expect(value).toBe(2)
  const nothing = async () => {}
  await expect(exploreInterleavings((one) => increments(one, nothing, true), check)).rejects.toMatchObject({
    message: expect.stringContaining('a gets the answer of get()'),
  })
  await expect(
    exploreInterleavings((one) => increments(one, (clock) => clock.sleep(5), false), check),
  ).rejects.toMatchObject({ code: 'testing/interleaving' })
})

test('interleaved calls have the exact number of orders', async () => {
  const explored = await exploreInterleavings(
    async (schedule) => {
      const call = schedule.interleave(async () => 1)
      await runOn(schedule, parallel(2), async () => void (await call()))
    },
    () => {},
  )
  // A stage starts, then gets its answer: two chains of two steps.
  expect(explored).toEqual({ orders: 6, complete: true })
})

test('a graph without a race passes in random orders, if there are too many', async () => {
  const explored = await exploreInterleavings(
    async (schedule) => {
      const seen = new Set<string>()
      await runOn(schedule, parallel(8), (name) => void seen.add(name))
      return seen.size
    },
    (size) => expect(size).toBe(8),
    { maxOrders: 200 },
  )
  expect(explored.complete).toBe(false)
  expect(explored.orders).toBeGreaterThan(190)
  expect(explored.orders).toBeLessThanOrEqual(200)
})

test('a rare race among too many orders is found, and shrunk', async () => {
  const error: unknown = await exploreInterleavings(
    async (schedule) => {
      const log: string[] = []
      await runOn(schedule, parallel(8), (name) => void log.push(name))
      return log
    },
    (log) => expect(log.indexOf('b')).toBeGreaterThan(log.indexOf('a')),
  ).catch((thrown: unknown) => thrown)
  expect((error as Error).message).toContain(
    '\n  1. b starts, before a starts (b ok)\n  2. a starts (a ok)\n  3. c starts',
  )
  expect((error as Error).message).toContain("{ order: '1' }")
})

/** The first of three stages fails, and stops the others. */
const failingFirst = (schedule: Schedule) =>
  runOn(schedule, parallel(3), (name) => {
    if (name === 'a') throw new Error('a is down')
  })

test('a failing run fails its order, unless start handles it; stages that it stops take no step', async () => {
  await expect(exploreInterleavings(failingFirst, () => {})).rejects.toMatchObject({
    code: 'testing/interleaving',
    cause: { code: 'core/pipeline-failed' },
  })
  const explored = await exploreInterleavings(
    (schedule) => failingFirst(schedule).catch(() => 'failed'),
    (value) => value === 'failed',
  )
  // a · b a · b c a · c a · c b a: stages that have not started when a fails have no order.
  expect(explored).toEqual({ orders: 5, complete: true })
})

test('a graph with more orders than its first one promises ends at the limit', async () => {
  const explored = await exploreInterleavings(
    (schedule) => failingFirst(schedule).catch(() => 'failed'),
    () => {},
    { maxOrders: 4 },
  )
  expect(explored).toEqual({ orders: 4, complete: false })
})

test('a time limit and an answer of the same instant come in both orders', async () => {
  const limit: Interceptor = {
    name: 'limit',
    onCall: () => (context) => ({
      deadline: context.now + 50,
      expired: () => StageOutput.fail(new Error('too late')),
    }),
  }
  const statuses = new Set<string>()
  await exploreInterleavings(
    ({ clock, interceptor }) =>
      new Pipeline('limits')
        .withStage('llm', (context) => context.clock.sleep(50, context.signal))
        .build({ clock, interceptors: [interceptor, limit] })
        .runSettled({}),
    ({ status }) => void statuses.add(status),
  )
  expect([...statuses].sort()).toEqual(['completed', 'failed'])
})

test('child pipelines are explored with their parent', async () => {
  const logs: string[] = []
  const explored = await exploreInterleavings(
    async ({ clock, interceptor }) => {
      const log: string[] = []
      const child = new Pipeline('child')
        .withStage('x', () => void log.push('x'))
        .withStage('y', () => void log.push('y'))
      await new Pipeline('parent')
        .withPipeline('answer', child)
        .build({ clock, interceptors: [interceptor] })
        .run({})
      return log.join(' ')
    },
    (log) => void logs.push(log),
  )
  expect(explored).toEqual({ orders: 2, complete: true })
  expect(logs).toEqual(['x y', 'y x'])
})

test('state that outlives an order, so that orders cannot be repeated, is named', async () => {
  let runs = 0
  await expect(
    exploreInterleavings(
      (schedule) => {
        runs++
        const stages: Stages = runs === 1 ? parallel(2) : { z: [], a: [], b: [] }
        return runOn(schedule, stages, () => StageOutput.ok({}))
      },
      () => {},
    ),
  ).rejects.toMatchObject({
    code: 'testing/not-repeatable',
    message: expect.stringContaining('first "a starts, b starts", then "z starts, a starts, b starts"'),
  })
})

test('what no step can finish is an error that names the running stages', async () => {
  const real = createSchedule(() => 0).schedule.clock
  const waiting = Promise.withResolvers<() => void>()
  const realClock: Clock = {
    ...real,
    setTimeout: (callback) => {
      waiting.resolve(callback)
      return () => {}
    },
  }
  const { schedule } = createSchedule(() => 0, realClock)
  const driven = schedule.drive(
    runOn(schedule, { a: [], b: [] }, (name) => (name === 'a' ? new Promise(() => {}) : {})),
  )
  const passLimit = await waiting.promise
  passLimit()
  await expect(driven).rejects.toMatchObject({ code: 'testing/stuck', message: expect.stringContaining('Running: a.') })
})

test('a stage may wait for what another stage resolves, whichever starts first', async () => {
  const explored = await exploreInterleavings(
    async (schedule) => {
      const draft = Promise.withResolvers<string>()
      const log: string[] = []
      await runOn(schedule, parallel(3), async (name) => {
        if (name === 'b') draft.resolve('Hello')
        log.push(name === 'a' ? `a has ${await draft.promise}` : name)
      })
      return log
    },
    (log) => log.indexOf('a has Hello') > log.indexOf('b') && log.length === 3,
  )
  expect(explored).toEqual({ orders: 6, complete: true })
})

test('a promise of real I/O is waited for', async () => {
  const explored = await exploreInterleavings(
    (schedule) => runOn(schedule, parallel(2), () => new Promise((resolve) => setImmediate(() => resolve({})))),
    () => {},
  )
  expect(explored).toEqual({ orders: 2, complete: true })
})

test('illegal options are refused', async () => {
  const explore = (options: object) =>
    exploreInterleavings(
      async () => {},
      () => {},
      options,
    )
  await expect(explore({ maxOrders: 0 })).rejects.toMatchObject({ code: 'testing/illegal-option' })
  await expect(explore({ order: 'a' })).rejects.toMatchObject({
    message: expect.stringContaining("an order such as '1.0.2'"),
  })
  await expect(explore({ orders: 3 })).rejects.toBeInstanceOf(StageflowError)
})

test('a graph that is not on the schedule does not pass', async () => {
  const stages = new Pipeline('chat').withStage('a', () => ({}))
  const message = expect.stringContaining('clock: schedule.clock, interceptors: [schedule.interceptor]')
  await expect(
    exploreInterleavings(
      () => stages.build().run({}),
      () => {},
    ),
  ).rejects.toMatchObject({
    code: 'testing/unused-schedule',
    message,
  })
  await expect(
    exploreInterleavings(
      ({ interceptor }) => stages.build({ interceptors: [interceptor] }).run({}),
      () => {},
    ),
  ).rejects.toMatchObject({
    code: 'testing/interleaving',
    cause: { cause: { code: 'testing/unused-schedule', message } },
  })
})

test('the items of a map start in every order, each under its own name', async () => {
  const logs = new Set<string>()
  const explored = await exploreInterleavings(
    async (schedule) => {
      const { clock, interceptor } = schedule
      const log: number[] = []
      await new Pipeline('mail')
        .withMap('letters', { over: () => [0, 1, 2], each: async (item) => (log.push(item), { item }) })
        .build({ clock, interceptors: [interceptor] })
        .run()
      for (const item of [0, 1, 2]) expect(schedule.steps.join('\n')).toContain(`letters#${item} starts`)
      return log.join('')
    },
    (log) => void logs.add(log),
  )
  expect([...logs].toSorted()).toEqual(['012', '021', '102', '120', '201', '210'])
  expect(explored).toMatchObject({ orders: 6, complete: true })
})
