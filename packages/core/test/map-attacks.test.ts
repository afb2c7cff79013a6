import { expect, test } from 'vitest'
import { recordingSink } from '../../testing/src/index.ts'
import { ArrayExecutor } from './array-executor.ts'
import { clock } from './fresh-clock.ts'
import { Pipeline, StageKind, StageOutput, mapStage } from '../src/index.ts'
import type { Interceptor, StageContext } from '../src/index.ts'
import { repeatUntil } from '../src/repeat.ts'
import { resumeRun, resumeSettled, runDurable } from '../src/durable.ts'
import type { SuspendedRun } from '../src/durable.ts'

// What hostile or unlucky programs do with maps.

/** A map of `keys` in which the items asks for an answer that `asks` says. `calls` gets the key of each item that runs. */
function askingMap(keys: readonly string[], asks: (key: string) => boolean, calls: string[] = []) {
  return new Pipeline('mail')
    .withMap('letters', {
      over: () => keys,
      key: (key) => key,
      each: (key, { resumed }: StageContext<{}>) => {
        calls.push(key)
        return resumed === undefined && asks(key) ? StageOutput.suspend(`send ${key}?`) : { key, to: resumed?.answer }
      },
    })
    .build({ clock })
}
const saved = (result: unknown): SuspendedRun => JSON.parse(JSON.stringify(result)) as SuspendedRun
/** An object with one property of any name. */
const only = (key: string, value: unknown): object =>
  JSON.parse(`{${JSON.stringify(key)}:${JSON.stringify(value)}}`) as object

const HOSTILE = ['__proto__', 'constructor', 'toString', 'over', '#', '~2', 'a@2', ' ', '%', '10', '01', 'a/b', '☃']

test.each(HOSTILE)('an item with the key "%s" asks, and goes on with its answer', async (key) => {
  const calls: string[] = []
  const first = await askingMap(['a', key, 'b'], (one) => one === key, calls).run()
  expect(first).toMatchObject({ status: 'suspended' })
  const second = await resumeRun(
    askingMap(['b', key, 'a'], () => true, calls),
    saved(first),
    {
      letters: only(key, 'Ada'),
    } as never,
  )
  expect(second.data.letters?.items).toEqual([{ key: 'b' }, { key, to: 'Ada' }, { key: 'a' }])
  expect(calls).toEqual(['a', key, 'b', key])
})

test.each(HOSTILE)('an item with the key "%s" that is new when its run is resumed runs', async (key) => {
  const first = await askingMap(['a', 'b'], (one) => one === 'a').run()
  const second = await resumeRun(
    askingMap([key, 'b', 'a'], () => false),
    saved(first),
    {
      letters: { a: 'Ada' },
    } as never,
  )
  expect(second.data.letters?.items).toEqual([{ key }, { key: 'b' }, { key: 'a', to: 'Ada' }])
})

test('a resumed map reads what is left of its items once, not once for each item', async () => {
  const keys = Array.from({ length: 100 }, (_, index) => `letter ${index}`)
  const graph = askingMap(keys, (key) => key === 'letter 7')
  const run = saved(await graph.run())
  const { state } = run.outputs['letters'] as { readonly state: { readonly items: unknown; readonly keys: unknown } }
  let reads = 0
  const items = state.items
  Object.defineProperty(state, 'items', { enumerable: true, get: () => (reads++, items) })
  await resumeRun(graph, run, { letters: { 'letter 7': 'Ada' } } as never)
  expect(reads).toBeGreaterThan(0)
  expect(reads).toBeLessThan(20)
})

