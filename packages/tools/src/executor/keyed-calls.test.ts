import { afterEach, expect, test } from 'vitest'
import { z } from 'zod'
import { bench, deferred, tool, type Bench, type Deferred } from '../test/tool-bench.ts'
import {
  memoryResultStore,
  toolFailure,
  type AnyTool,
  type ToolExecutorOptions,
  type ToolResultStore,
} from './index.ts'

let benches: Bench[] = []
const make = (tools: readonly AnyTool[], options?: ToolExecutorOptions): Bench => {
  const made = bench(tools, options)
  benches.push(made)
  return made
}
afterEach(() => {
  for (const { clock } of benches) expect(clock.timers).toEqual([])
  benches = []
})

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

test('other arguments, or another tool, under the same key are an error, and are not run', async () => {
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
      error: { code: 'tools/key-reused' },
      attempts: 0,
    })
  expect([count(), others]).toEqual([1, 0])
})

test('other arguments that come while the first run wait, and are then an error', async () => {
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
  expect(await all).toMatchObject([{ status: 'completed' }, { error: { code: 'tools/key-reused' } }])
  expect(count()).toBe(1)
})

test('other keys, other tenants, and calls without a key are work of their own', async () => {
  let count = 0
  const b = make([tool('charge', () => ++count)])
  await b.call('charge', {}, { idempotencyKey })
  await b.call('charge', {}, { idempotencyKey: () => 'order-8' })
  await b.call('charge', {}, { idempotencyKey, ids: { orgId: 'acme' } })
  await b.call('charge', {}, { idempotencyKey: () => undefined })
  await b.call('charge', {})
  await b.call('charge', {})
  expect(count).toBe(6)
})

test('what did not complete is not kept: the key is free again', async () => {
  let count = 0
  const b = make([tool('charge', () => (++count === 1 ? toolFailure('busy') : count))])
  expect(await b.call('charge', {}, { idempotencyKey })).toMatchObject({ status: 'failed' })
  expect(await b.call('charge', {}, { idempotencyKey })).toMatchObject({ status: 'completed', output: 2 })
})

