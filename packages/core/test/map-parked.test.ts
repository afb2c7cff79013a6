import { beforeEach, expect, test } from 'vitest'
import { Pipeline, StageOutput } from '../src/index.ts'
import type { Interceptor, StageContext } from '../src/index.ts'
import { clock } from './fresh-clock.ts'

// A map has one slot of `maxConcurrency` for all of its items, and gives it to other stages while all of them wait.

let log: string[] = []
beforeEach(() => {
  log = []
})
const note = (what: string): number => log.push(`${clock.now()} ${what}`)

/** Makes each call of an item again until it is ok, `ms` after the one before. */
const retry = (msOf: (index: number) => number): Interceptor => ({
  name: 'retry',
  wrap: (next, { name }) =>
    name.startsWith('m')
      ? async (context) => {
          for (;;) {
            const output = await next(context.fork().context)
            if (output.status === 'ok') return output
            await context.wait(msOf(context.item?.index as number))
          }
        }
      : next,
})
/** Ends the calls of items after `ms`, around the retry. */
const limited = (msOf: (index: number) => number): Interceptor => ({
  name: 'limited',
  onCall: ({ name }) =>
    name === 'm'
      ? (context) => ({
          deadline: context.now + msOf(context.item?.index as number),
          expired: () => StageOutput.skip('late'),
        })
      : undefined,
})
/** Takes `ms`, and fails the first time. */
const failsOnce =
  (ms: number) =>
  async (_: number, { attempt, item, signal }: StageContext): Promise<void> => {
    note(`${item?.key} begins`)
    await clock.sleep(ms, signal)
    if (attempt === 1) throw new Error('busy')
    note(`${item?.key} ends`)
  }
const other =
  (ms: number) =>
  async ({ stage, signal }: StageContext<{}>): Promise<void> => {
    note(`${stage.name} begins`)
    await clock.sleep(ms, signal)
    note(`${stage.name} ends`)
  }

test('another stage has the slot of a map while all of its items wait between their attempts', async () => {
  const run = new Pipeline('p')
    .withMap('m', { over: () => [1, 2], each: failsOnce(10) })
    .withStage('b', other(10))
    .withStage('c', other(10))
    .build({ clock, interceptors: [retry((index) => 15 + index)] })
    .run({}, { maxConcurrency: 1 })
  await clock.advance(100)
  expect(log).toEqual([
    '0 0 begins',
    '0 1 begins',
    '10 b begins',
    '20 b ends',
    '20 c begins',
    '30 c ends',
    '30 0 begins',
    '30 1 begins',
    '40 0 ends',
    '40 1 ends',
  ])
  expect((await run).status).toBe('completed')
})

test('a map keeps its slot while code of any item runs', async () => {
  const each = failsOnce(10)
  const run = new Pipeline('p')
    .withMap('m', {
      over: () => [1, 2],
      each: (item, context) => (item === 1 ? each(item, context) : clock.sleep(40, context.signal)),
    })
    .withStage('b', other(10))
    .build({ clock, interceptors: [retry(() => 5)] })
    .run({}, { maxConcurrency: 1 })
  await clock.advance(100)
  await run
  expect(log).toEqual(['0 0 begins', '15 0 begins', '25 0 ends', '40 b begins', '50 b ends'])
})

test('a map keeps its slot while it can begin another item, and while its source lists one', async () => {
  const run = new Pipeline('p')
    .withMap('m', {
      over: async function* () {
        yield 1
        await clock.sleep(30)
        yield 2
      },
      each: failsOnce(10),
    })
    .withStage('b', other(10))
    .build({ clock, interceptors: [retry((index) => (index === 0 ? 50 : 5))] })
    .run({}, { maxConcurrency: 1 })
  await clock.advance(200)
  await run
  expect(log).toEqual([
    '0 0 begins',
    '30 1 begins',
    '40 b begins',
    '50 b ends',
    '50 1 begins',
    '60 0 begins',
    '60 1 ends',
    '70 0 ends',
  ])
})

test('an item that takes the place of one that ended while all waited begins only with a slot', async () => {
  const run = new Pipeline('p')
    .withMap('m', { over: () => [1, 2, 3], each: failsOnce(10), concurrency: 2 })
    .withStage('b', other(50))
    .build({
      clock,
      interceptors: [limited((index) => (index === 0 ? 20 : 1_000)), retry((index) => (index === 2 ? 5 : 30))],
    })
    .run({}, { maxConcurrency: 1 })
  await clock.advance(200)
  await run
  expect(log).toEqual([
    '0 0 begins',
    '0 1 begins',
    '10 b begins',
    '60 b ends',
    '60 2 begins',
    '60 1 begins',
    '70 1 ends',
    '75 2 begins',
    '85 2 ends',
  ])
})

test('a map whose last waiting item gives up ends without a slot', async () => {
  const givesUp: Interceptor = {
    name: 'gives-up',
    wrap: (next, { name }) =>
      name === 'm'
        ? async (context) => {
            const output = await next(context.fork().context)
            await context.wait(5)
            return output
          }
        : next,
  }
  const run = new Pipeline('p')
    .withMap('m', { over: () => [1, 2], each: () => {} })
    .withStage('b', other(50))
    .withStage('after', () => void note('after begins'), { dependencies: ['m'] })
    .build({ clock, interceptors: [givesUp] })
    .run({}, { maxConcurrency: 2 })
  await clock.advance(200)
  expect((await run).report.stages['m']).toMatchObject({ status: 'ok', endedAt: 5 })
  expect(log).toEqual(['0 b begins', '5 after begins', '50 b ends'])
})

