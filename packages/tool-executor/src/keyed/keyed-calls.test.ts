import { memoryStore, type KeyedStore } from '@stageflow/keyed-work'
import { toolFailure, ToolRegistry, type AnyTool } from '@stageflow/tools'
import { expect, test } from 'vitest'
import { z } from 'zod'

import { deferred, tool, type Deferred, trackedBench } from '../../test/tool-bench.ts'
import { ToolExecutor } from '../index.ts'

const make = trackedBench()

const idempotencyKey = (): string => 'order-7'

function counting(): { tool: AnyTool; count: () => number; open: Deferred<void> } {
  let count = 0
  const open = deferred()
  const charge = tool('charge', async () => {
    count++
    await open.promise
    return { receipt: count }
  })
  return { tool: charge, count: () => count, open }
}

test('the same key and the same call are one execution and the same result, at once and later', async () => {
  const { tool: charge, count, open } = counting()
  const b = make([charge])
  const at = b.calls(
    [
      ['charge', { a: 1, b: 2 }],
      ['charge', { b: 2, a: 1 }],
    ],
    { idempotencyKey },
  )
  await b.clock.settle()
  expect(count()).toBe(1)
  open.resolve()
  expect(await at).toMatchObject([
    { status: 'completed', output: { receipt: 1 }, callId: 'call-0' },
    { status: 'completed', output: { receipt: 1 }, callId: 'call-1', replayed: true },
  ])
  expect(await b.call('charge', { a: 1, b: 2 }, { idempotencyKey, callId: 'again' })).toMatchObject({
    output: { receipt: 1 },
    callId: 'again',
    replayed: true,
  })
  expect(count()).toBe(1)
  expect(b.of('tool.completed').map(({ callId, replayed }) => [callId, replayed])).toEqual([
    ['call-0', undefined],
    ['call-1', true],
    ['again', true],
  ])
  expect(b.types().filter((type) => type === 'tool.started')).toHaveLength(1)
})

test('fifty at once are one execution', async () => {
  const { tool: charge, count, open } = counting()
  const b = make([charge])
  const all = b.calls(
    Array.from({ length: 50 }, () => ['charge']),
    { idempotencyKey, maxConcurrency: 3 },
  )
  open.resolve()
  const results = await all
  expect(count()).toBe(1)
  expect(new Set(results.map((result) => JSON.stringify((result as any).output)))).toEqual(new Set(['{"receipt":1}']))
})

test('other arguments, or another tool, with the same key are an error, and do not run', async () => {
  const { tool: charge, count, open } = counting()
  open.resolve()
  let others = 0
  const b = make([charge, tool('other', () => ++others)])
  await b.call('charge', { a: 1 }, { idempotencyKey })
  for (const [name, input] of [
    ['charge', { a: 2 }],
    ['other', { a: 1 }],
  ] as const)
    expect(await b.call(name, input, { idempotencyKey })).toMatchObject({
      status: 'failed',
      error: { code: 'tool-executor/other-input' },
      attempts: 0,
    })
  expect([count(), others]).toEqual([1, 0])
})

test('other arguments that come while the first run are an error at once', async () => {
  const { tool: charge, count, open } = counting()
  const b = make([charge])
  const all = b.calls(
    [
      ['charge', { a: 1 }],
      ['charge', { a: 2 }],
    ],
    { idempotencyKey },
  )
  await b.clock.settle()
  open.resolve()
  expect(await all).toMatchObject([{ status: 'completed' }, { error: { code: 'tool-executor/other-input' } }])
  expect(count()).toBe(1)
})

test('other keys, tenants and users, and calls without a key, are separate work', async () => {
  let count = 0
  const b = make([tool('charge', () => ++count)])
  await b.call('charge', {}, { idempotencyKey })
  await b.call('charge', {}, { idempotencyKey: () => 'order-8' })
  await b.call('charge', {}, { idempotencyKey, ids: { orgId: 'acme' } })
  await b.call('charge', {}, { idempotencyKey, ids: { orgId: 'acme', userId: 'ada' } })
  await b.call('charge', {}, { idempotencyKey, ids: { orgId: 'acme', userId: 'eve' } })
  await b.call('charge', {}, { idempotencyKey, ids: { userId: 'eve' } })
  await b.call('charge', {}, { idempotencyKey: () => undefined })
  await b.call('charge', {})
  await b.call('charge', {})
  expect(count).toBe(9)
})

