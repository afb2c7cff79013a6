import { Pipeline, type RunInput, StageKind } from '@stageflow/core'
import { memoryStore, type MemoryStoreOptions } from '@stageflow/keyed-work'
import { manualClock, recordingSink } from '@stageflow/testing'
import { afterEach, expect, test } from 'vitest'

import { idempotency, type IdempotencyOptions } from './idempotency.ts'

const clock = manualClock()
afterEach(() => expect(clock.timers).toEqual([]))

/** An app with a small store. By default, each result takes more than 4 kB. */
function app(bounds: MemoryStoreOptions = {}, options: IdempotencyOptions = {}, resultLength: number = 2_000) {
  const store = memoryStore({ clock, maxBytes: 400_000, ...bounds })
  const eventSink = recordingSink()
  const executed: string[] = []
  const graph = new Pipeline('pay')
    .withStage(
      'charge',
      ({ snapshot }) => {
        executed.push(snapshot.extensions.idempotencyKey ?? '')
        return { receipt: 'x'.repeat(resultLength) }
      },
      StageKind.WORK,
    )
    .build({ clock, interceptors: [idempotency({ store, ...options })], eventSink })
  const run = (idempotencyKey: string, ids: RunInput = {}) =>
    graph.runSettled({ ...ids, extensions: { idempotencyKey } })
  /** Runs with new keys until one is refused. Returns how many ended well. */
  async function fill(prefix: string, ids: RunInput): Promise<number> {
    for (let keys = 0; ; keys++) if ((await run(`${prefix}-${keys}`, ids)).status === 'failed') return keys
  }
  return { run, fill, executed, eventSink, store }
}

const ADA = { userId: 'ada' }
const EVE = { userId: 'eve' }

test('a user who fills the store is refused, and the finished work of another user is not done again', async () => {
  const { run, fill, executed } = app()
  await run('order-7', ADA)
  expect(await fill('eve', EVE)).toBeGreaterThan(3)
  expect(await run('order-7', ADA)).toMatchObject({ status: 'completed' })
  expect(executed.filter((key) => key === 'order-7')).toHaveLength(1)
  // Others have room, and Eve's own keys keep their outputs.
  expect((await run('order-8', ADA)).status).toBe('completed')
  expect((await run('eve-0', EVE)).report.stages.charge?.notes.idempotency?.result).toBe('hit')
})

test('with all defaults, 10,000 keys of one user do not make the finished payment of another one repeatable', async () => {
  let executions = 0
  const graph = new Pipeline('pay')
    .withStage('charge', () => ({ charge: ++executions }), StageKind.WORK)
    .build({ clock, interceptors: [idempotency()] })
  const run = (idempotencyKey: string, userId: string) => graph.runSettled({ userId, extensions: { idempotencyKey } })
  await run('order-7', 'ada')
  let refused = 0
  for (let n = 0; n < 10_000; n++) if ((await run(`${n}`, 'eve')).status === 'failed') refused++
  expect(refused).toBeGreaterThan(3_000)
  expect(await run('order-7', 'ada')).toMatchObject({ status: 'completed', data: { charge: { charge: 1 } } })
})

test('the refused stage fails before it runs, with an event, and the store counts it', async () => {
  const { run, fill, executed, eventSink, store } = app()
  const kept = await fill('eve', EVE)
  expect(executed).toHaveLength(kept)
  const refused = await run('one more', EVE)
  expect(refused).toMatchObject({ status: 'failed', errors: [{ code: 'idempotency/full' }] })
  expect(refused.outputs.charge).toMatchObject({ status: 'fail', retryable: true })
  expect(refused.report.stages.charge?.error?.message).toMatch(
    /idempotency key "one more": the store has no room for another key, so the stage did not run:.*ownerShare.*Keys that were given before keep their outputs/,
  )
  expect(eventSink.of('idempotency.full')).toMatchObject([
    { data: { key: `eve-${kept}`, message: expect.stringContaining('ownerShare') as string }, stage: 'charge' },
    { data: { key: 'one more' } },
  ])
  expect(store.stats().refused).toBe(2)
  expect(executed).toHaveLength(kept)
})

test('a key has room again when the time to live of others is over', async () => {
  const { run, fill } = app({}, { ttlMs: 60_000 })
  const kept = await fill('eve', EVE)
  await clock.advance(60_000)
  expect((await run('later', EVE)).status).toBe('completed')
  expect(await fill('again', EVE)).toBe(kept - 1)
})

test('each user of a tenant has a share of its own, and so has a tenant without users', async () => {
  const { fill, run } = app()
  const kept = await fill('eve', { ...EVE, orgId: 'acme' })
  expect(await fill('ada', { ...ADA, orgId: 'acme' })).toBe(kept)
  expect(await fill('acme', { orgId: 'acme' })).toBe(kept)
  expect(await fill('other', { ...EVE, orgId: 'other' })).toBe(kept)
  expect((await run('order-7', { userId: 'bob', orgId: 'acme' })).status).toBe('completed')
})

test('runs with neither a user nor a tenant may fill the whole store', async () => {
  const { fill, store } = app()
  const kept = await fill('job', {})
  expect(store.stats().bytes).toBeGreaterThan(390_000)
  expect(await app().fill('eve', EVE)).toBeLessThan(kept / 8)
})

test('the share can be set', async () => {
  const { fill, store } = app({ ownerShare: 1 })
  await fill('eve', EVE)
  expect(store.stats().bytes).toBeGreaterThan(390_000)
})

test("a full store isn't a failure of the store: the stage doesn't run with onStoreError: 'run' either", async () => {
  const { run, fill, executed } = app({}, { onStoreError: 'run' })
  const kept = await fill('eve', EVE)
  expect(await run('one more', EVE)).toMatchObject({ errors: [{ code: 'idempotency/full' }] })
  expect(executed).toHaveLength(kept)
})

test('a result for which no room is left fails its stage, whose work is done, and repeats do not do it again', async () => {
  const { run, executed } = app({ maxBytes: 60_000, ownerShare: 1 }, {}, 10_000)
  for (const key of ['a', 'b']) expect((await run(key)).status).toBe('completed')
  for (let time = 1; time <= 2; time++) {
    const result = await run('c')
    expect(result).toMatchObject({ status: 'failed', errors: [{ code: 'idempotency/too-large' }] })
    expect(result.report.stages.charge?.error?.message).toMatch(
      /the work was done.*no room for a result of 100\d\d char/,
    )
    expect(executed).toEqual(['a', 'b', 'c'])
  }
})
