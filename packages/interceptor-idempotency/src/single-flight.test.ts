import { Pipeline, StageKind, StageOutput } from '@stageflow/core'
import type { PipelineReport, StageContext } from '@stageflow/core'
import { type KeyedStore, type MemoryStore, memoryStore } from '@stageflow/keyed-work'
import { manualClock, recordingSink } from '@stageflow/testing'
import { afterEach, describe, expect, test } from 'vitest'

import { scriptedStore, sizeOf } from '../../keyed-work/test/scripted-store.ts'
import { idempotency, type IdempotencyOptions } from './idempotency.ts'

const clock = manualClock()
afterEach(() => expect(clock.timers).toEqual([]))

const input = { extensions: { idempotencyKey: 'k' } }

/** A process with its own interceptor on a store that processes can share, and a graph with one WORK stage. */
function processOn(store: KeyedStore, body: (context: StageContext) => unknown, options: IdempotencyOptions = {}) {
  const eventSink = recordingSink()
  const graph = new Pipeline('shop')
    .withStage('charge', body as (context: StageContext) => Promise<{ n: number }>, StageKind.WORK)
    .build({ interceptors: [idempotency({ store, ...options })], clock, eventSink })
  return { run: (options = {}, more = {}) => graph.runSettled({ ...input, ...more }, options), eventSink }
}

const resultOf = (run: { report: PipelineReport }): string =>
  run.report.stages['charge']?.notes.idempotency?.result ?? 'none'

const stores = { synchronously: () => memoryStore({ clock }), 'later, as a server does': () => scriptedStore(clock) }
describe.each(Object.entries(stores))('a store that answers %s', (_, createStore) => {
  test('case 3: fifty simultaneous duplicates get the full output of one execution', async () => {
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

  test('waiting callers take over one at a time if the owner does not end ok', async () => {
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

  test("an abort of the owner's run frees the key for waiting callers", async () => {
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

  test('a waiting caller can be aborted, and the owner goes on', async () => {
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
    expect(await third).toMatchObject({ status: 'failed', errors: [{ code: 'core/timed-out' }] })
    await clock.advance(7)
    expect(await first).toMatchObject({ status: 'completed' })
    expect(resultOf(await run())).toBe('hit')
  })

  test('other parameters are refused while the work runs', async () => {
    const { run } = processOn(createStore(), async () => {
      await clock.sleep(10)
      return { n: 1 }
    })
    const first = run()
    await clock.settle()
    expect(await run({}, { inputText: 'other' })).toMatchObject({
      errors: [{ code: 'idempotency/other-input' }],
    })
    await clock.advance(10)
    expect((await first).status).toBe('completed')
  })

  test('of two callers with different parameters, the one with those in the store gets the output, in any order', async () => {
    const store = createStore()
    await processOn(store, () => ({ n: 1 })).run()
    const { run } = processOn(store, () => ({ n: 2 }))
    const other = () => run({}, { inputText: 'other' })
    const [wrong, right, rightAgain, wrongAgain] = [
      ...(await Promise.all([other(), run()])),
      ...(await Promise.all([run(), other()])),
    ]
    for (const result of [wrong, wrongAgain])
      expect(result).toMatchObject({ errors: [{ code: 'idempotency/other-input' }] })
    for (const result of [right, rightAgain]) expect(result).toMatchObject({ data: { charge: { n: 1 } } })
  })

  test('a caller in another process waits for the owner, and gets its output', async () => {
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

  test('a caller in another process takes over from an owner that failed, and can be aborted while it waits', async () => {
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

  test('the store is empty once all runs have ended without an output', async () => {
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
    expect(sizeOf(store as MemoryStore)).toBe(0)
  })
})

test('a thousand simultaneous runs with a hundred keys make a hundred executions, and leave only outputs', async () => {
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
  expect(sizeOf(store)).toBe(100)
})

test('two graphs with one interceptor share running executions', async () => {
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

test('a waiting process asks the store at growing intervals of at most a second', async () => {
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

test('a caller that is aborted while the store is silent leaves no claim behind', async () => {
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
  expect(sizeOf(store)).toBe(0)
  expect(executions).toBe(0)
})

const inProgress = {
  status: 'failed',
  errors: [{ code: 'idempotency/in-progress', message: expect.stringContaining('still runs after') as string }],
}

test('a caller waits 30 seconds for the execution of another caller by default, in its process and in others', async () => {
  const store = scriptedStore(clock)
  const body = () => clock.sleep(40_000).then(() => ({ n: 1 }))
  const owner = processOn(store, body)
  const first = owner.run()
  await clock.advance(1_000)
  const waiting = [owner.run(), processOn(store, body).run()]
  const ended: number[] = []
  for (const each of waiting) void each.then(({ report }) => ended.push(report.endedAt - report.startedAt))
  await clock.advance(29_999)
  expect(ended).toEqual([])
  await clock.advance(1)
  for (const each of waiting) {
    const result = await each
    expect(result).toMatchObject(inProgress)
    expect(result.outputs.charge).toMatchObject({ status: 'fail', retryable: true })
    expect(result.report.stages['charge']).toMatchObject({ attempts: [], notes: {} })
  }
  expect(ended).toEqual([30_000, 30_000])
  await clock.advance(10_000)
  expect(await first).toMatchObject({ status: 'completed' })
})

test('the time to wait is an option, and counts all executions that a caller waits for together', async () => {
  const store = scriptedStore(clock)
  const { run } = processOn(store, () => clock.sleep(60).then(() => StageOutput.fail('broken')), { waitMs: 100 })
  const runs = [run(), run(), run()]
  await clock.advance(200)
  const [first, second, third] = await Promise.all(runs)
  for (const executed of [first, second]) expect(executed).toMatchObject({ errors: [{ message: 'broken' }] })
  expect(third).toMatchObject(inProgress)
  expect(third?.report.endedAt).toBe((third?.report.startedAt ?? 0) + 100)
})

test('a caller whose time to wait ends together with the lease of a dead owner takes the work over', async () => {
  const store = memoryStore({ clock })
  let claims = 0
  const withoutRenewal: KeyedStore = {
    ...store,
    claim(key, claim) {
      if (++claims > 1) throw new Error('the process is dead')
      return store.claim(key, claim)
    },
  }
  const caller = new AbortController()
  const owner = processOn(withoutRenewal, ({ signal }) => clock.sleep(100_000, signal)).run({ signal: caller.signal })
  const heir = processOn(store, () => ({ n: 2 })).run()
  await clock.advance(30_000)
  expect(await heir).toMatchObject({ status: 'completed', data: { charge: { n: 2 } } })
  caller.abort(new Error('the end of the test'))
  await owner
})