test('a user who fills the result store is refused before the handler runs, and other users go on', async () => {
  let count = 0
  const resultStore = memoryStore({ maxBytes: 100_000 })
  const b = make([tool('charge', () => ++count)], { resultStore })
  const call = (key: string, userId: string) => b.call('charge', {}, { idempotencyKey: () => key, ids: { userId } })
  const first = await call('order-7', 'ada')
  let keys = 0
  while ((await call(`eve-${keys}`, 'eve')).status === 'completed') keys++
  expect(keys).toBeGreaterThan(0)
  expect(await call('one more', 'eve')).toMatchObject({
    status: 'failed',
    error: {
      code: 'tool-executor/full',
      message: expect.stringMatching(/Tool "charge" was not called: the result store has no room.*ownerShare/),
    },
  })
  expect(count).toBe(keys + 1)
  expect(await call('order-7', 'ada')).toMatchObject({ ...first, replayed: true })
  expect(await call('order-8', 'ada')).toMatchObject({ status: 'completed' })
  expect([b.executor.stats().storeErrors, resultStore.stats().refused]).toEqual([0, 2])
})

test('a failed call frees its key', async () => {
  let count = 0
  const b = make([tool('charge', () => (++count === 1 ? toolFailure('busy') : count))])
  expect(await b.call('charge', {}, { idempotencyKey })).toMatchObject({ status: 'failed' })
  expect(await b.call('charge', {}, { idempotencyKey })).toMatchObject({ status: 'completed', output: 2 })
})

test('a call that waits for a cancelled one takes over, and can be cancelled itself', async () => {
  const [one, two, three] = [new AbortController(), new AbortController(), new AbortController()]
  let count = 0
  const charge = tool('charge', async (_, { signal, clock }) => {
    count++
    await clock.sleep(100, signal)
    return count
  })
  const b = make([charge])
  const call = (controller: AbortController) => b.call('charge', {}, { idempotencyKey, signal: controller.signal })
  const [first, second, third] = [call(one), call(two), call(three)]
  await b.clock.settle()
  three.abort()
  expect(await third).toMatchObject({ status: 'cancelled' })
  one.abort()
  expect(await first).toMatchObject({ status: 'cancelled' })
  await b.clock.advance(100)
  expect(await second).toMatchObject({ status: 'completed', output: 2 })
})

test('a handler that goes on after its timeout keeps its key until it returns', async () => {
  const late = deferred()
  let count = 0
  const deaf = tool('deaf', () => (++count === 1 ? late.promise : 'second'), { timeoutMs: 10 })
  const b = make([deaf], { graceMs: 5 })
  const first = b.call('deaf', {}, { idempotencyKey })
  await b.clock.advance(15)
  expect(await first).toMatchObject({ abandoned: true })
  expect(await b.call('deaf', {}, { idempotencyKey })).toMatchObject({ status: 'failed', replayed: true })
  late.resolve()
  await b.clock.settle()
  expect(await b.call('deaf', {}, { idempotencyKey })).toMatchObject({ status: 'completed', output: 'second' })
})

test('by default a result is kept for a day', async () => {
  let count = 0
  const b = make([tool('charge', () => ++count)])
  const output = async () => ((await b.call('charge', {}, { idempotencyKey })) as any).output
  await output()
  await b.clock.advance(86_399_999)
  expect(await output()).toBe(1)
  await b.clock.advance(1)
  expect(await output()).toBe(2)
  const short = make([tool('charge', () => ++count)], { ttlMs: 10 })
  await short.call('charge', {}, { idempotencyKey })
  await short.clock.advance(10)
  expect(await short.call('charge', {}, { idempotencyKey })).toMatchObject({ output: 4 })
})

