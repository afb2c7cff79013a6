import { StageflowError } from '@stageflow/core'
import { memoryStore, type KeyedStore } from '@stageflow/keyed-work'
import { manualClock } from '@stageflow/testing'
import { toolFailure, type AnyTool } from '@stageflow/tools'
import { expect, test } from 'vitest'

import { scriptedStore } from '../../../keyed-work/test/scripted-store.ts'
import { bench, deferred, tool, untilAborted, type Bench } from '../../test/tool-bench.ts'

const idempotencyKey = (): string => 'order-7'

/** Two executors, as two processes have them, on one store and one clock. */
function twoOn(
  makeStore: (clock: ReturnType<typeof manualClock>) => KeyedStore,
  tools: readonly AnyTool[],
): { one: Bench; two: Bench; clock: Bench['clock']; store: KeyedStore } {
  const clock = manualClock()
  const store = makeStore(clock)
  const [one, two] = [bench(tools, { clock, resultStore: store }), bench(tools, { clock, resultStore: store })]
  return { one, two, clock, store }
}

const STORES = {
  'that answers at once': (clock: ReturnType<typeof manualClock>) => memoryStore({ clock }),
  'that answers later': (clock: ReturnType<typeof manualClock>) => scriptedStore(clock),
}

test.each(Object.entries(STORES))('two executors on one store %s do work once, at once and later', async (_, make) => {
  const open = deferred()
  let count = 0
  const charge = tool('charge', async () => {
    count++
    await open.promise
    return { receipt: count }
  })
  const { one, two, clock } = twoOn(make, [charge])
  const first = one.call('charge', { a: 1 }, { idempotencyKey, clock })
  const second = two.call('charge', { a: 1 }, { idempotencyKey, clock })
  await clock.settle()
  open.resolve()
  await clock.settle()
  await clock.advance(1_000)
  expect(await first).toMatchObject({ status: 'completed', output: { receipt: 1 } })
  expect(await second).toMatchObject({ status: 'completed', output: { receipt: 1 }, replayed: true, attempts: 1 })
  expect(await two.call('charge', { a: 1 }, { idempotencyKey, clock })).toMatchObject({ replayed: true })
  expect(count).toBe(1)
  expect(clock.timers).toEqual([])
})

test('other arguments under the key of another executor are an error, while it works and after', async () => {
  const open = deferred()
  const { one, two, clock } = twoOn(STORES['that answers later'], [tool('charge', () => open.promise)])
  const first = one.call('charge', { a: 1 }, { idempotencyKey, clock })
  await clock.settle()
  const reused = { status: 'failed', error: { code: 'tool-executor/other-input' }, attempts: 0 }
  expect(await two.call('charge', { a: 2 }, { idempotencyKey, clock })).toMatchObject(reused)
  open.resolve()
  await first
  expect(await two.call('charge', { a: 2 }, { idempotencyKey, clock })).toMatchObject(reused)
})

test('work that failed in one executor is done by the one that waits for it', async () => {
  const open = deferred()
  let count = 0
  const flaky = tool('flaky', async () => {
    if (++count > 1) return count
    await open.promise
    return toolFailure('busy')
  })
  const { one, two, clock } = twoOn(STORES['that answers at once'], [flaky])
  const first = one.call('flaky', {}, { idempotencyKey, clock })
  const second = two.call('flaky', {}, { idempotencyKey, clock })
  await clock.settle()
  open.resolve()
  await clock.settle()
  await clock.advance(1_000)
  expect(await first).toMatchObject({ status: 'failed' })
  expect(await second).toMatchObject({ status: 'completed', output: 2 })
})

test('a call renews its lease while it runs, so that no other call takes its work over', async () => {
  let count = 0
  const slow = tool('slow', async (_, { clock }) => (count++, clock.sleep(100_000)), { timeoutMs: false })
  const { one, two, clock } = twoOn(STORES['that answers later'], [slow])
  const first = one.call('slow', {}, { idempotencyKey, clock })
  const second = two.call('slow', {}, { idempotencyKey, clock })
  for (let at = 0; at < 102; at++) await clock.advance(1_000)
  expect(await first).toMatchObject({ status: 'completed' })
  expect(await second).toMatchObject({ status: 'completed', replayed: true })
  expect(count).toBe(1)
  expect(clock.timers).toEqual([])
})

