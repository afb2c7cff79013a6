import { expect, test } from 'vitest'
import { clock } from './fresh-clock.ts'
import { Pipeline, StageKind, StageOutput, isStageEvent } from '../src/index.ts'
import type { Interceptor, MapOptions, StageContext } from '../src/index.ts'
import { retryOnce } from './interceptors.ts'

type Each = (item: number, context: StageContext<{}>) => unknown
const mapping = (each: Each, options: { readonly items?: unknown; readonly concurrency?: number } = {}) =>
  new Pipeline('demo')
    .withMap('each', {
      over: (() => options.items ?? [1, 2, 3, 4]) as () => number[],
      each: each as (item: number) => object,
      ...(options.concurrency === undefined ? {} : { concurrency: options.concurrency }),
    })
    .build({ clock })
const sleeping =
  (ms: (item: number) => number): Each =>
  async (item, context) => {
    await context.clock.sleep(ms(item), context.signal)
    return { item }
  }

test('the data of a map has one entry for each item, in the order of the items and not of their ends', async () => {
  const settled = mapping(sleeping((item) => 50 - 10 * item)).run()
  await clock.advance(40)
  const { data, report } = await settled
  expect(data.each).toEqual({ items: [{ item: 1 }, { item: 2 }, { item: 3 }, { item: 4 }] })
  expect(report.endedAt).toBe(40)
})

test('over gets the inputs and the snapshot, and each gets the context of the stage', async () => {
  const graph = new Pipeline('demo')
    .withStage('split', () => ({ words: ['a', 'b'] }))
    .withMap('each', {
      dependencies: ['split'],
      kind: StageKind.ENRICH,
      over: (inputs, snapshot) => [...inputs.from('split').words, snapshot.inputText ?? ''],
      each: (word, context) => ({ word: word.toUpperCase(), of: context.inputs.from('split').words.length }),
    })
    .build({ clock })
  expect((await graph.run({ inputText: 'c' })).data.each).toEqual({
    items: [
      { word: 'A', of: 2 },
      { word: 'B', of: 2 },
      { word: 'C', of: 2 },
    ],
  })
  expect(graph.info.stages[1]?.kind).toBe('enrich')
})

test('at most `concurrency` items run at once, the next starts as soon as one ends, and by default all run at once', async () => {
  let running = 0
  let most = 0
  const counting: Each = async (item, context) => {
    most = Math.max(most, ++running)
    await context.clock.sleep(item === 1 ? 30 : 10)
    running--
    return {}
  }
  const two = mapping(counting, { concurrency: 2, items: [1, 2, 3, 4] }).run()
  await clock.advance(30)
  expect((await two).report.endedAt).toBe(30)
  expect(most).toBe(2)
  most = 0
  const all = mapping(counting, { items: [2, 2, 2, 2, 2] }).run()
  await clock.advance(10)
  await all
  expect(most).toBe(5)
})

test('the entry of an item that skips is undefined', async () => {
  const { data } = await mapping((item) => (item % 2 === 0 ? StageOutput.skip('even') : { item })).run()
  expect(data.each).toEqual({ items: [{ item: 1 }, undefined, { item: 3 }, undefined] })
})

test('an item may return anything that a stage may return', async () => {
  const { data } = await mapping((item) =>
    item === 1 ? undefined : item === 2 ? StageOutput.ok({ item }) : Promise.resolve({ item }),
  ).run()
  expect(data.each).toEqual({ items: [{}, { item: 2 }, { item: 3 }, { item: 4 }] })
})

test.each([
  [
    'throws',
    () => {
      throw new Error('bad item')
    },
    'bad item',
  ],
  ['fails', () => StageOutput.fail('bad item'), 'bad item'],
  ['returns a number', () => 5, 'Stage "each#1" returned 5'],
  ['asks to be run again', () => StageOutput.retry('bad item'), 'returned retry, but no interceptor retried it'],
])(
  'an item that %s fails the map: the others abort with core/map-ended, and no more start',
  async (_, bad, message) => {
    const reasons: unknown[] = []
    const started: number[] = []
    const settled = mapping(
      async (item, context) => {
        started.push(item)
        if (item === 2) return bad()
        context.signal.addEventListener('abort', () => reasons.push((context.signal.reason as { code: string }).code))
        await context.clock.sleep(1_000, context.signal)
        return {}
      },
      { concurrency: 3, items: [1, 2, 3, 4, 5] },
    ).runSettled()
    await clock.settle()
    expect(await settled).toMatchObject({
      status: 'failed',
      errors: [{ stage: 'each', message: expect.stringContaining(message) }],
    })
    expect(started).toEqual([1, 2, 3])
    expect(reasons).toEqual(['core/map-ended', 'core/map-ended'])
  },
)