test.each<[string, object]>([
  ['with', { key: (letter: string) => letter }],
  ['without', {}],
])('a resumed map whose source fails keeps what the earlier leg has done, %s keys', async (_, key) => {
  let lists = 0
  const graph = new Pipeline('mail')
    .withMap('letters', {
      over: () => {
        if (++lists === 2) throw new Error('no list')
        return ['a', 'asks', 'bad', 'asks too', 'b']
      },
      onItemFailure: 'skip',
      each: (letter, { resumed }) => {
        if (letter.startsWith('asks') && resumed === undefined) return StageOutput.suspend('send?')
        return letter === 'bad' ? StageOutput.fail('no address') : { letter }
      },
      ...key,
    })
    .build({ clock })
  const run = saved(await graph.run())
  const [first = ''] = Object.keys(run.requests['letters'] as object)
  const { outputs, report } = await resumeSettled(graph, run, { letters: { [first]: 'yes' } } as never)
  const data = { items: [{ letter: 'a' }, undefined, undefined, undefined, { letter: 'b' }] }
  expect(outputs['letters']).toMatchObject({ status: 'fail', error: { message: 'no list' }, data })
  const { records = [], ...counts } = report.stages['letters']?.items ?? {}
  expect(counts).toMatchObject({ total: 5, ok: 2, fail: 1, unfinished: 2 })
  expect(records.map((record) => record.error?.message)).toEqual([
    undefined,
    undefined,
    'no address',
    undefined,
    undefined,
  ])
})

test.each([
  ['undefined', undefined],
  ['a promise of undefined', Promise.resolve(undefined)],
  ['a number', 5],
])('a source whose next() gives %s instead of a step fails the map, and is asked once', async (_, step) => {
  let calls = 0
  const next = (): never => {
    if (++calls > 1) throw new Error('asked again')
    return step as never
  }
  const graph = new Pipeline('mail')
    .withMap('letters', { over: () => ({ [Symbol.asyncIterator]: () => ({ next }) }), each: () => ({}) })
    .build({ clock })
  const { status } = await graph.runSettled()
  expect({ status, calls }).toEqual({ status: 'failed', calls: 1 })
})

test('a source is closed if key() throws or returns an illegal key', async () => {
  const log: string[] = []
  const graph = new Pipeline('mail')
    .withMap('letters', {
      over: function* () {
        try {
          yield* ['a', 'a', 'b']
        } finally {
          log.push('closed')
        }
      },
      key: (key) => key,
      each: () => ({}),
    })
    .build({ clock })
  expect(await graph.runSettled()).toMatchObject({ status: 'failed', errors: [{ code: 'core/map-key' }] })
  expect(log).toEqual(['closed'])
})

test('no result of an item is a chunk after the map has ended', async () => {
  const sink = recordingSink()
  const graph = new Pipeline('mail')
    .withMap('letters', {
      over: () => ['bad', 'deaf'],
      stream: true,
      each: async (letter, { clock: time }) => {
        await time.sleep(letter === 'bad' ? 10 : 20)
        return letter === 'bad' ? StageOutput.fail('no address') : { letter }
      },
    })
    .build({ clock, eventSink: sink })
  const settled = graph.runSettled({}, { chunkEvents: true })
  await clock.advance(50)
  const { report } = await settled
  expect(sink.events.map(({ type }) => type).slice(-3)).toEqual([
    'stage.letters.item_failed',
    'stage.letters.failed',
    'pipeline.failed',
  ])
  expect(report.stages['letters']?.chunks).toBe(0)
})

/** Answers for a map once its items are done. */
const answering = (answer: (given: StageOutput) => StageOutput): Interceptor => ({
  name: 'answering',
  aroundMaps: true,
  wrap: (next, { map }) => (map ? async (context) => answer(await next(context)) : next),
})

test('what was done is kept if an interceptor answers for the map with a retry', async () => {
  const { outputs } = await new Pipeline('mail')
    .withMap('letters', { over: () => ['a'], each: (letter) => ({ letter }) })
    .build({ clock, interceptors: [answering(() => StageOutput.retry('again'))] })
    .runSettled()
  const data = { items: [{ letter: 'a' }] }
  expect(outputs['letters']).toMatchObject({ error: { code: 'core/retry-exhausted' }, data })
})

test.each([
  ['nothing is around the map', []],
  ['an interceptor is around the map', [answering((given) => given)]],
])('a map can be the guard of a repeated child pipeline if %s', async (_, interceptors) => {
  let runs = 0
  const checks = mapStage({
    name: 'checks',
    kind: StageKind.GUARD,
    over: () => ['a'],
    each: () => (++runs === 1 ? StageOutput.fail('unclear') : { clear: true }),
  })
  const { status } = await new Pipeline('mail')
    .withPipeline('write', Pipeline.from('child', [checks]).build({ clock, interceptors }), {
      repeat: repeatUntil('checks'),
    })
    .build({ clock })
    .runSettled()
  expect({ status, runs }).toEqual({ status: 'completed', runs: 2 })
})

