import { Pipeline, StageKind } from '@stageflow/core'
import type { PipelineBuildError, StageContext } from '@stageflow/core'
import { runDurable } from '@stageflow/core/durable'
import { memoryStore } from '@stageflow/keyed-work'
import { manualClock } from '@stageflow/testing'
import { memoryExecutor } from '@stageflow/testing/durable'
import { afterEach, expect, test } from 'vitest'

import { sizeOf } from '../../keyed-work/test/scripted-store.ts'
import { idempotency } from './idempotency.ts'

const clock = manualClock()
afterEach(() => expect(clock.timers).toEqual([]))

const WORK = { kind: StageKind.WORK }
const input = { extensions: { idempotencyKey: 'order-7' } }

test('two items of one run under one key never share an output', async () => {
  const graph = new Pipeline('shop')
    .withMap('charge', { over: () => ['a', 'b', 'c'], each: (letter: string) => ({ letter }), ...WORK })
    .build({ clock, interceptors: [idempotency()] })
  const all = [{ letter: 'a' }, { letter: 'b' }, { letter: 'c' }]
  for (const result of ['executed', 'hit']) {
    const { data, report } = await graph.run(input)
    expect(data.charge?.items).toEqual(all)
    const noted = report.stages.charge.items?.records.map(({ notes }) => notes?.idempotency)
    expect(noted).toEqual(all.map(() => ({ result, key: 'order-7' })))
  }
})

test('a second run with the key after item 4 of 6 failed does only what is not done', async () => {
  const calls: number[] = []
  const graph = new Pipeline('shop')
    .withMap('charge', {
      over: () => [0, 1, 2, 3, 4, 5],
      concurrency: 1,
      each: (item: number) => {
        calls.push(item)
        if (calls.length === 5) throw new Error('the service is down')
        return { item }
      },
      ...WORK,
    })
    .build({ clock, interceptors: [idempotency()] })
  expect((await graph.runSettled(input)).status).toBe('failed')
  const second = await graph.run(input)
  expect(second.data.charge?.items).toHaveLength(6)
  expect(calls).toEqual([0, 1, 2, 3, 4, 4, 5])
})

test('with a key of its own, an item is found again at another place of the list', async () => {
  const sent: string[] = []
  let letters = ['ada', 'bob']
  const graph = new Pipeline('shop')
    .withMap('send', {
      over: () => letters,
      key: (letter) => letter,
      each: (letter: string) => {
        sent.push(letter)
        return { to: letter }
      },
      ...WORK,
    })
    .build({ clock, interceptors: [idempotency()] })
  await graph.run(input)
  letters = ['eve', 'bob', 'ada']
  expect((await graph.run(input)).data.send?.items).toEqual([{ to: 'eve' }, { to: 'bob' }, { to: 'ada' }])
  expect(sent).toEqual(['ada', 'bob', 'eve'])
})

test('the keys of two items cannot be made to be the same, whatever characters they have', async () => {
  const store = memoryStore({ clock })
  const keys = ['a","b', 'a', 'b', '#a', 'a#1', '["a"]', 'a/b', 'a~2', 'call', 'null']
  const graph = new Pipeline('shop')
    .withMap('send', { over: () => keys, key: (key) => key, each: (to: string) => ({ to }), ...WORK })
    .withStage('call', () => ({ to: 'a stage' }), StageKind.WORK)
    .build({ clock, interceptors: [idempotency({ store })] })
  for (let time = 0; time < 2; time++) {
    const { data } = await graph.run(input)
    expect(data.send?.items).toEqual(keys.map((to) => ({ to })))
    expect(data.call).toEqual({ to: 'a stage' })
  }
})

test('the child pipeline of an item has its own place', async () => {
  let paid = 0
  const pay = new Pipeline('pay').withStage('charge', () => ({ receipt: ++paid }), StageKind.WORK)
  const graph = new Pipeline('shop')
    .withMap('each', {
      over: () => [0, 1],
      each: async (_: number, { runChild }: StageContext) => {
        const result = await runChild(pay)
        return result.status === 'completed' ? { ...result.data.charge } : {}
      },
    })
    .build({ clock, interceptors: [idempotency()] })
  const first = await graph.run(input)
  const second = await graph.run(input)
  expect(first.data.each?.items).toEqual([{ receipt: 1 }, { receipt: 2 }])
  expect(second.data.each?.items).toEqual(first.data.each?.items)
})

test('a map in a child pipeline that is idempotent has one key for all of it', async () => {
  let calls = 0
  const all = new Pipeline('all').withMap('send', { over: () => [1, 2, 3], each: () => ({ call: ++calls }) })
  const graph = new Pipeline('shop')
    .withPipeline('letters', all, { idempotency: {} })
    .build({ clock, interceptors: [idempotency()] })
  for (let time = 0; time < 2; time++) {
    const { data } = await graph.run(input)
    expect(data.letters).toMatchObject({ send: { items: [{ call: 1 }, { call: 2 }, { call: 3 }] } })
  }
})

