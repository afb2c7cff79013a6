import { Pipeline, StageKind, StageOutput } from '@stageflow/core'
import type { PipelineReport, StageContext } from '@stageflow/core'
import { manualClock, recordingSink } from '@stageflow/testing'
import { afterEach, describe, expect, test } from 'vitest'

import { scriptedStore } from '../test/scripted-store.ts'
import { idempotency } from './idempotency.ts'
import { memoryStore } from './memory-store.ts'
import type { IdempotencyStore } from './store.ts'

const clock = manualClock()
afterEach(() => expect(clock.timers).toEqual([]))

const input = { extensions: { idempotencyKey: 'k' } }

/** One process: its own interceptor on a store that others may share, and a graph with one WORK stage. */
function processOn(store: IdempotencyStore, body: (context: StageContext) => unknown) {
  const eventSink = recordingSink()
  const graph = new Pipeline('shop')
    .withStage('charge', body as (context: StageContext) => Promise<{ n: number }>, StageKind.WORK)
    .build({ interceptors: [idempotency({ store })], clock, eventSink })
  return { run: (options = {}, more = {}) => graph.runSettled({ ...input, ...more }, options), eventSink }
}

const resultOf = (run: { report: PipelineReport }): string =>
  run.report.stages['charge']?.notes.idempotency?.result ?? 'none'

const stores = { 'at once': () => memoryStore({ clock }), 'later, as a server does': () => scriptedStore(clock) }
describe.each(Object.entries(stores))('a store that answers %s', (_, createStore) => {
  test('case 12.3: fifty duplicates at once give the first full output, from one execution', async () => {
    let executions = 0
    const { run, eventSink } = processOn(createStore(), async () => {
      executions++
      await clock.sleep(10)
      return StageOutput.ok({ n: executions, at: new Date(3) }, { version: 'v1' })
    })
    const runs = Array.from({ length: 50 }, () => run())
    await clock.advance(10)
    const results = await Promise.all(runs)
    expect(executions).toBe(1)
    for (const { outputs } of results)
      expect(outputs.charge).toMatchObject({ status: 'ok', version: 'v1', data: { n: 1, at: new Date(3) } })
    expect(results.map(resultOf).toSorted()).toEqual(['executed', ...Array.from({ length: 49 }, () => 'shared')])
    expect(eventSink.of('idempotency.hit')).toHaveLength(49)
    expect(eventSink.of('idempotency.hit')[0]).toMatchObject({ data: { key: 'k', result: 'shared' } })
  })

  test('a waiter whose owner did not end ok takes over, one at a time', async () => {
    let running = 0
    let executions = 0
    const { run } = processOn(createStore(), async () => {
      expect(++running).toBe(1)
      const n = ++executions
      await clock.sleep(10)
      running--
      return [StageOutput.fail('broken'), StageOutput.skip('not now'), StageOutput.retry('again')][n - 1] ?? { n }
    })
    const runs = Array.from({ length: 10 }, () => run())
    await clock.advance(40)
    const results = await Promise.all(runs)
    expect(results.map(({ report }) => report.stages['charge']?.status)).toEqual([
      'fail',
      'skip',
      'fail',
      ...Array.from({ length: 7 }, () => 'ok'),
    ])
    expect(executions).toBe(4)
  })

  test("a caller's abort frees the key for who waits", async () => {
    let executions = 0
    const { run } = processOn(createStore(), async ({ signal }) => {
      const n = ++executions
      await clock.sleep(10, signal)
      return { n }
    })
    const caller = new AbortController()
    const first = run({ signal: caller.signal })
    const second = run()
    await clock.advance(5)
    caller.abort(new Error('gone'))
    await clock.advance(10)
    expect(await first).toMatchObject({ status: 'cancelled' })
    expect(await second).toMatchObject({ status: 'completed', data: { charge: { n: 2 } } })
  })

  test('a waiter can be aborted, and its owner goes on', async () => {
    const { run } = processOn(createStore(), async () => {
      await clock.sleep(10)
      return { n: 1 }
    })
    const caller = new AbortController()
    const first = run()
    const second = run({ signal: caller.signal })
    const third = run({ timeoutMs: 3 })
    await clock.advance(2)
    caller.abort(new Error('gone'))
    expect(await second).toMatchObject({ status: 'cancelled' })
    await clock.advance(1)
    expect(await third).toMatchObject({ status: 'failed', errors: [{ code: 'core/run-timeout' }] })
    await clock.advance(7)
    expect(await first).toMatchObject({ status: 'completed' })
    expect(resultOf(await run())).toBe('hit')
  })

  test('other parameters are refused while the work is going on', async () => {
    const { run } = processOn(createStore(), async () => {
      await clock.sleep(10)
      return { n: 1 }
    })
    const first = run()
    await clock.settle()
    expect(await run({}, { inputText: 'other' })).toMatchObject({
      errors: [{ code: 'idempotency/parameter-mismatch' }],
    })
    await clock.advance(10)
    expect((await first).status).toBe('completed')
  })

  test('of two that differ the one that the store knows gets its output, whoever came first', async () => {
    const store = createStore()
    await processOn(store, () => ({ n: 1 })).run()
    const { run } = processOn(store, () => ({ n: 2 }))
    const other = () => run({}, { inputText: 'other' })
    const [wrong, right, rightAgain, wrongAgain] = [
      ...(await Promise.all([other(), run()])),
      ...(await Promise.all([run(), other()])),
    ]
    for (const result of [wrong, wrongAgain])
      expect(result).toMatchObject({ errors: [{ code: 'idempotency/parameter-mismatch' }] })
    for (const result of [right, rightAgain]) expect(result).toMatchObject({ data: { charge: { n: 1 } } })
  })

  test('another process waits for the owner, and gets its output', async () => {
    const store = createStore()
    let executions = 0
    const body = async () => {
      const n = ++executions
      await clock.sleep(100)
      return { n }
    }
    const [one, other] = [processOn(store, body), processOn(store, body)]
    const runs = [one.run(), other.run(), other.run()]
    await clock.advance(200)
    const results = await Promise.all(runs)
    expect(results.map(({ outputs }) => (outputs.charge as { data: unknown }).data)).toEqual([
      { n: 1 },
      { n: 1 },
      { n: 1 },
    ])
    expect(results.map(resultOf)).toEqual(['executed', 'hit', 'hit'])
  })

  test('another process takes over from an owner that failed, and can be aborted while it waits', async () => {
    const store = createStore()
    const failing = processOn(store, async () => {
      await clock.sleep(100)
      throw new Error('broken')
    })
    const other = processOn(store, () => ({ n: 2 }))
    const caller = new AbortController()
    const first = failing.run()
    const second = other.run()
    const third = other.run({ signal: caller.signal })
    const fourth = processOn(store, () => ({ n: 4 })).run({ signal: caller.signal })
    await clock.advance(30)
    caller.abort(new Error('gone'))
    expect(await third).toMatchObject({ status: 'cancelled' })
    expect(await fourth).toMatchObject({ status: 'cancelled' })
    await clock.advance(1_000)
    expect(await first).toMatchObject({ status: 'failed' })
    expect(await second).toMatchObject({ data: { charge: { n: 2 } } })
  })

  test('nothing is held when all have ended, whatever the ending', async () => {
    const store = createStore()
    let n = 0
    const { run } = processOn(store, async ({ signal }) => {
      await clock.sleep(10, signal)
      if (++n % 2 === 0) throw new Error('broken')
      return StageOutput.skip('odd')
    })
    const caller = new AbortController()
    const runs = Array.from({ length: 20 }, (_, index) =>
      run({ signal: index % 3 === 0 ? caller.signal : undefined }, { extensions: { idempotencyKey: `k${index % 4}` } }),
    )
    await clock.advance(15)
    caller.abort(new Error('gone'))
    await clock.advance(300)
    await Promise.all(runs)
    expect((store as { size: number }).size).toBe(0)
  })
})