test('an item that cancels ends the map and the run', async () => {
  const result = await mapping((item) => (item === 2 ? StageOutput.cancel('enough') : { item })).runSettled()
  expect(result).toMatchObject({ status: 'cancelled', reason: 'enough' })
})

test('a map that failed ends while an item ignores its signal, and the run waits the grace time for that code', async () => {
  const settled = mapping(async (item) => {
    if (item === 1) throw new Error('bad item')
    return new Promise<object>(() => {})
  }).runSettled({}, { graceMs: 100 })
  await clock.advance(200)
  const outcome = await Promise.race([settled, clock.settle().then(() => clock.settle())])
  expect(outcome).toMatchObject({ status: 'failed', errors: [{ stage: 'each', message: 'bad item' }] })
})

test('a stop aborts every item', async () => {
  const run = mapping(sleeping(() => 1_000)).start()
  await clock.settle()
  run.cancel('enough')
  expect(await run.settled).toMatchObject({
    status: 'cancelled',
    reason: 'enough',
    report: { stages: { each: { status: 'cancel', reason: 'enough' } } },
  })
})

test('a lazy source is pulled only as items start, and is closed when the map ends early', async () => {
  const log: string[] = []
  function* source() {
    try {
      for (let item = 1; ; item++) {
        log.push(`pull ${item}`)
        yield item
      }
    } finally {
      log.push('closed')
    }
  }
  const settled = mapping(
    async (item, context) => {
      await context.clock.sleep(10)
      if (item === 3) throw new Error('bad item')
      return {}
    },
    { items: { [Symbol.iterator]: source }, concurrency: 1 },
  ).runSettled()
  await clock.advance(30)
  expect((await settled).status).toBe('failed')
  expect(log).toEqual(['pull 1', 'pull 2', 'pull 3', 'closed'])
})

test('the items of an async iterable start as they arrive', async () => {
  const graph = mapping(
    sleeping(() => 25),
    {
      items: (async function* () {
        for (const item of [1, 2, 3]) {
          await clock.sleep(10)
          yield item
        }
      })(),
    },
  )
  const settled = graph.run()
  await clock.advance(55)
  const { data, report } = await settled
  expect(data.each).toEqual({ items: [{ item: 1 }, { item: 2 }, { item: 3 }] })
  expect(report.endedAt).toBe(55)
})

test('a map whose item fails does not wait for the next item of a slow source', async () => {
  const settled = mapping(
    () => {
      throw new Error('bad item')
    },
    {
      items: (async function* () {
        yield 1
        await clock.sleep(1_000)
        yield 2
      })(),
    },
  ).runSettled()
  await clock.settle()
  expect(await settled).toMatchObject({ status: 'failed', errors: [{ message: 'bad item' }], report: { endedAt: 0 } })
  await clock.advance(1_000)
})

test('a source that throws fails the map after the running items have ended', async () => {
  const log: number[] = []
  const settled = mapping(
    async (item, context) => {
      await context.clock.sleep(10)
      log.push(item)
      return {}
    },
    {
      items: (function* () {
        yield 1
        throw new Error('source broke')
      })(),
    },
  ).runSettled()
  await clock.advance(10)
  expect(await settled).toMatchObject({ status: 'failed', errors: [{ message: 'source broke' }] })
  expect(log).toEqual([1])
})

test('a map without items has an empty list', async () => {
  expect((await mapping(() => ({}), { items: [] }).run()).data.each).toEqual({ items: [] })
})

test.each([[undefined], [5], [{}], [null]])('over %o cannot be iterated (core/map-items)', async (items) => {
  const graph = new Pipeline('demo').withMap('each', { over: () => items as never, each: () => ({}) }).build({ clock })
  expect(await graph.runSettled()).toMatchObject({
    status: 'failed',
    errors: [
      { code: 'core/map-items', stage: 'each', message: expect.stringContaining('over() of stage "each" must return') },
    ],
  })
})

test('wrong options are problems of the build (core/illegal-option)', () => {
  const problemsOf = (options: object): readonly string[] => {
    try {
      new Pipeline('demo')
        .withMap('each', options as MapOptions<{}, {}, [], number, object, never, never, 'all'>)
        .build()
      return []
    } catch (error) {
      return (error as { problems: readonly { code: string; message: string }[] }).problems.map(
        ({ code, message }) => `${code}: ${message}`,
      )
    }
  }
  expect(problemsOf({})).toEqual([
    expect.stringMatching(/^core\/illegal-option: .*"each".*over.*\(inputs, snapshot\) => items/),
    expect.stringMatching(/^core\/illegal-option: .*"each".*each.*\(item, context\) => data/),
  ])
  for (const concurrency of [0, -1, 1.5, '2'])
    expect(problemsOf({ over: () => [], each: () => ({}), concurrency })).toEqual([
      expect.stringContaining('a whole number from 1'),
    ])
})