test('an item whose key is in use names itself in the error', async () => {
  const graph = new Pipeline('shop')
    .withMap('send', {
      over: () => ['ada'],
      key: (letter) => letter,
      each: (letter: string) => ({ to: letter }),
      ...WORK,
    })
    .build({ clock, interceptors: [idempotency()] })
  await graph.run(input)
  const second = await graph.runSettled({ ...input, inputText: 'another' })
  expect(second.report.stages.send.items?.records[0]?.error).toMatchObject({
    code: 'idempotency/other-input',
    message: expect.stringMatching(
      /^Item "ada" of stage "send" of pipeline "shop", idempotency key "order-7"/,
    ) as string,
  })
})

/** A map in a pipeline `shop`. */
const mapping = (each: (item: number) => unknown) =>
  new Pipeline('shop').withMap('send', { over: () => [1], each: each as (item: number) => object, ...WORK })

function problemsOf(pipeline: ReturnType<typeof mapping>, interceptor = idempotency()): readonly string[] {
  try {
    pipeline.build({ clock, interceptors: [interceptor] })
    return []
  } catch (error) {
    return (error as PipelineBuildError).problems.map(({ message }) => message)
  }
}

test('build() refuses items that stream, and says that the map has them', () => {
  async function* each(): AsyncGenerator<string, object> {
    yield 'a'
    return {}
  }
  expect(problemsOf(mapping(each))).toEqual([
    expect.stringContaining('Stage "send", option idempotency: the items of the map stream') as string,
  ])
})

test('build() accepts a map whose results are its chunks, and a repeat has them all', async () => {
  const graph = new Pipeline('shop')
    .withMap('send', { over: () => [1, 2], each: (item: number) => ({ item }), stream: true, ...WORK })
    .build({ clock, interceptors: [idempotency()] })
  for (let time = 0; time < 2; time++) expect((await graph.run(input)).report.stages.send.chunks).toBe(2)
})

test('build() refuses a second map with the same place and other code', () => {
  const interceptor = idempotency()
  expect(
    problemsOf(
      mapping(() => ({ one: 1 })),
      interceptor,
    ),
  ).toEqual([])
  expect(
    problemsOf(
      mapping(() => ({ other: 1 })),
      interceptor,
    ),
  ).toEqual([
    expect.stringContaining('Map "send" of pipeline "shop": another stage with this name and other code') as string,
  ])
})

test.each([
  ['the keys of the calls', {}],
  ['a key of the caller', input],
])('with %s, a durable map that was killed goes on with what is not done', async (_, given) => {
  const runs = memoryExecutor({ clock })
  const start = { runId: 'order-7', startedAt: clock.now(), input: given, options: {} }
  const store = memoryStore({ clock })
  const calls: number[] = []
  let isDead = false
  const leg = () => {
    const graph = new Pipeline('shop')
      .withMap('send', {
        over: () => [0, 1, 2, 3],
        concurrency: 1,
        each: async (item: number, { signal }: StageContext) => {
          calls.push(item)
          if (item === 2 && !isDead) {
            isDead = true
            void runs.crash('order-7')
            await clock.sleep(1_000, signal)
          }
          return { item }
        },
        ...WORK,
      })
      .build({ clock, interceptors: [idempotency({ store })] })
    return runs.run(start, (executor) => runDurable(graph, executor, { graceMs: 100 }))
  }
  await expect(leg()).rejects.toThrow()
  const { data } = await leg()
  await clock.advance(100) // the grace times of the first leg
  expect(data.send).toEqual({ items: [{ item: 0 }, { item: 1 }, { item: 2 }, { item: 3 }] })
  expect(calls).toEqual([0, 1, 2, 2, 3])
})

test.each([
  ['stops', async (signal: AbortSignal) => void (await clock.sleep(5_000, signal))],
  ['ends ok', async () => void (await clock.sleep(50))],
])('in a durable run an item that its map aborts frees or fills its key if its code %s', async (how, code) => {
  const runs = memoryExecutor({ clock })
  const start = { runId: 'order-7', startedAt: clock.now(), input, options: {} }
  const store = memoryStore({ clock })
  const graph = new Pipeline('shop')
    .withMap('send', {
      over: () => [0, 1],
      each: async (item: number, { signal }: StageContext) => {
        if (item === 1) return code(signal)
        await clock.sleep(10)
        throw new Error('no card')
      },
      ...WORK,
    })
    .build({ clock, interceptors: [idempotency({ store })] })
  const run = runs.run(start, (executor) => runDurable(graph, executor, { graceMs: 100 }))
  await clock.settle()
  await clock.advance(200)
  expect(await run).toMatchObject({ status: 'failed' })
  expect(sizeOf(store)).toBe(how === 'stops' ? 0 : 1)
})