test('an item that failed has a record, however many items before it have notes or a reason', async () => {
  const { report } = await new Pipeline('mail')
    .withMap('letters', {
      over: () => Array.from({ length: 2_500 }, (_, index) => index),
      onItemFailure: 'skip',
      each: (index, { note }) => {
        if (index % 2 === 0) return StageOutput.skip('no stamp')
        note('usage', { inputTokens: 1 })
        return index === 2_001 ? StageOutput.fail('no address') : {}
      },
    })
    .build({ clock })
    .run()
  const { records = [], fail } = report.stages.letters.items ?? {}
  expect(fail).toBe(1)
  expect(records).toHaveLength(1_000)
  expect(records.at(-1)).toMatchObject({ index: 2_001, status: 'fail' })
})

test('an item whose code was abandoned has a record, however many items before it were retried', async () => {
  const lastIndex = 1_009
  const end = Promise.withResolvers<object>()
  const early: Interceptor = {
    name: 'early',
    wrap: (next) => async (context) => {
      const first = next(context.fork().context)
      if (context.item?.index === lastIndex) return StageOutput.ok({})
      await first
      return next(context.fork().context)
    },
  }
  const run = new Pipeline('mail')
    .withMap('letters', {
      over: () => Array.from({ length: lastIndex + 1 }, (_value, index) => index),
      each: (index) => (index === lastIndex ? end.promise : {}),
    })
    .build({ clock, interceptors: [early] })
    .run({}, { graceMs: 5 })
  await clock.advance(100)
  const { records = [] } = (await run).report.stages.letters.items ?? {}
  expect(records).toHaveLength(1_000)
  expect(records.at(-1)).toMatchObject({ index: lastIndex, abandoned: true })
  end.resolve({})
})

/** Whether an item is one of the first 1,005. The others fail. */
const isEarly = ({ item }: Pick<StageContext, 'item'>): boolean => (item?.index ?? 0) < 1_005

test.each<[how: string, interceptor: Interceptor]>([
  [
    'an interceptor answered',
    { name: 'cache', onCall: () => (context) => (isEarly(context) ? StageOutput.ok({}) : undefined) },
  ],
  [
    'were retried',
    {
      name: 'retry',
      wrap: (next) => async (context) => {
        const first = await next(context)
        return isEarly(context) ? next(context.fork().context) : first
      },
    },
  ],
])('an item that failed has a record, however many items before it %s', async (_, interceptor) => {
  const { report } = await new Pipeline('mail')
    .withMap('letters', {
      over: () => Array.from({ length: 1_010 }, (_value, index) => index),
      onItemFailure: 'skip',
      each: (_item, context) => {
        const fails = isEarly(context) ? context.attempt === 1 : true
        return fails ? StageOutput.fail('no address') : {}
      },
    })
    .build({ clock, interceptors: [interceptor] })
    .run()
  const { records = [], ok, fail } = report.stages.letters.items ?? {}
  expect({ ok, fail }).toEqual({ ok: 1_005, fail: 5 })
  expect(records).toHaveLength(1_000)
  expect(records.map(({ index }) => index)).toEqual([
    ...Array.from({ length: 995 }, (_value, index) => index),
    ...[1_005, 1_006, 1_007, 1_008, 1_009],
  ])
})

test.each([
  ['over', { over: () => Promise.reject(new Error('no list')) }, 'core/map-items'],
  ['key', { over: () => ['a'], key: () => Promise.reject(new Error('no key')) }, 'core/map-key'],
])('a promise that %s returned by mistake, and that rejects, does not end the process', async (_, options, code) => {
  const unhandled: unknown[] = []
  const listener = (reason: unknown): void => void unhandled.push(reason)
  process.on('unhandledRejection', listener)
  const graph = new Pipeline('mail').withMap('letters', { ...options, each: () => ({}) } as never).build({ clock })
  expect(await graph.runSettled()).toMatchObject({ status: 'failed', errors: [{ code }] })
  await new Promise((resolve) => setImmediate(resolve))
  process.off('unhandledRejection', listener)
  expect(unhandled).toEqual([])
})