test('a map may have a condition, a tolerated failure, and retries', async () => {
  let calls = 0
  const graph = new Pipeline('demo')
    .withMap('unwanted', { over: () => [1], each: () => ({}), when: () => false })
    .withMap('tolerated', {
      over: () => [1],
      each: () => {
        throw new Error('x')
      },
      onFailure: 'skip',
    })
    .withMap('retried', { over: () => [1, 2], each: () => (++calls < 3 ? StageOutput.fail('not yet') : { calls }) })
    .build({
      clock,
      interceptors: [retryOnce],
    })
  const { data, report } = await graph.run()
  expect(data).toEqual({ retried: { items: [{ calls: 3 }, { calls: 4 }] } })
  expect(report.stages).toMatchObject({ unwanted: { status: 'skip' }, tolerated: { status: 'fail', tolerated: true } })
})

test('an error that a slow source throws when it is closed, after its map has failed, changes nothing', async () => {
  const settled = mapping(
    () => {
      throw new Error('bad item')
    },
    {
      items: (async function* () {
        try {
          yield 1
          await clock.sleep(1_000)
          yield 2
        } finally {
          await Promise.reject(new Error('cannot close'))
        }
      })(),
    },
  ).runSettled()
  await clock.settle()
  expect(await settled).toMatchObject({ status: 'failed', errors: [{ message: 'bad item' }] })
  await clock.advance(1_000)
})

test('a map in a run that was stopped before the map started runs no items', async () => {
  let asked = 0
  const graph = new Pipeline('demo').withMap('each', { over: () => [1, 2], each: () => ({ n: ++asked }) }).build({
    clock,
    interceptors: [
      {
        name: 'slow',
        wrap: (next) => async (context) => {
          await context.clock.sleep(10)
          return next(context)
        },
      },
    ],
  })
  const run = graph.start()
  run.cancel('enough')
  await clock.advance(10)
  expect((await run.settled).status).toBe('cancelled')
  expect(asked).toBe(0)
})

test('a source whose closing never ends does not keep a failed map from ending', async () => {
  const settled = mapping(
    () => {
      throw new Error('bad item')
    },
    {
      items: (function () {
        const source = [1, 2, 3].values()
        return {
          [Symbol.asyncIterator]: () => ({ next: async () => source.next(), return: () => new Promise(() => {}) }),
        }
      })(),
    },
  ).runSettled({}, { graceMs: 100 })
  await clock.advance(200)
  const outcome = await Promise.race([settled, clock.settle().then(() => clock.settle())])
  expect(outcome).toMatchObject({ status: 'failed', errors: [{ message: 'bad item' }] })
})

test('a map that an interceptor calls again waits for items that still run, and takes those that are done', async () => {
  const log: string[] = []
  let calls = 0
  const graph = new Pipeline('demo')
    .withMap('each', {
      over: () => ['quick', 'slow'],
      each: async (item, context) => {
        const call = ++calls
        await context.clock.sleep(item === 'quick' ? 10 : 100)
        log.push(`${item} ${call} ended at ${clock.now()}`)
        if (call === 1) throw new Error('not yet')
        return {}
      },
    })
    .build({
      clock,
      interceptors: [
        { ...retryOnce, aroundMaps: true, wrap: (next, stage) => (stage.map ? retryOnce.wrap!(next, stage) : next) },
      ],
    })
  const settled = graph.run()
  await clock.advance(200)
  expect((await settled).status).toBe('completed')
  expect(log).toEqual(['quick 1 ended at 10', 'slow 2 ended at 100', 'quick 3 ended at 110'])
})

test("a source that ended by itself isn't closed, and one that the map left early is closed once", async () => {
  const closed: string[] = []
  const source = (name: string) => ({
    [Symbol.iterator]: () => {
      const items = [1, 2].values()
      return {
        next: () => items.next(),
        return: () => {
          closed.push(name)
          return { done: true as const, value: undefined }
        },
      }
    },
  })
  await mapping((item) => ({ item }), { items: source('whole') }).run()
  await mapping(() => StageOutput.fail('bad item'), { items: source('left'), concurrency: 1 }).runSettled()
  expect(closed).toEqual(['left'])
})

test('a map whose item fails while its source computes the next item ends at once, and the run waits for the source', async () => {
  const log: string[] = []
  const settled = mapping(
    async (_, context) => {
      await context.clock.sleep(10)
      throw new Error('bad item')
    },
    {
      items: (async function* () {
        yield 1
        await clock.sleep(1_000)
        log.push(`asked until ${clock.now()}`)
        yield 2
      })(),
    },
  ).runSettled()
  await clock.advance(1_000)
  expect(await settled).toMatchObject({
    status: 'failed',
    errors: [{ message: 'bad item' }],
    report: { endedAt: 1_000, stages: { each: { status: 'fail', endedAt: 10 } } },
  })
  expect(log).toEqual(['asked until 1000'])
})