test('a call whose key was taken over is stopped, and fails', async () => {
  const { one, clock, store } = twoOn(STORES['that answers later'], [
    tool('slow', (_, { signal }) => untilAborted(signal), { timeoutMs: false }),
  ])
  const blind: KeyedStore = { ...store, claim: (key, claim) => store.claim(key, claim) }
  const lost = bench([tool('slow', (_, { signal }) => untilAborted(signal), { timeoutMs: false })], {
    clock,
    resultStore: blind,
  })
  const call = lost.call('slow', {}, { idempotencyKey, clock })
  await clock.settle()
  // The process stood still for longer than its lease, and another one took the key.
  blind.claim = () => ({ status: 'running', parameters: '0'.repeat(64), leaseMs: 1_000 })
  await clock.advance(10_000)
  expect(await call).toMatchObject({ status: 'failed', error: { code: 'tool-executor/lease-lost' } })
  expect(lost.types().at(-1)).toBe('tool.failed')
  expect(one.types()).toEqual([])
})

test('a result whose key another call has taken over is not a success', async () => {
  const { clock, store } = twoOn(STORES['that answers at once'], [])
  const b = bench([tool('charge', () => 1)], {
    clock,
    resultStore: { ...store, complete: () => false },
  })
  expect(await b.call('charge', {}, { idempotencyKey, clock })).toMatchObject({
    status: 'failed',
    error: { code: 'tool-executor/lease-lost' },
  })
  expect(b.types()).toEqual(['tool.invoked', 'tool.started', 'tool.failed'])
})

test('a renewal that fails is counted, and the next one keeps the key', async () => {
  const { clock, store } = twoOn(STORES['that answers at once'], [])
  let claims = 0
  const claim: KeyedStore['claim'] = (key, given) =>
    ++claims === 2 ? Promise.reject(new Error('connection lost')) : store.claim(key, given)
  const slow = tool('slow', (_, context) => context.clock.sleep(25_000).then(() => 'done'), { timeoutMs: false })
  const b = bench([slow], { clock, resultStore: { ...store, claim } })
  const call = b.call('slow', {}, { idempotencyKey, clock })
  await clock.advance(25_000)
  expect(await call).toMatchObject({ status: 'completed', output: 'done' })
  expect(claims).toBe(3)
  expect(b.executor.stats()).toMatchObject({ storeErrors: 1 })
})

test('a key is not renewed while its result is stored', async () => {
  const { clock, store } = twoOn(STORES['that answers at once'], [])
  let claims = 0
  const resultStore: KeyedStore = {
    ...store,
    claim: (key, given) => (claims++, store.claim(key, given)),
    complete: async (key, completion) => {
      const kept = await store.complete(key, completion)
      await clock.sleep(2_000)
      return kept
    },
  }
  let signal: AbortSignal | undefined
  const charge = tool('charge', (_, context) => void (signal = context.signal))
  const b = bench([charge], { clock, resultStore, leaseMs: 3_000 })
  const call = b.call('charge', {}, { idempotencyKey, clock })
  await clock.advance(2_000)
  expect(await call).toMatchObject({ status: 'completed' })
  expect([claims, signal?.aborted]).toEqual([1, false])
  expect(clock.timers).toEqual([])
})

test('a wait for another executor ends with the caller’s time limit', async () => {
  const { one, two, clock } = twoOn(STORES['that answers later'], [
    tool('slow', (_, { signal }) => untilAborted(signal), { timeoutMs: false }),
  ])
  const stop = new AbortController()
  const first = one.call('slow', {}, { idempotencyKey, clock, signal: stop.signal })
  const second = two.call('slow', {}, { idempotencyKey, clock, timeoutMs: 500 })
  await clock.settle()
  await clock.advance(500)
  expect(await second).toMatchObject({ status: 'failed', error: { code: 'tool-executor/timed-out' }, attempts: 0 })
  stop.abort()
  await first
  expect(clock.timers).toEqual([])
})

test('a key of any length fits every store, and its parts cannot be mixed up', async () => {
  const keys: string[] = []
  const store = memoryStore()
  const claim: KeyedStore['claim'] = (key, given) => (keys.push(key), store.claim(key, given))
  const b = bench([tool('charge', () => 1)], { resultStore: { ...store, claim } })
  for (const [orgId, userId, key] of [
    ['a', 'b', 'c'],
    ['a","b', '', 'c'],
    ['a', 'b', 'x'.repeat(1_000)],
    ['a', 'b', 'x'.repeat(1_001)],
  ] as const)
    await b.call('charge', {}, { idempotencyKey: () => key, ids: { orgId, userId } })
  expect(new Set(keys).size).toBe(4)
  for (const key of keys) expect(key.length).toBeLessThanOrEqual(256)
  expect(StageflowError.is(b.executor.stats().lastStoreError)).toBe(false)
})