test('maxFailures counts the items that failed in an earlier leg of the run, and their records say why', async () => {
  const graph = (maxFailures: number) =>
    new Pipeline('mail')
      .withMap('letters', {
        over: () => ['bad', 'skipped', 'asks', 'fine'],
        onItemFailure: 'collect',
        maxFailures,
        each: (letter, { resumed }: StageContext<{}>) => {
          if (letter === 'asks' && resumed === undefined) return StageOutput.suspend('send?')
          if (letter === 'skipped') return StageOutput.skip('no stamp')
          return letter === 'fine' ? { letter } : StageOutput.fail(`no ${letter}`)
        },
      })
      .build({ clock })
  const first = saved(await graph(1).run())
  const answers = { letters: { 2: 'yes' } } as never
  const second = await resumeSettled(graph(1), first, answers)
  expect(second).toMatchObject({ status: 'failed', errors: [{ message: 'no asks' }] })
  const third = await resumeSettled(graph(2), first, answers)
  expect(third).toMatchObject({
    status: 'completed',
    data: { letters: { items: [{ error: { code: 'core/stage-failed', message: 'no bad' } }, {}, {}, {}] } },
  })
  expect(third.report.stages['letters']?.items).toMatchObject({
    ok: 1,
    skip: 1,
    fail: 2,
    records: [
      { status: 'fail', error: { message: 'no bad' } },
      { status: 'skip', reason: 'no stamp' },
      { status: 'fail', error: { message: 'no asks' } },
      { status: 'ok' },
    ],
  })
})

test('in a durable run an item whose failure the map keeps does not run again when answers come', async () => {
  const calls: string[] = []
  const graph = new Pipeline('mail')
    .withMap('letters', {
      over: () => ['bad', 'asks', 'asks too'],
      key: (key) => key,
      onItemFailure: 'collect',
      maxFailures: 1,
      each: (key, { resumed }: StageContext<{}>) => {
        calls.push(key)
        if (key === 'bad') return StageOutput.fail('no address')
        return resumed === undefined ? StageOutput.suspend('send?') : { key }
      },
    })
    .build({ clock })
  const first = new ArrayExecutor()
  await runDurable(graph, first)
  const second = new ArrayExecutor(first.facts)
  second.answer('letters#asks', 'yes')
  second.answer('letters#asks%20too', 'yes')
  expect(await runDurable(graph, second)).toMatchObject({
    status: 'completed',
    report: { stages: { letters: { items: { ok: 2, fail: 1, attempts: 3 } } } },
  })
  expect(calls).toEqual(['bad', 'asks', 'asks too', 'asks', 'asks too'])
})

/** Calls a map a second time if it failed. */
const again: Interceptor = {
  name: 'again',
  aroundMaps: true,
  wrap: (next, { map }) =>
    map
      ? async (context) => {
          const first = await next(context.fork().context)
          return first.status === 'fail' ? next(context.fork().context) : first
        }
      : next,
}

test.each([
  ['by their places', {}],
  ['by their keys', { key: (letter: string) => letter }],
])('what the first call of a map had done is kept if its source fails in a second call, %s', async (_, options) => {
  let rounds = 0
  const graph = new Pipeline('mail')
    .withMap('letters', {
      over: function* () {
        rounds++
        yield 'a'
        if (rounds === 2) throw new Error('source down')
        yield* ['b', 'c', 'd']
      },
      each: (letter, { note }) => {
        note('usage', { inputTokens: 1 })
        return letter === 'c' ? StageOutput.fail('busy') : { letter }
      },
      concurrency: 1,
      ...options,
    })
    .build({ clock, interceptors: [again] })
  const result = await graph.runSettled()
  expect(result).toMatchObject({ status: 'failed', errors: [{ message: 'source down' }] })
  expect(result.outputs).toMatchObject({ letters: { data: { items: [{ letter: 'a' }, { letter: 'b' }, undefined] } } })
  expect(result.report.stages['letters']?.items).toMatchObject({ total: 3, ok: 2, fail: 1, usage: { inputTokens: 3 } })
})

test('an item with an illegal key has not begun, so the map does not count it', async () => {
  const { report } = await new Pipeline('mail')
    .withMap('letters', { over: () => ['a', 'a'], key: (letter) => letter, each: () => ({}) })
    .build({ clock })
    .runSettled()
  expect(report.stages['letters']?.items).toMatchObject({ total: 1, ok: 1, unfinished: 0 })
})

