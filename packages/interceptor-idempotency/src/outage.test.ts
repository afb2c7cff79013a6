import { Pipeline, StageKind, StageOutput, type RunOptions } from '@stageflow/core'
import type { KeyedStore } from '@stageflow/keyed-work'
import { manualClock, recordingSink } from '@stageflow/testing'
import { afterEach, expect, test } from 'vitest'

import { scriptedStore, sizeOf } from '../../keyed-work/test/scripted-store.ts'
import { idempotency, type IdempotencyOptions } from './idempotency.ts'

const clock = manualClock()
afterEach(() => expect(clock.timers).toEqual([]))

function shop(options: IdempotencyOptions = {}, body: (n: number) => unknown = (n) => ({ n })) {
  const store = scriptedStore(clock)
  const eventSink = recordingSink()
  let executions = 0
  const graph = new Pipeline('shop')
    .withStage('charge', async () => body(++executions) as { n: number }, StageKind.WORK)
    .build({ interceptors: [idempotency({ store, ...options })], clock, eventSink })
  const run = (options: RunOptions = {}) => graph.runSettled({ extensions: { idempotencyKey: 'k' } }, options)
  const failed = () => eventSink.of('idempotency.store_failed').map(({ data }) => data)
  return { store, run, failed, executions: () => executions, eventSink }
}

test('a store that fails makes the stage fail before it runs, by default', async () => {
  const { store, run, failed, executions } = shop()
  store.failures.claim = 1
  const result = await run()
  expect(result).toMatchObject({
    status: 'failed',
    errors: [{ code: 'idempotency/unavailable', cause: { code: 'ECONNREFUSED', message: 'connection refused' } }],
  })
  expect(result.outputs.charge).toMatchObject({ status: 'fail', retryable: true })
  expect(result.report.stages['charge']?.notes).toEqual({ idempotency: { result: 'store-error', key: 'k' } })
  expect(failed()).toEqual([
    { key: 'k', operation: 'claim', code: 'ECONNREFUSED', message: 'connection refused', consequence: 'fail' },
  ])
  expect(executions()).toBe(0)
  expect((await run()).status).toBe('completed')
})

test("with onStoreError: 'run' the stage runs without the store, and an event says so", async () => {
  const { store, run, failed, executions } = shop({ onStoreError: 'run' })
  store.failures.claim = store.failures.complete = 2
  store.failures.release = Infinity // no release is needed
  for (const n of [1, 2]) {
    const result = await run()
    expect(result).toMatchObject({ status: 'completed', data: { charge: { n } } })
    expect(result.report.stages['charge']?.notes).toEqual({ idempotency: { result: 'store-error', key: 'k' } })
  }
  expect(failed()).toMatchObject([
    { operation: 'claim', consequence: 'run' },
    { operation: 'complete', consequence: 'run' },
    { operation: 'claim', consequence: 'run' },
    { operation: 'complete', consequence: 'run' },
  ])
  expect(executions()).toBe(2)
})

test("with onStoreError: 'run' an output that cannot be recorded is returned", async () => {
  const { store, run, failed } = shop({ onStoreError: 'run' })
  store.failures.complete = Infinity
  const first = run()
  await clock.advance(100 + 400 + 1_600)
  expect(await first).toMatchObject({ status: 'completed', data: { charge: { n: 1 } } })
  expect((await first).report.stages['charge']?.notes).toMatchObject({ idempotency: { result: 'store-error' } })
  expect(failed()).toMatchObject([{ operation: 'complete', consequence: 'run' }])
})

test("with onStoreError: 'run' simultaneous callers still share one execution", async () => {
  const { store, run, executions } = shop({ onStoreError: 'run' })
  store.failures.claim = store.failures.complete = Infinity
  const results = await Promise.all([run(), run(), run()])
  for (const result of results) expect(result).toMatchObject({ data: { charge: { n: 1 } } })
  expect(executions()).toBe(1)
})

test('a silent store counts as failed after five seconds', async () => {
  const { store, run, executions } = shop()
  store.silent.add('claim')
  const first = run()
  await clock.advance(4_999)
  expect(clock.timers).toHaveLength(1)
  await clock.advance(1)
  const result = await first
  expect(result).toMatchObject({ errors: [{ code: 'idempotency/unavailable' }] })
  expect(JSON.stringify(result.report)).toContain('did not answer within 5000 ms')
  store.answer()
  await clock.settle()
  expect(sizeOf(store)).toBe(0)
  expect(executions()).toBe(0)
})