test('a call that waits for another executor longer than waitMs fails, and can be made again', async () => {
  const clock = manualClock()
  const resultStore = scriptedStore(clock)
  const open = deferred()
  const charge = tool('charge', () => open.promise.then(() => 'paid'), { timeoutMs: false })
  const [one, two] = [bench([charge], { clock, resultStore }), bench([charge], { clock, resultStore, waitMs: 2_000 })]
  const first = one.call('charge', {}, { idempotencyKey, clock })
  await clock.settle()
  const second = two.call('charge', {}, { idempotencyKey, clock })
  await clock.advance(2_000)
  expect(await second).toMatchObject({
    status: 'failed',
    error: { code: 'tool-executor/in-progress', message: expect.stringContaining('still runs after 2000 ms') },
    attempts: 0,
  })
  open.resolve()
  await clock.settle()
  expect(await first).toMatchObject({ status: 'completed' })
  expect(await two.call('charge', {}, { idempotencyKey, clock })).toMatchObject({ output: 'paid', replayed: true })
})

test('when the store does not answer, all calls at once with one key fail together', async () => {
  const clock = manualClock()
  const resultStore = scriptedStore(clock)
  resultStore.silent.add('claim')
  const b = bench([tool('charge', () => 1)], { clock, resultStore, storeTimeoutMs: 200 })
  const calls = b.calls([['charge'], ['charge'], ['charge']], { idempotencyKey, clock })
  await clock.advance(200)
  const unavailable = { status: 'failed', error: { code: 'tool-executor/unavailable' }, attempts: 0 }
  expect(await calls).toMatchObject([unavailable, unavailable, unavailable])
  expect(b.executor.stats()).toMatchObject({ storeErrors: 1 })
  resultStore.answer()
})

test('calls that wait for one whose key was taken over get the result of the call that took it', async () => {
  const storeClock = manualClock()
  const { clock, store } = twoOn(() => memoryStore({ clock: storeClock }), [])
  const open = deferred()
  const slow = bench([tool('charge', () => open.promise.then(() => 'slow'), { timeoutMs: false })], {
    clock,
    resultStore: store,
  })
  const heir = bench([tool('charge', () => 'heir')], { clock, resultStore: store })
  const both = slow.calls([['charge'], ['charge']], { idempotencyKey, clock })
  await clock.settle()
  await storeClock.advance(30_000) // the process stood still: time passed for the store only
  expect(await heir.call('charge', {}, { idempotencyKey, clock })).toMatchObject({ output: 'heir' })
  open.resolve()
  expect(await both).toMatchObject([
    { status: 'failed', error: { code: 'tool-executor/lease-lost' } },
    { status: 'completed', output: 'heir', replayed: true },
  ])
})

test('a call that waits for one that a renewal found taken over gets the result of the call that took it', async () => {
  const storeClock = manualClock()
  const { clock, store } = twoOn(() => memoryStore({ clock: storeClock }), [])
  const slow = bench([tool('charge', (_, { signal }) => untilAborted(signal), { timeoutMs: false })], {
    clock,
    resultStore: store,
  })
  const heir = bench([tool('charge', () => 'heir')], { clock, resultStore: store })
  const both = slow.calls([['charge'], ['charge']], { idempotencyKey, clock })
  await clock.settle()
  await storeClock.advance(30_000)
  expect(await heir.call('charge', {}, { idempotencyKey, clock })).toMatchObject({ output: 'heir' })
  await clock.advance(10_000)
  expect(await both).toMatchObject([
    { status: 'failed', error: { code: 'tool-executor/lease-lost' } },
    { status: 'completed', output: 'heir', replayed: true },
  ])
})

test('a durable run that another process carries on takes over the claim of its own stage at once', async () => {
  let count = 0
  const charge = tool('charge', () => (++count === 1 ? new Promise(() => {}) : { receipt: count }))
  const { one, two, clock } = twoOn(STORES['that answers later'], [charge])
  const context = (callKey: string) => ({
    context: { callKey, tryEmitEvent: () => true } as never,
    idempotencyKey,
    clock,
  })
  void one.call('charge', { a: 1 }, context('run-1/bill')) // its process is killed here
  await clock.settle()
  const again = two.call('charge', { a: 1 }, context('run-1/bill'))
  await clock.settle()
  await clock.advance(100)
  expect(await again).toMatchObject({ status: 'completed', output: { receipt: 2 } })
  expect(clock.now()).toBeLessThan(1_000)
})

test('the call of another stage waits until the claim is given up', async () => {
  let count = 0
  const charge = tool('charge', () => (++count === 1 ? new Promise(() => {}) : { receipt: count }))
  const { one, two, clock } = twoOn(STORES['that answers later'], [charge])
  const context = (callKey: string) => ({
    context: { callKey, tryEmitEvent: () => true } as never,
    idempotencyKey,
    clock,
  })
  void one.call('charge', { a: 1 }, context('run-1/bill'))
  await clock.settle()
  const other = two.call('charge', { a: 1 }, context('run-2/bill'))
  await clock.settle()
  await clock.advance(100)
  expect(count).toBe(1)
  await clock.advance(60_000)
  expect(await other).toMatchObject({ status: 'completed', output: { receipt: 2 } }) // the first was given up
})