test('the handler sees the key; without one a key that is the same for the same call of a run', async () => {
  const keys: string[] = []
  const b = make([tool('look', (_, context) => void keys.push(context.idempotencyKey))])
  await b.call('look', {}, { idempotencyKey })
  await b.call('look')
  expect(keys).toEqual(['order-7', 'run-1/call-0'])
  for (let time = 0; time < 2; time++) await b.call('look', {}, { ids: { pipelineRunId: undefined as never } })
  expect(new Set(keys).size).toBe(4)
})

test.each([
  ['is empty', () => ''],
  ['is a number', () => 7 as never],
  ['is null', () => null as never],
  ['throws', () => { throw new Error('no key') }], // prettier-ignore
])('a key that %s fails the call', async (_, answer) => {
  const b = make([tool('charge', () => 1)])
  expect(await b.call('charge', {}, { idempotencyKey: answer })).toMatchObject({
    status: 'failed',
    error: { code: 'tool-executor/illegal-key' },
  })
  expect(b.types()).toEqual(['tool.invoked', 'tool.failed'])
})

/** A store that does what it should, except for some operations. */
const storeWith = (more: Partial<KeyedStore>): KeyedStore => ({ ...memoryStore(), ...more })
const silent = new Promise<never>(() => {})
const down = (): Promise<never> => Promise.reject(new Error('connection lost'))

test('a store that cannot be read fails the call before its work; one that cannot be written is counted', async () => {
  let count = 0
  const charge = tool('charge', () => ++count)
  const b = make([charge], { resultStore: storeWith({ claim: down }) })
  expect(await b.call('charge', {}, { idempotencyKey })).toMatchObject({
    status: 'failed',
    error: { code: 'tool-executor/unavailable', message: expect.stringContaining('connection lost') },
  })
  expect(count).toBe(0)
  const halfBroken = make([charge], { resultStore: storeWith({ complete: down }) })
  expect(await halfBroken.call('charge', {}, { idempotencyKey })).toMatchObject({ status: 'completed' })
  expect(halfBroken.executor.stats()).toMatchObject({ storeErrors: 1, lastStoreError: new Error('connection lost') })
})

test('a store that returns something illegal for a claim fails the call', async () => {
  const b = make([tool('charge', () => 1)], { resultStore: storeWith({ claim: () => undefined as never }) })
  expect(await b.call('charge', {}, { idempotencyKey })).toMatchObject({
    error: { code: 'tool-executor/unavailable', message: expect.stringContaining('returned undefined for a claim') },
  })
})

test('a store that does not respond in five seconds fails the call, and a late claim is released', async () => {
  const late = deferred<{ status: 'claimed' }>()
  const released: string[] = []
  const resultStore = storeWith({ claim: () => late.promise, release: (key) => void released.push(key) })
  const b = make([tool('charge', () => 1)], { resultStore })
  const call = b.call('charge', {}, { idempotencyKey })
  await b.clock.advance(5_000)
  expect(await call).toMatchObject({ error: { code: 'tool-executor/unavailable' }, attempts: 0 })
  late.resolve({ status: 'claimed' })
  await b.clock.settle()
  expect(released).toEqual(['["tool",null,null,"order-7"]'])
})

test('the caller’s abort ends the wait for a store that does not respond, before the work and after it', async () => {
  const controller = new AbortController()
  let count = 0
  const charge = tool('charge', () => ++count)
  const b = make([charge], { resultStore: storeWith({ claim: () => silent }) })
  const call = b.call('charge', {}, { idempotencyKey, signal: controller.signal })
  await b.clock.settle()
  controller.abort()
  expect(await call).toMatchObject({ status: 'cancelled', attempts: 0 })
  const other = new AbortController()
  const late = make([charge], { resultStore: storeWith({ complete: () => silent }) })
  const done = late.call('charge', {}, { idempotencyKey, signal: other.signal })
  await late.clock.settle()
  other.abort()
  expect(await done).toMatchObject({ status: 'completed', output: 1 })
})