test('who waits for a call that is cancelled takes over, and can be cancelled itself', async () => {
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

test('a handler that was given up and goes on keeps its key until it has left', async () => {
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

test('a result is kept for a day unless told otherwise', async () => {
  let count = 0
  const b = make([tool('charge', () => ++count)])
  const output = async () => ((await b.call('charge', {}, { idempotencyKey })) as any).output
  await output()
  await b.clock.advance(86_399_999)
  expect(await output()).toBe(1)
  await b.clock.advance(1)
  expect(await output()).toBe(2)
  const short = make([tool('charge', () => ++count)], { idempotencyTtlMs: 10 })
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
    error: { code: 'tools/illegal-key' },
  })
  expect(b.types()).toEqual(['tool.invoked', 'tool.failed'])
})

test('a store that cannot be read fails the call before its work; one that cannot be written is counted', async () => {
  let count = 0
  const broken: ToolResultStore = {
    get: () => Promise.reject(new Error('connection lost')),
    set: () => Promise.reject(new Error('connection lost')),
    delete: () => {},
  }
  const charge = tool('charge', () => ++count)
  const b = make([charge], { resultStore: broken })
  expect(await b.call('charge', {}, { idempotencyKey })).toMatchObject({
    status: 'failed',
    error: { code: 'tools/store-unavailable' },
  })
  expect(count).toBe(0)
  const halfBroken = make([charge], { resultStore: { ...broken, get: () => undefined } })
  expect(await halfBroken.call('charge', {}, { idempotencyKey })).toMatchObject({ status: 'completed' })
  expect(halfBroken.executor.statistics()).toMatchObject({
    storeErrors: 1,
    lastStoreError: new Error('connection lost'),
  })
})

test('the store in memory forgets what was used longest ago, past its bounds', () => {
  const stored = (output: unknown) => ({ fingerprint: 'f', expiresAt: 1, result: { output, partials: [] } as any })
  const few = memoryResultStore({ maxEntries: 2 })
  for (const key of ['a', 'b']) void few.set(key, stored(key))
  void few.get('a')
  void few.set('c', stored('c'))
  expect(['a', 'b', 'c'].filter((key) => few.get(key) !== undefined)).toEqual(['a', 'c'])
  const small = memoryResultStore({ maxLength: 200 })
  for (const key of ['a', 'b', 'c']) void small.set(key, stored('x'.repeat(60)))
  expect(['a', 'b', 'c'].filter((key) => small.get(key) !== undefined)).toEqual(['b', 'c'])
  expect(() => small.set('d', stored('x'.repeat(201)))).toThrow(
    expect.objectContaining({ code: 'tools/result-not-stored' }),
  )
  void small.delete('c')
  expect(small.get('c')).toBeUndefined()
  const many = memoryResultStore()
  for (let n = 0; n <= 10_000; n++) void many.set(`${n}`, stored(n))
  expect([many.get('0'), many.get('1') === undefined]).toEqual([undefined, false])
})

test('a store that does not answer can be left by the caller’s abort, before the work and after it', async () => {
  const controller = new AbortController()
  let count = 0
  const charge = tool('charge', () => ++count)
  const silent = new Promise<never>(() => {})
  const b = make([charge], { resultStore: { get: () => silent, set: () => {}, delete: () => {} } })
  const call = b.call('charge', {}, { idempotencyKey, signal: controller.signal })
  await b.clock.settle()
  controller.abort()
  expect(await call).toMatchObject({ status: 'cancelled', attempts: 0 })
  const other = new AbortController()
  const late = make([charge], { resultStore: { get: () => undefined, set: () => silent, delete: () => {} } })
  const done = late.call('charge', {}, { idempotencyKey, signal: other.signal })
  await late.clock.settle()
  other.abort()
  expect(await done).toMatchObject({ status: 'completed', output: 1 })
})

test('an input that cannot be compared cannot have a key', async () => {
  const odd = tool('odd', () => 1, { input: z.object({}).transform(() => ({ f: () => 1 })) })
  expect(await make([odd]).call('odd', {}, { idempotencyKey })).toMatchObject({ error: { code: 'tools/illegal-key' } })
})

test('a store that cannot forget what was undone is counted', async () => {
  const store = memoryResultStore()
  const b = make([tool('book', () => 1, { undo: () => {} })], {
    resultStore: { ...store, delete: () => Promise.reject(new Error('down')) },
  })
  await b.call('book', {}, { idempotencyKey })
  expect(await b.executor.undo('call-0')).toMatchObject({ status: 'undone' })
  expect(b.executor.statistics()).toMatchObject({ storeErrors: 1, lastStoreError: new Error('down') })
})

test('the time limit of one caller is not that of others with the same key, who take over', async () => {
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
  expect(await first).toMatchObject({ status: 'failed', error: { code: 'tools/timed-out' } })
  expect(await second).toMatchObject({ status: 'completed', output: 2 })
})

test('the time limit of the tool is that of all: who waits is told, and nothing is done again', async () => {
  let count = 0
  const slow = tool('slow', (_, { clock, signal }) => (count++, clock.sleep(200, signal)), { timeoutMs: 100 })
  const b = make([slow])
  const both = b.calls([['slow'], ['slow']], { idempotencyKey })
  await b.clock.advance(100)
  expect(await both).toMatchObject([
    { status: 'failed', error: { code: 'tools/timed-out' } },
    { status: 'failed', error: { code: 'tools/timed-out' }, replayed: true },
  ])
  expect(count).toBe(1)
})

test('other arguments that wait for a call that fails do their own work', async () => {
  const open = deferred()
  const seen: unknown[] = []
  const flaky = tool('flaky', async (input) => {
    seen.push(input)
    await open.promise
    if (seen.length === 1) throw new Error('x')
  })
  const b = make([flaky])
  const both = b.calls(
    [
      ['flaky', { a: 1 }],
      ['flaky', { a: 2 }],
    ],
    { idempotencyKey },
  )
  await b.clock.settle()
  open.resolve()
  expect(await both).toMatchObject([{ status: 'failed' }, { status: 'completed' }])
  expect(seen).toEqual([{ a: 1 }, { a: 2 }])
})

test('an abort that comes after the tool has timed out takes nothing back: who waits is told of the time-out', async () => {
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
  const timedOut = { status: 'failed', error: { code: 'tools/timed-out' } }
  expect([await first, await second]).toMatchObject([timedOut, { ...timedOut, replayed: true }])
  expect(count).toBe(1)
})

test('a key that is stored again takes its room once, and is the newest', () => {
  const stored = (output: string) => ({ fingerprint: 'f', expiresAt: 1, result: { output, partials: [] } as any })
  const store = memoryResultStore({ maxLength: 200, maxEntries: 2 })
  void store.set('b', stored('x'.repeat(40)))
  for (let time = 0; time < 5; time++) void store.set('a', stored('x'.repeat(40)))
  expect(store.get('b')).toBeDefined()
  void store.set('a', stored('x'.repeat(40)))
  void store.set('c', stored(''))
  expect(['a', 'b', 'c'].map((key) => store.get(key) !== undefined)).toEqual([true, false, true])
})