test('the time limit for the store is an option', async () => {
  const { store, run } = shop({ storeTimeoutMs: 50 })
  store.silent.add('claim')
  const first = run()
  await clock.advance(50)
  expect(await first).toMatchObject({ errors: [{ code: 'idempotency/unavailable' }] })
  store.answer()
  await clock.settle()
})

test('a completion that the store refuses is retried', async () => {
  const { store, run, failed, executions } = shop()
  store.failures.complete = 3
  const first = run()
  await clock.advance(100 + 400 + 1_600)
  expect((await first).status).toBe('completed')
  expect(failed()).toEqual([])
  expect((await run()).status).toBe('completed')
  expect(executions()).toBe(1)
})

test('an output that cannot be recorded fails with not-recorded, and the output and the claim are kept', async () => {
  const { store, run, failed, executions } = shop()
  store.failures.complete = Infinity
  const first = run()
  const waiter = run()
  await clock.advance(100 + 400 + 1_600)
  for (const result of [await first, await waiter]) {
    expect(result).toMatchObject({
      status: 'failed',
      errors: [{ code: 'idempotency/not-recorded', cause: { code: 'ECONNREFUSED' } }],
    })
    expect(result.outputs.charge).toMatchObject({ status: 'fail', data: { n: 1 } })
    expect((result.outputs.charge as { retryable?: boolean }).retryable).toBeUndefined()
  }
  expect(failed()).toMatchObject([{ operation: 'complete', consequence: 'fail' }])
  store.failures.complete = 0
  const second = run()
  await clock.advance(27_000)
  expect(executions()).toBe(1)
  await clock.advance(1_200)
  expect(await second).toMatchObject({ status: 'completed', data: { charge: { n: 2 } } })
})

test('a completion whose answer was lost counts', async () => {
  const { store, run, executions } = shop({ storeTimeoutMs: 50 })
  const complete = store.complete.bind(store)
  let lost = 0
  store.complete = async (key, completion) => {
    await complete(key, completion)
    if (lost++ === 0) throw new Error('connection reset')
    return complete(key, completion)
  }
  const first = run()
  await clock.advance(100)
  expect((await first).status).toBe('completed')
  expect((await run()).status).toBe('completed')
  expect(executions()).toBe(1)
})

test('a failed release is an event and changes nothing: the lease ends', async () => {
  const { store, run, failed } = shop({}, (n) => (n === 1 ? StageOutput.fail('broken') : { n }))
  store.failures.release = 1
  const result = await run()
  expect(result.report.stages['charge']?.error?.message).toBe('broken')
  expect(failed()).toMatchObject([{ operation: 'release', consequence: 'none' }])
  const second = run()
  await clock.advance(30_000)
  expect(await second).toMatchObject({ data: { charge: { n: 2 } } })
})

test('an illegal answer of the store is a failure of the store', async () => {
  const { store, run, executions } = shop()
  for (const bad of [undefined, null, {}, { status: 'ok' }, 7]) {
    store.claim = (() => bad) as never
    expect(await run()).toMatchObject({ errors: [{ code: 'idempotency/unavailable' }] })
  }
  expect(executions()).toBe(0)
})

test('a run that was aborted while the store is silent leaves no timer, and its output is recorded', async () => {
  const { store, run, executions } = shop()
  store.silent.add('complete')
  const caller = new AbortController()
  const first = run({ signal: caller.signal, graceMs: 100 })
  await clock.advance(50)
  caller.abort(new Error('gone'))
  await clock.advance(100)
  expect((await first).status).toBe('cancelled')
  expect(clock.timers).toEqual([])
  store.answer()
  await clock.settle()
  expect(await run()).toMatchObject({ data: { charge: { n: 1 } } })
  expect(executions()).toBe(1)
})