test('a result that cannot be stored reaches its caller, and its work is not done again', async () => {
  class Receipt {
    readonly number = 7
  }
  let count = 0
  const charge = tool('charge', () => (++count, new Receipt()))
  const b = make([charge])
  expect(await b.call('charge', {}, { idempotencyKey })).toMatchObject({ status: 'completed', output: { number: 7 } })
  expect(b.executor.stats().storeErrors).toBe(1)
  expect(await b.call('charge', {}, { idempotencyKey })).toMatchObject({
    status: 'failed',
    error: {
      code: 'tool-executor/not-json',
      message: expect.stringContaining('the work of its idempotency key is done'),
    },
  })
  expect(count).toBe(1)
  const large = make([tool('read', () => (++count, 'x'.repeat(4_000)))], {
    resultStore: memoryStore({ maxBytes: 6_000 }),
  })
  expect(await large.call('read', {}, { idempotencyKey })).toMatchObject({ status: 'completed' })
  expect(await large.call('read', {}, { idempotencyKey })).toMatchObject({
    error: { code: 'tool-executor/too-large' },
  })
  expect(large.executor.stats().lastStoreError).toMatchObject({ code: 'keyed-work/too-large' })
  expect(count).toBe(2)
})

test.each<[what: string, resultStore: () => KeyedStore, output: unknown]>([
  ['cannot be written as text', memoryStore, new (class Receipt { readonly number = 7 })()], // prettier-ignore
  ['the store does not take', () => storeWith({ complete: down }), { number: 7 }],
])('a call that waits for one whose result %s gets that result, as its own', async (_, resultStore, output) => {
  let count = 0
  const open = deferred()
  const b = make([tool('charge', () => (count++, open.promise.then(() => output)))], { resultStore: resultStore() })
  const both = b.calls([['charge'], ['charge']], { idempotencyKey })
  open.resolve()
  expect(await both).toMatchObject([
    { status: 'completed', callId: 'call-0', output: { number: 7 } },
    { status: 'completed', callId: 'call-1', output: { number: 7 }, replayed: true },
  ])
  expect([count, b.executor.stats().storeErrors]).toEqual([1, 1])
})

test('a clock that is broken fails a call with a key, with its own error', async () => {
  const now = (): never => {
    throw new Error('no time')
  }
  const b = make([tool('charge', () => 1)])
  expect(await b.call('charge', {}, { idempotencyKey, clock: { ...b.clock, now } })).toMatchObject({
    status: 'failed',
    error: { code: 'tool-executor/handler-failed', message: 'no time' },
  })
})

test('a repeated result is equal to the first one: dates, maps, bytes and partial results too', async () => {
  const output = {
    at: new Date(5),
    map: new Map([['a', [1n]]]),
    bytes: new Uint8Array([1, 2]),
    none: undefined,
    nan: NaN,
  }
  const read = tool('read', (_, { partial }) => (partial({ page: 1 }), output))
  const b = make([read])
  const first = (await b.call('read', {}, { idempotencyKey })) as any
  const second = (await b.call('read', {}, { idempotencyKey })) as any
  expect(second.output).toStrictEqual(first.output)
  expect(second).toMatchObject({ partials: [{ page: 1 }], attempts: 1, replayed: true })
  expect(Object.isFrozen(second.output)).toBe(true)
})

test('an instance of a subclass would come back as something else, so it is not stored', async () => {
  const b = make([tool('read', () => ({ bytes: Buffer.from('a') }))])
  await b.call('read', {}, { idempotencyKey })
  expect(await b.call('read', {}, { idempotencyKey })).toMatchObject({
    error: { code: 'tool-executor/not-json', message: expect.stringContaining('an instance of Buffer') },
  })
})

test('a stored text that this version did not write is an error, and the work is not done', async () => {
  const completed = (value: string) => ({ claim: (_: string, { parameters }: { parameters: string }) => ({ status: 'completed' as const, parameters, value }) }) // prettier-ignore
  for (const text of ['', 'null', '[{"form":1},2]']) {
    const b = make([tool('charge', () => 1)], { resultStore: storeWith(completed(text)) })
    expect(await b.call('charge', {}, { idempotencyKey })).toMatchObject({
      error: { code: 'tool-executor/unreadable-entry' },
      attempts: 0,
    })
  }
})