test('a stop ends a map at once, also if `concurrency` items ignore their signal', async () => {
  const run = mapping(() => new Promise<object>(() => {}), { concurrency: 2 }).start({}, { graceMs: 100 })
  await clock.settle()
  run.cancel('enough')
  await clock.advance(100)
  const { report } = await run.settled
  expect(report.stages['each']).toMatchObject({ status: 'cancel', reason: 'enough', endedAt: 0, abandoned: true })
})

test("a thousand items that read their signal add one listener to the caller's, and it is removed at the end", async () => {
  const caller = new AbortController()
  let added = 0
  let left = 0
  const { addEventListener, removeEventListener } = caller.signal
  caller.signal.addEventListener = (...given: Parameters<typeof addEventListener>) => {
    added++
    left++
    addEventListener.apply(caller.signal, given)
  }
  caller.signal.removeEventListener = (...given: Parameters<typeof removeEventListener>) => {
    left--
    removeEventListener.apply(caller.signal, given)
  }
  const settled = mapping(
    async (item, context) => {
      await context.clock.sleep(10, context.signal)
      return { item }
    },
    { items: Array.from({ length: 1_000 }, (_, item) => item), concurrency: 1_000 },
  ).run({}, { signal: caller.signal })
  await clock.advance(10)
  expect((await settled).data.each?.items).toHaveLength(1_000)
  expect([added, left]).toEqual([1, 0])
})

test('an item that yields streams: its chunks have its index, its key and its attempt', async () => {
  const run = mapping(
    async function* (item) {
      yield `${item} a`
      yield `${item} b`
      return { item }
    },
    { items: [7, 8], concurrency: 1 },
  ).start()
  const chunks: unknown[] = []
  for await (const event of run) if (isStageEvent(event, 'chunk')) chunks.push(event.data)
  expect(chunks).toEqual([
    { chunk: '7 a', attempt: 1, index: 0, key: '0' },
    { chunk: '7 b', attempt: 1, index: 0, key: '0' },
    { chunk: '8 a', attempt: 1, index: 1, key: '1' },
    { chunk: '8 b', attempt: 1, index: 1, key: '1' },
  ])
  expect((await run.result).data).toEqual({ each: { items: [{ item: 7 }, { item: 8 }] } })
})

test('a map takes no more items after its stage has ended', async () => {
  const items: number[] = []
  const early: Interceptor = {
    name: 'early',
    aroundMaps: true,
    wrap: (next) => (context) => {
      void next(context)
      return StageOutput.ok({ early: true })
    },
  }
  const graph = new Pipeline()
    .withMap('m', {
      over: async function* () {
        for (let k = 1; k <= 3; k++) {
          await clock.sleep(100)
          yield k
        }
      },
      each: (item) => {
        items.push(item)
        return {}
      },
    })
    .build({ clock, interceptors: [early] })
  const settled = graph.run({}, { graceMs: 10 })
  await clock.advance(1_000)
  await settled
  expect(items).toEqual([])
})

test('a map whose source throws aborts its items', async () => {
  let reason: unknown
  const graph = new Pipeline()
    .withMap('m', {
      over: async function* () {
        yield 1
        throw new Error('source')
      },
      each: async (_item, context) => {
        await new Promise((resolve) => context.signal.addEventListener('abort', resolve))
        reason = context.signal.reason
        return {}
      },
      onFailure: 'skip',
    })
    .build({ clock })
  await graph.run()
  expect(reason).toMatchObject({ code: 'core/map-ended' })
})

test('a map that ends while the source is inside next() ends at once, and closes the source', async () => {
  const closed: number[] = []
  const caller = new AbortController()
  const items = {
    [Symbol.asyncIterator]() {
      let asked = 0
      return {
        next: () => {
          asked++
          if (asked === 1) return Promise.resolve({ done: false, value: 1 })
          caller.abort(new Error('enough'))
          return new Promise<never>(() => {})
        },
        return: async () => {
          closed.push(clock.now())
          return { done: true as const, value: undefined }
        },
      }
    },
  }
  const each: Each = (_item, { signal }) =>
    new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)))
  const settled = mapping(each, { items }).runSettled({}, { signal: caller.signal, graceMs: 1_000 })
  await clock.settle()
  expect(closed).toEqual([0])
  expect(await settled).toMatchObject({ status: 'cancelled', reason: 'enough', report: { endedAt: 0 } })
})