test('a thousand runs at once with a hundred keys: a hundred executions, and nothing left but outputs', async () => {
  const store = scriptedStore(clock)
  let executions = 0
  const { run } = processOn(store, async ({ snapshot }) => {
    executions++
    await clock.sleep(10)
    return { key: snapshot.extensions.idempotencyKey }
  })
  const keys = Array.from({ length: 1_000 }, (_, index) => `k${index % 100}`)
  const runs = keys.map((idempotencyKey) => run({}, { extensions: { idempotencyKey } }))
  await clock.advance(10)
  const results = await Promise.all(runs)
  expect(results.map(({ outputs }) => (outputs.charge as { data: unknown }).data)).toEqual(keys.map((key) => ({ key })))
  expect(executions).toBe(100)
  expect(store.size).toBe(100)
})

test('one interceptor in two graphs is one place: they share what goes on', async () => {
  const interceptors = [idempotency()]
  let executions = 0
  const build = () =>
    new Pipeline('shop')
      .withStage(
        'charge',
        async () => {
          await clock.sleep(5)
          return { n: ++executions }
        },
        StageKind.WORK,
      )
      .build({ interceptors, clock })
  const runs = [build().runSettled(input), build().runSettled(input)]
  await clock.advance(5)
  expect((await Promise.all(runs)).map(resultOf)).toEqual(['executed', 'shared'])
})

test('the store is asked for a key that another process has at growing intervals, at most a second', async () => {
  const store = scriptedStore(clock)
  const one = processOn(store, async () => {
    await clock.sleep(6_000)
    return { n: 1 }
  })
  const other = processOn(store, () => ({ n: 2 }))
  const runs = [one.run(), other.run()]
  await clock.settle()
  const asked: number[] = []
  for (let ms = 0; ms < 6_000; ms += 10) {
    const before = store.log.length
    await clock.advance(10)
    if (store.log.length > before && ms < 5_990) asked.push(ms + 10)
  }
  expect(asked).toEqual([20, 60, 140, 300, 620, 1_260, 2_260, 3_260, 4_260, 5_260])
  await clock.advance(1_000)
  await Promise.all(runs)
})

test('a caller that leaves while the store is silent leaves no claim behind', async () => {
  const store = scriptedStore(clock)
  store.silent.add('claim')
  const caller = new AbortController()
  let executions = 0
  const { run } = processOn(store, () => ({ n: ++executions }))
  const first = run({ signal: caller.signal })
  await clock.settle()
  caller.abort(new Error('gone'))
  expect(await first).toMatchObject({ status: 'cancelled' })
  expect(clock.timers).toEqual([])
  store.answer()
  await clock.settle()
  expect(store.log).toEqual(['claim', 'release'])
  expect(store.size).toBe(0)
  expect(executions).toBe(0)
})