test.each([
  ['waits', 15],
  ['wait for their slot', 45],
])('a run that is cancelled while all items of a map %s ends at once', async (_when, at) => {
  const abort = new AbortController()
  const run = new Pipeline('p')
    .withMap('m', { over: () => [1, 2], each: failsOnce(10), concurrency: 1 })
    .withStage('b', other(1_000))
    .build({ clock, interceptors: [retry(() => 20)] })
    .run({}, { maxConcurrency: 1, signal: abort.signal })
  await clock.advance(at)
  abort.abort('enough')
  const { status, report } = await run
  expect(status).toBe('cancelled')
  expect(report.stages['m']).toMatchObject({ status: 'cancel', endedAt: at })
  expect(log).toEqual(['0 0 begins', '10 b begins'])
  expect(clock.timers).toEqual([])
})

test('never do more stages run than maxConcurrency allows, whatever waits', async () => {
  let running = 0
  let most = 0
  const busy = async (ms: number): Promise<void> => {
    most = Math.max(most, ++running)
    await clock.sleep(ms)
    running--
  }
  // One item at a time, so that what runs is what has a slot.
  const map = (seed: number) =>
    ({
      over: () => [1, 2, 3],
      concurrency: 1,
      each: async (item: number, { attempt }: StageContext) => {
        await busy(1 + ((seed * item) % 7))
        if (attempt < 1 + (seed % 4)) throw new Error('busy')
      },
    }) as const
  let graph = new Pipeline('p')
  for (let seed = 1; seed <= 6; seed++) graph = graph.withMap(`m${seed}`, map(seed)) as never
  for (let seed = 1; seed <= 6; seed++) graph = graph.withStage(`s${seed}`, () => busy(3 * seed)) as never
  const run = graph.build({ clock, interceptors: [retry((index) => 3 + index)] }).run({}, { maxConcurrency: 3 })
  await clock.advance(1_000)
  expect((await run).status).toBe('completed')
  expect({ most, running }).toEqual({ most: 3, running: 0 })
})

test('a map that waits for its slot to begin another item is not idle', async () => {
  const idle: Interceptor = {
    name: 'idle',
    aroundMaps: true,
    onCall: ({ map }) => (map ? () => ({ idleTimeoutMs: 30, expired: () => StageOutput.fail('idle') }) : undefined),
  }
  const run = new Pipeline('p')
    .withMap('m', { over: () => [1, 2], each: failsOnce(10), concurrency: 1 })
    .withStage('b', other(100))
    .build({ clock, interceptors: [idle, limited((index) => (index === 0 ? 20 : 1_000)), retry(() => 50)] })
    .run({}, { maxConcurrency: 1 })
  await clock.advance(500)
  expect((await run).status).toBe('completed')
  expect(log).toEqual(['0 0 begins', '10 b begins', '110 b ends', '110 1 begins', '170 1 begins', '180 1 ends'])
})

test('a map whose item ends in line for its slot leaves the line, if all others wait', async () => {
  const run = new Pipeline('p')
    .withMap('m', { over: () => [1, 2], each: failsOnce(0) })
    .withStage('b', other(50))
    .withStage('c', other(50))
    .build({
      clock,
      interceptors: [limited((index) => (index === 0 ? 30 : 5_000)), retry((index) => (index === 0 ? 5 : 1_000))],
    })
    .run({}, { maxConcurrency: 1 })
  await clock.advance(2_000)
  await run
  expect(log).toEqual([
    '0 0 begins',
    '0 1 begins',
    '0 b begins',
    '50 b ends',
    '50 c begins',
    '100 c ends',
    '1000 1 begins',
    '1000 1 ends',
  ])
})

test('two layers of an item that wait at once count as one item that waits', async () => {
  const both: Interceptor = {
    name: 'both',
    wrap: (next, { name }) =>
      name === 'm'
        ? async (context) => {
            if (context.item?.index === 0) await Promise.all([context.wait(5), context.wait(30)])
            return next(context)
          }
        : next,
  }
  const run = new Pipeline('p')
    .withMap('m', { over: () => [1, 2], each: async (_, { item }) => clock.sleep(item?.index === 0 ? 0 : 60) })
    .withStage('b', other(10))
    .build({ clock, interceptors: [both] })
    .run({}, { maxConcurrency: 1 })
  await clock.advance(500)
  await run
  expect(log).toEqual(['60 b begins', '70 b ends'])
})

test('a map whose results all wait for a reader has no slot meanwhile', async () => {
  const run = new Pipeline('p')
    .withStage('first', () => clock.sleep(1))
    .withMap('m', {
      dependencies: ['first'],
      over: () => Array.from({ length: 2_000 }, (_, index) => index),
      each: () => ({}),
      stream: true,
    })
    .withStage('b', other(10), { dependencies: ['first'] })
    .build({ clock })
    .start({}, { maxConcurrency: 1 })
  const events = run[Symbol.asyncIterator]()
  await events.next()
  await clock.advance(50)
  expect(log).toEqual(['1 b begins', '11 b ends'])
  const ended = (async () => {
    for await (const event of { [Symbol.asyncIterator]: () => events }) void event
  })()
  await clock.advance(50)
  await ended
  expect((await run.result).report.stages.m.items?.ok).toBe(2_000)
})