test("an input with instances of classes is compared by its arguments: no call gets another call's result", async () => {
  class Iban {
    readonly #number: string
    constructor(number: string) {
      this.#number = number
    }
    toString(): string {
      return this.#number
    }
  }
  let paid = 0
  const input = z.object({ to: z.string().transform((to) => new Iban(to)) })
  const b = make([tool('pay', () => ++paid, { input })])
  expect(await b.call('pay', { to: 'DE1' }, { idempotencyKey })).toMatchObject({ status: 'completed', output: 1 })
  expect(await b.call('pay', { to: 'DE1' }, { idempotencyKey })).toMatchObject({ replayed: true, output: 1 })
  expect(await b.call('pay', { to: 'DE2' }, { idempotencyKey })).toMatchObject({
    status: 'failed',
    error: { code: 'tool-executor/other-input' },
  })
  expect(paid).toBe(1)
})

test('arguments that are too deep to be compared cannot have a key', async () => {
  const odd = tool('odd', () => 1, { input: z.any() })
  const deep = JSON.parse(`${'['.repeat(600)}${']'.repeat(600)}`) as unknown
  const registry = new ToolRegistry({ tools: [odd], maxDepth: 1_000 })
  const calls = [{ name: 'odd', arguments: deep }]
  expect(await new ToolExecutor().execute(calls, { registry, idempotencyKey })).toMatchObject([
    { error: { code: 'tool-executor/illegal-key' } },
  ])
})

test('the time limit of one caller does not end other calls with the same key: they take over', async () => {
  let count = 0
  const slow = tool('slow', async (_, { clock, signal }) => {
    count++
    await clock.sleep(200, signal)
    return count
  })
  const b = make([slow])
  const first = b.call('slow', {}, { idempotencyKey, timeoutMs: 100 })
  const second = b.call('slow', {}, { idempotencyKey, callId: 'second' })
  await b.clock.advance(300)
  expect(await first).toMatchObject({ status: 'failed', error: { code: 'tool-executor/timed-out' } })
  expect(await second).toMatchObject({ status: 'completed', output: 2 })
})

test('the time limit of the tool applies to all calls with the key, and nothing is done again', async () => {
  let count = 0
  const slow = tool('slow', (_, { clock, signal }) => (count++, clock.sleep(200, signal)), { timeoutMs: 100 })
  const b = make([slow])
  const both = b.calls([['slow'], ['slow']], { idempotencyKey })
  await b.clock.advance(100)
  expect(await both).toMatchObject([
    { status: 'failed', error: { code: 'tool-executor/timed-out' } },
    { status: 'failed', error: { code: 'tool-executor/timed-out' }, replayed: true },
  ])
  expect(count).toBe(1)
})

test('when the first call has failed, its key is free for other arguments', async () => {
  const seen: unknown[] = []
  const flaky = tool('flaky', (input) => {
    seen.push(input)
    if (seen.length === 1) throw new Error('x')
  })
  const b = make([flaky])
  expect(await b.call('flaky', { a: 1 }, { idempotencyKey })).toMatchObject({ status: 'failed' })
  expect(await b.call('flaky', { a: 2 }, { idempotencyKey })).toMatchObject({ status: 'completed' })
  expect(seen).toEqual([{ a: 1 }, { a: 2 }])
})

test('an abort after a timeout of the tool changes nothing: calls that wait get the timeout', async () => {
  const controller = new AbortController()
  const left = deferred()
  let count = 0
  const deaf = tool('deaf', () => (count++, left.promise), { timeoutMs: 100 })
  const b = make([deaf])
  const first = b.call('deaf', {}, { idempotencyKey, signal: controller.signal })
  const second = b.call('deaf', {}, { idempotencyKey, callId: 'second' })
  await b.clock.advance(150)
  controller.abort()
  await b.clock.advance(1_000)
  left.resolve()
  const timedOut = { status: 'failed', error: { code: 'tool-executor/timed-out' } }
  expect([await first, await second]).toMatchObject([timedOut, { ...timedOut, replayed: true }])
  expect(count).toBe(1)
})