test('an item whose code ignored its signal past the grace time does not run a second time beside it', async () => {
  const running = { now: 0, most: 0 }
  const graph = new Pipeline('mail')
    .withMap('letters', {
      over: () => ['deaf', 'bad'],
      each: async (letter, { clock: time }) => {
        if (letter === 'bad') return StageOutput.fail('busy')
        running.most = Math.max(running.most, ++running.now)
        await time.sleep(1_000)
        running.now--
        return {}
      },
    })
    .build({ clock, interceptors: [again] })
  const settled = graph.runSettled({}, { graceMs: 10 })
  await clock.advance(2_000)
  expect(await settled).toMatchObject({
    status: 'failed',
    errors: [{ code: 'core/still-running', message: expect.stringContaining('"letters#0"') }],
    report: { stages: { letters: { items: { fail: 2, records: [{ status: 'fail', abandoned: true }, {}] } } } },
  })
  expect(running).toEqual({ now: 0, most: 1 })
})

test.each(['map', 'pipeline', 'code'] as const)(
  'usage is counted once over all legs of a run whose child runs suspend: started by a %s',
  async (by) => {
    let spent = 0
    const spend = ({ note }: Pick<StageContext<{}>, 'note'>): void => {
      spent++
      note('usage', { inputTokens: 1 })
    }
    const child = new Pipeline('child')
      .withStage('reads', (context) => spend(context))
      .withStage(
        'asks',
        (context) => {
          spend(context)
          return context.resumed === undefined ? StageOutput.suspend('send?') : {}
        },
        { dependencies: ['reads'] },
      )
    const above = new Pipeline('mail').withStage('first', (context) => spend(context))
    const asks = (context: StageContext<{}>) => {
      spend(context)
      return context.resumed === undefined ? StageOutput.suspend('go on?') : {}
    }
    const graph = (
      by === 'pipeline'
        ? above.withPipeline('sends', child).withStage('asks', asks)
        : above
            .withMap('sends', {
              over: () => ['a', 'b'],
              key: (key: string) => key,
              each:
                by === 'map'
                  ? child
                  : async (_: string, { runChild }: StageContext<{}>) => (await runChild(child).orFail()) as object,
            } as never)
            .withStage('asks', asks)
    ).build({ clock })
    const one = by === 'pipeline' ? { asks: 'yes' } : { a: { asks: 'yes' } }
    const all: readonly object[] = [
      { sends: one },
      ...(by === 'pipeline' ? [] : [{ sends: { b: { asks: 'yes' } } }]),
      { asks: 'yes' },
    ]
    let result: unknown = await graph.run()
    const usages = []
    for (const answers of all) {
      result = await resumeRun(graph as never, saved(result), answers as never)
      usages.push([(result as { report: { usage: unknown } }).report.usage, { inputTokens: spent }])
    }
    expect(result).toMatchObject({ status: 'completed' })
    for (const [reported, wanted] of usages) expect(reported).toEqual(wanted)
  },
)

test('what a map had done is kept if its failure is tolerated', async () => {
  const graph = new Pipeline('mail')
    .withMap('letters', {
      over: () => ['a', 'bad'],
      each: (letter) => (letter === 'bad' ? StageOutput.fail('no address') : { letter }),
      onFailure: 'skip',
    })
    .build({ clock })
  const { outputs } = await graph.run()
  expect(outputs.letters).toMatchObject({ status: 'skip', data: { items: [{ letter: 'a' }, undefined] } })
})

test('an item that waits for an answer when its map is cancelled has not ended, so that it is not collected', async () => {
  const run = new Pipeline('mail')
    .withMap('letters', {
      over: () => ['asks', 'slow'],
      each: async (letter, { clock: time, signal }: StageContext<{}>) => {
        if (letter === 'asks') return StageOutput.suspend('send?')
        await time.sleep(1_000, signal)
        return { letter }
      },
      onItemFailure: 'collect',
    })
    .build({ clock })
    .start()
  await clock.advance(10)
  run.cancel('enough')
  const { outputs } = await run.settled
  expect(outputs.letters).toMatchObject({ status: 'cancel', data: { items: [undefined, undefined] } })
})