test.each([
  ['an instance of a class', () => ({ client: new (class Client {})() }), /non-POJOs.*data\.client/],
  ['a function', () => ({ callback: () => 1 }), /function.*data\.callback/],
  ['a subclass of a built-in', () => ({ map: new (class Bag extends Map {})() }), /instance of Bag/],
])(
  'with %s in the output the stage fails, with the output as data, and is not executed again',
  async (_, data, why) => {
    const { run, eventSink, executions } = shop({}, data)
    const [first, waiter] = await Promise.all([run(), run()])
    const again = await run()
    for (const result of [first, waiter, again]) {
      expect(result).toMatchObject({ status: 'failed', errors: [{ code: 'idempotency/not-json' }] })
      expect(result.report.stages['charge']?.error?.message).toMatch(why)
    }
    expect(Object.keys((first.outputs.charge as { data: object }).data)).toHaveLength(1)
    expect(eventSink.of('idempotency.not_stored')).toHaveLength(1)
    expect(executions()).toBe(1)
  },
)

test('an output that is too long for the store fails with another code (idempotency/too-large)', async () => {
  const { memoryStore } = await import('@stageflow/keyed-work')
  const { run, executions } = shop({ store: memoryStore({ clock, maxBytes: 6_000 }) }, () => ({
    text: 'x'.repeat(3_000),
  }))
  for (const result of [await run(), await run()]) {
    expect(result).toMatchObject({ errors: [{ code: 'idempotency/too-large' }] })
    expect(JSON.stringify(result.report)).toContain('maxBytes')
  }
  expect(executions()).toBe(1)
})

test('a record that this version cannot read fails the stage, and does not count as missing', async () => {
  const { store, run, executions } = shop()
  await run()
  for (const value of ['', 'null', '7', '[]', '{', '[{"form":1},9]', '<html>', '[{"form":1,"data":2},1,"x"]']) {
    store.claim = (_, { parameters }) => ({ status: 'completed', parameters, value })
    expect(await run()).toMatchObject({ errors: [{ code: 'idempotency/unreadable-entry' }] })
  }
  expect(executions()).toBe(1)
})

const trap = (): never => {
  throw new Error('a trap')
}
const REVOKED = Proxy.revocable({}, {})
REVOKED.revoke()
test.each([
  ['an error that throws when it is read', new Proxy(new Error('x'), { get: trap })],
  ['an error whose text cannot be read', Object.defineProperty(new Error('x'), 'message', { get: trap })],
  ['a revoked proxy', REVOKED.proxy],
  ['nothing', undefined],
  ['null', null],
  ['a symbol', Symbol('down')],
])('a store that throws %s counts as failed, and does not end the process', async (_, thrown) => {
  const unhandled: unknown[] = []
  const onUnhandled = (reason: unknown): void => void unhandled.push(reason)
  process.on('unhandledRejection', onUnhandled)
  for (const operation of ['claim', 'renew', 'complete', 'release'] as const) {
    const inner = scriptedStore(clock)
    let claims = 0
    const store: KeyedStore = {
      claim: (key, claim) => failing(operation === (++claims > 1 ? 'renew' : 'claim')) ?? inner.claim(key, claim),
      complete: (key, completion) => failing(operation === 'complete') ?? inner.complete(key, completion),
      release: (key, token) => failing(operation === 'release') ?? inner.release(key, token),
    }
    const body = () =>
      clock.sleep(15_000).then(() => (operation === 'release' ? StageOutput.fail('refused') : { done: true }))
    const { run, failed } = shop({ store }, body)
    const settled = run()
    for (let second = 0; second < 20; second++) await clock.advance(1_000)
    const { status, report } = await settled
    const codes = { claim: 'unavailable', renew: '', complete: 'not-recorded', release: 'core/stage-failed' }
    expect(report.stages['charge']?.error?.code.replace('idempotency/', '') ?? '').toBe(codes[operation])
    expect(status).toBe(operation === 'renew' ? 'completed' : 'failed')
    expect(failed()).toMatchObject([{ operation, code: 'idempotency/unavailable' }])
  }
  function failing(fails: boolean): Promise<never> | undefined {
    // oxlint-disable-next-line prefer-promise-reject-errors -- stores reject with anything
    return fails ? Promise.reject(thrown) : undefined
  }
  await new Promise(setImmediate)
  process.off('unhandledRejection', onUnhandled)
  expect(unhandled).toEqual([])
})
