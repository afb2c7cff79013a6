import { StageflowError } from '@stageflow/core'
import { manualClock } from '@stageflow/testing'
import { getEventListeners } from 'node:events'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { afterEach, expect, test } from 'vitest'

import { ChunkQueue, type ChunkQueueOptions, type ChunkResult } from './index.ts'

const clock = manualClock()
afterEach(() => expect(clock.timers).toEqual([]))

const make = (options: ChunkQueueOptions<unknown> = {}): ChunkQueue<unknown> => new ChunkQueue({ clock, ...options })
const item = (value: unknown): ChunkResult<unknown> => ({ done: false, value })
const END = { done: true, value: undefined }
const codeOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    (value) => value,
    (error: unknown) => (StageflowError.is(error) ? error.code : error),
  )
async function all(queue: AsyncIterable<unknown>): Promise<unknown[]> {
  const items = []
  for await (const each of queue) items.push(each)
  return items
}

test('without options 100 items fit, and the next put waits for a place', async () => {
  const queue = new ChunkQueue<number>()
  for (let index = 0; index < 100; index++) expect(queue.tryPut(index)).toBe(true)
  expect(queue.tryPut(100)).toBe(false)
  const put = queue.put(100)
  expect(queue.stats()).toMatchObject({ size: 100, maxSize: 100, waitingPuts: 1, blockedPuts: 1 })
  expect(await queue.get()).toEqual(item(0))
  expect(await put).toBe(true)
  queue.close()
  expect(await all(queue)).toEqual(Array.from({ length: 100 }, (_, index) => index + 1))
})

test('undefined, null, NaN and a promise that was put are values like any other', async () => {
  const queue = make()
  const later = Promise.resolve(1)
  const values = [undefined, null, Number.NaN, 0, '', false, { done: true }, later]
  for (const value of values) expect(await queue.put(value)).toBe(true)
  queue.close()
  for (const value of values.slice(0, 4)) expect(await queue.get()).toEqual(item(value))
  expect(queue.tryGet()).toEqual(item(''))
  expect(await queue.values().next()).toEqual(item(false))
  expect(await queue.get()).toEqual(item({ done: true }))
  expect(queue.tryGet()).toEqual(item(later))
  expect(await queue.get()).toEqual(END)
})

test('items come out in the order in which they were put, even after the ring has grown and wrapped', async () => {
  const queue = make({ maxSize: 37 })
  let put = 0
  let got = 0
  for (let round = 1; round < 60; round++) {
    for (let index = 0; index < (round % 37) + 1; index++) if (queue.tryPut(put)) put++
    for (let index = 0; index < round % 23; index++) if (queue.size > 0) expect(queue.tryGet()).toEqual(item(got++))
  }
  expect(put - got).toBe(queue.size)
  while (queue.tryGet() !== undefined);
  await queue.put(1)
  expect(queue.stats().maxQueueSize).toBe(37)
})

test('an item that was taken can be garbage-collected', async () => {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  const queue = make()
  const pass = (): WeakRef<object> => {
    const chunk = { text: 'a' }
    queue.tryPut(chunk)
    queue.tryGet()
    return new WeakRef(chunk)
  }
  const cancel = (): WeakRef<object> => {
    const chunk = { text: 'b' }
    cancelled.tryPut(chunk)
    cancelled.cancel()
    return new WeakRef(chunk)
  }
  const cancelled = make()
  const left = cancel()
  const passed = pass()
  await new Promise((resolve) => setImmediate(resolve))
  collect()
  expect(passed.deref()).toBeUndefined()
  expect(left.deref()).toBeUndefined()
  expect([queue.size, cancelled.size]).toEqual([0, 0])
})

test('tryGet returns undefined if there is no item, and the end if there will be none', () => {
  const queue = make()
  expect(queue.tryGet()).toBeUndefined()
  queue.close()
  expect(queue.tryGet()).toEqual(END)
})

test('an item goes to the reader that has waited longest, and puts get places in order', async () => {
  const queue = make({ maxSize: 1 })
  const log: string[] = []
  const readers = ['a', 'b', 'c'].map((name) =>
    queue.get().then((result) => log.push(`${name} ${String(result.value)}`)),
  )
  for (const value of [1, 2, 3]) void queue.put(value)
  await Promise.all(readers)
  expect(log).toEqual(['a 1', 'b 2', 'c 3'])
  const puts = [4, 5, 6].map((value) => queue.put(value).then(() => log.push(`put ${value}`)))
  for (const value of [4, 5, 6]) expect(await queue.get()).toEqual(item(value))
  await Promise.all(puts)
  expect(log.slice(3)).toEqual(['put 4', 'put 5', 'put 6'])
})

test('a new put does not overtake waiting puts', async () => {
  const queue = make({ maxSize: 1 })
  await queue.put(1)
  const second = queue.put(2)
  const third = queue.put(3)
  expect(queue.tryGet()).toEqual(item(1))
  expect(queue.tryPut(4)).toBe(false)
  expect(queue.tryGet()).toEqual(item(2))
  expect(queue.tryGet()).toEqual(item(3))
  expect(await Promise.all([second, third])).toEqual([true, true])
})

test('case 17: close wakes every waiting consumer, each with the end', async () => {
  const queue = make()
  const waiting = [queue.get(), queue.get(), queue.values().next(), all(queue)]
  await clock.settle()
  expect(queue.stats().waitingGets).toBe(4)
  queue.close()
  expect(await Promise.all(waiting)).toEqual([END, END, END, []])
  expect(queue.isClosed).toBe(true)
})

test('case 17: close wakes every waiting producer with false, and their items are not in the queue', async () => {
  const queue = make({ maxSize: 1 })
  await queue.put('in')
  const waiting = [queue.put('a'), queue.put('b'), queue.put('c')]
  queue.close()
  expect(await Promise.all(waiting)).toEqual([false, false, false])
  expect(await queue.put('late')).toBe(false)
  expect(queue.tryPut('late')).toBe(false)
  expect(await all(queue)).toEqual(['in'])
})

test('case 17: the error of a producer reaches every consumer, after what was queued', async () => {
  const queue = make()
  const error = new Error('the model is gone')
  await queue.put(1)
  queue.fail(error)
  expect(await queue.get()).toEqual(item(1))
  await expect(queue.get()).rejects.toBe(error)
  await expect(queue.get()).rejects.toBe(error)
  await expect(all(queue)).rejects.toBe(error)
  expect(() => queue.tryGet()).toThrow(error)
  expect(await queue.put(2)).toBe(false)

  const empty = make()
  const waiting = [empty.get(), empty.get(), all(empty)]
  empty.fail(error)
  expect(await Promise.allSettled(waiting)).toEqual(Array(3).fill({ status: 'rejected', reason: error }))
})

test('a failure that is not an error becomes the cause of one (streaming/producer-failed)', async () => {
  const queue = make({ name: 'tokens' })
  queue.fail('quota')
  await expect(queue.get()).rejects.toMatchObject({
    code: 'streaming/producer-failed',
    message: 'The producer of the queue "tokens" failed: "quota".',
    cause: 'quota',
  })
})

test('the first end counts: fail after close, and close after fail, change nothing', async () => {
  const closed = make()
  closed.close()
  closed.fail(new Error('late'))
  expect(await closed.get()).toEqual(END)
  const failed = make()
  const error = new Error('first')
  failed.fail(error)
  failed.close()
  failed.cancel()
  await expect(failed.get()).rejects.toBe(error)
})

test('cancel discards what is queued, ends readers and producers, and counts the discarded items', async () => {
  const queue = make({ maxSize: 2 })
  await queue.put(1)
  await queue.put(2)
  const waiting = queue.put(3)
  queue.cancel(new Error('the socket is gone'))
  expect(await waiting).toBe(false)
  expect(await queue.get()).toEqual(END)
  expect(queue.stats()).toMatchObject({ size: 0, discardedItems: 2, droppedItems: 0, totalItems: 2 })
  const closed = make()
  await closed.put(1)
  closed.close()
  closed.cancel()
  expect(await closed.get()).toEqual(END)
})

test('closeSignal aborts with the reason when the queue ends; read later, it has aborted', async () => {
  const gone = new Error('the socket is gone')
  const cancelled = make()
  const signal = cancelled.closeSignal
  expect(signal.aborted).toBe(false)
  expect(cancelled.closeSignal).toBe(signal)
  cancelled.cancel(gone)
  expect(signal.reason).toBe(gone)
  const failed = make()
  failed.fail(gone)
  expect(failed.closeSignal.reason).toBe(gone)
  const closed = make()
  closed.close()
  expect(closed.closeSignal.aborted).toBe(true)
})

test('drop-oldest drops the oldest item, drop-newest the new one, and both are counted', async () => {
  const oldest = make({ maxSize: 2, overflow: 'drop-oldest' })
  for (const value of [1, 2, 3, 4]) expect(await oldest.put(value)).toBe(true)
  expect(oldest.tryPut(5)).toBe(true)
  oldest.close()
  expect(await all(oldest)).toEqual([4, 5])
  expect(oldest.stats()).toMatchObject({
    totalItems: 5,
    droppedItems: 3,
    dropRate: 0.6,
    blockedPuts: 0,
    maxQueueSize: 2,
  })

  const newest = make({ maxSize: 2, overflow: 'drop-newest' })
  for (const value of [1, 2, 3]) expect(await newest.put(value)).toBe(true)
  expect(newest.tryPut(4)).toBe(false)
  newest.close()
  expect(await all(newest)).toEqual([1, 2])
  expect(newest.stats()).toMatchObject({ totalItems: 4, droppedItems: 2 })
})

test('with the policy error a full queue refuses the item and stays as it is (streaming/full)', async () => {
  const queue = make({ maxSize: 1, overflow: 'error', name: 'tokens' })
  await queue.put(1)
  await expect(queue.put(2)).rejects.toMatchObject({
    code: 'streaming/full',
    message:
      'An item was put into the queue "tokens", which is full (maxSize: 1) and has the policy \'error\'. Put less, read faster, or use another policy.',
  })
  expect(queue.tryPut(3)).toBe(false)
  expect(queue.tryGet()).toEqual(item(1))
  expect(await queue.put(4)).toBe(true)
  expect(queue.stats()).toMatchObject({ totalItems: 2, droppedItems: 0 })
})

test('coalesce merges an item that finds no place into the newest', async () => {
  const queue = new ChunkQueue<string>({ maxSize: 2, overflow: { coalesce: (queued, next) => queued + next } })
  for (const token of ['You', ' said', ' "hi', '"']) expect(await queue.put(token)).toBe(true)
  expect(queue.tryPut('.')).toBe(true)
  queue.close()
  expect(await all(queue)).toEqual(['You', ' said "hi".'])
  expect(queue.stats()).toMatchObject({ totalItems: 5, coalescedItems: 3, droppedItems: 0 })
})

test('an error of coalesce rejects the put, and the queue is unchanged', async () => {
  const error = new Error('cannot merge')
  const queue = new ChunkQueue<number>({
    maxSize: 1,
    overflow: {
      coalesce: () => {
        throw error
      },
    },
  })
  await queue.put(1)
  await expect(queue.put(2)).rejects.toBe(error)
  expect(() => queue.tryPut(3)).toThrow(error)
  expect(queue.tryGet()).toEqual(item(1))
  expect(queue.stats().totalItems).toBe(1)
})

test.each([
  ['puts', (queue: ChunkQueue<number>) => void queue.put(9)],
  ['gets', (queue: ChunkQueue<number>) => void queue.tryGet()],
  ['closes', (queue: ChunkQueue<number>) => queue.close()],
])('a coalesce function that %s in its own queue fails (streaming/coalesce-reentered)', async (_, use) => {
  let calls = 0
  const queue: ChunkQueue<number> = new ChunkQueue<number>({
    maxSize: 1,
    overflow: {
      coalesce: (queued, next) => {
        if (++calls === 1) use(queue)
        return queued + next
      },
    },
  })
  await queue.put(1)
  expect(await codeOf(queue.put(2))).toBe('streaming/coalesce-reentered')
})

test('a put that waits ends with the reason of its signal, and its item is not put', async () => {
  const queue = make({ maxSize: 1 })
  await queue.put(1)
  const abort = new AbortController()
  const first = queue.put(2, { signal: abort.signal })
  const second = queue.put(3)
  expect(getEventListeners(abort.signal, 'abort')).toHaveLength(1)
  const reason = new Error('never mind')
  abort.abort(reason)
  await expect(first).rejects.toBe(reason)
  expect(getEventListeners(abort.signal, 'abort')).toEqual([])
  expect(queue.tryGet()).toEqual(item(1))
  expect(await second).toBe(true)
  expect(queue.tryGet()).toEqual(item(3))
})

test('with an aborted signal nothing is put or taken, even if there are a place and an item', async () => {
  const queue = make()
  await queue.put(1)
  const signal = AbortSignal.abort(new Error('too late'))
  await expect(queue.put(2, { signal })).rejects.toThrow('too late')
  await expect(queue.get({ signal })).rejects.toThrow('too late')
  expect(queue.size).toBe(1)
})

test('a wait ends after timeoutMs (streaming/timed-out, streaming/timed-out), and leaves no timer when it ends before', async () => {
  const queue = make({ maxSize: 1, name: 'tokens' })
  const get = queue.get({ timeoutMs: 50 })
  const early = queue.get({ timeoutMs: 1_000 })
  const refused = expect(get).rejects.toMatchObject({
    code: 'streaming/timed-out',
    message:
      'Nothing came into the queue "tokens" within 50 ms. Raise timeoutMs, or find out why its producer is slow.',
  })
  await clock.advance(50)
  await refused
  void queue.put(1)
  expect(await early).toEqual(item(1))
  expect(clock.timers).toEqual([])

  await queue.put(2)
  const put = expect(queue.put(3, { timeoutMs: 20 })).rejects.toMatchObject({
    code: 'streaming/timed-out',
    message:
      'An item was not taken: the queue "tokens" stayed full (maxSize: 1) for 20 ms. Find out why its reader stalls, raise timeoutMs, or use an overflow policy that drops.',
  })
  await clock.advance(20)
  await put
  expect(queue.tryGet()).toEqual(item(2))
  expect(queue.tryGet()).toBeUndefined()
})

test('timeoutMs 0 does not wait, and Infinity waits without a timer', async () => {
  const queue = make({ maxSize: 1 })
  expect(await codeOf(queue.get({ timeoutMs: 0 }))).toBe('streaming/timed-out')
  expect(await queue.put(1, { timeoutMs: 0 })).toBe(true)
  expect(await codeOf(queue.put(2, { timeoutMs: 0 }))).toBe('streaming/timed-out')
  expect(queue.stats().blockedPuts).toBe(0)
  const put = queue.put(2, { timeoutMs: Infinity })
  expect(clock.timers).toEqual([])
  expect(await queue.get({ timeoutMs: 0 })).toEqual(item(1))
  expect(await put).toBe(true)
})

test('without a clock, waits use the clock of the machine', async () => {
  const queue = new ChunkQueue<number>({ maxSize: 1 })
  expect(await codeOf(queue.get({ timeoutMs: 1 }))).toBe('streaming/timed-out')
})

test('several loops share a work queue; one that is left keeps no item, and the queue stays open for the others', async () => {
  const queue = make()
  const first = queue.values()
  const second = queue.values()
  const waiting = first.next()
  expect(await first.return?.()).toEqual(END)
  expect(await first.return?.()).toEqual(END)
  expect(await waiting).toEqual(END)
  expect(await first.next()).toEqual(END)
  await queue.put(1)
  expect(await second.next()).toEqual(item(1))
  expect(queue.isClosed).toBe(false)
  await second.return?.()
  expect(queue.isClosed).toBe(true)
})

test('the last loop that is left cancels the queue, so that no producer waits without end', async () => {
  const queue = make({ maxSize: 1 })
  await queue.put(1)
  const waiting = queue.put(2)
  for await (const value of queue) {
    expect(value).toBe(1)
    break
  }
  expect(await waiting).toBe(true)
  expect(await queue.put(3)).toBe(false)
  expect(queue.closeSignal.aborted).toBe(true)
  expect(queue.stats()).toMatchObject({ isClosed: true, discardedItems: 1 })
})

test('a loop that throws leaves the queue, and get does not', async () => {
  const queue = make()
  for (const value of [1, 2, 3]) await queue.put(value)
  expect(await queue.get()).toEqual(item(1))
  expect(queue.isClosed).toBe(false)
  const loop = async (): Promise<void> => {
    for await (const value of queue) throw new Error(`cannot use ${value}`)
  }
  await expect(loop()).rejects.toThrow('cannot use 2')
  expect(queue.isClosed).toBe(true)
})

test('a loop whose signal aborts throws its reason, and has left', async () => {
  const queue = make()
  const abort = new AbortController()
  const loop = all(queue.values({ signal: abort.signal }))
  await queue.put(1)
  await clock.settle()
  abort.abort(new Error('enough'))
  await expect(loop).rejects.toThrow('enough')
  expect(getEventListeners(abort.signal, 'abort')).toEqual([])
  expect(queue.closeSignal.reason).toEqual(new Error('enough'))
})

test.each<[string, ChunkQueueOptions<unknown>, string]>([
  ['maxSize', { maxSize: 0 }, 'maxSize must be a whole number from 1 to 16777216, not 0'],
  ['maxSize', { maxSize: Infinity }, 'maxSize must be a whole number from 1 to 16777216, not Infinity'],
  ['maxSize', { maxSize: '5' as never }, 'maxSize must be a whole number from 1 to 16777216, not "5"'],
  [
    'overflow',
    { overflow: 'drop' as never },
    "overflow must be 'block', 'drop-oldest', 'drop-newest', 'error', or { coalesce",
  ],
  ['overflow', { overflow: { coalesce: 1 } as never }, '=> merged }, not an object'],
  ['overflow', { overflow: null as never }, '=> merged }, not null'],
  ['mode', { mode: 'fanout' as never }, "mode must be one of 'work-queue', 'broadcast', not \"fanout\""],
  ['highWaterMark', { highWaterMark: 0.8 }, 'highWaterMark must be a percentage above 1'],
  ['lowWaterMark', { lowWaterMark: Number.NaN }, 'lowWaterMark must be a percentage from 0 to 100, not NaN'],
  ['lowWaterMark', { lowWaterMark: 90 }, 'lowWaterMark must be below highWaterMark (80), not 90'],
  ['name', { name: '' }, 'name must be a string of 1 to 200 characters, not ""'],
  [
    'eventEmitter',
    { eventEmitter: {} as never },
    'eventEmitter must be a function (type, data) => void, not an object',
  ],
  ['clock', { clock: Date.now as never }, 'clock must be a clock with now(), setTimeout(), not a function'],
  ['size', { size: 5 } as never, 'unknown option "size" (known: name, maxSize, overflow, mode'],
  ['options', null as never, 'the options must be an object, not null'],
])('an illegal option %s is refused: %o (streaming/illegal-option)', (_, options, message) => {
  let error: unknown
  try {
    void new ChunkQueue(options)
  } catch (thrown) {
    error = thrown
  }
  expect(StageflowError.is(error, 'streaming/illegal-option')).toBe(true)
  expect(String(error)).toContain(message)
})

test('one error names every problem of the options, and undefined counts as not given', () => {
  expect(() => new ChunkQueue({ maxSize: -1, overflow: 'x' as never })).toThrow(
    /maxSize must be .*, not -1.*overflow must be .*, not "x"/,
  )
  const queue = new ChunkQueue({ maxSize: undefined, overflow: undefined, name: undefined } as never)
  expect(queue.stats().maxSize).toBe(100)
})

test('illegal options of a wait reject, and nothing is put or taken (streaming/illegal-option)', async () => {
  const queue = make()
  for (const options of [
    { timeoutMs: -1 },
    { timeoutMs: Number.NaN },
    { signal: new AbortController() },
    { timeout: 5 },
    new AbortController().signal,
    5,
    null,
  ]) {
    expect(await codeOf(queue.put(1, options as never))).toBe('streaming/illegal-option')
    expect(await codeOf(queue.get(options as never))).toBe('streaming/illegal-option')
    expect(() => queue.values(options as never)).toThrow(StageflowError)
  }
  expect(queue.stats()).toMatchObject({ size: 0, waitingGets: 0, totalItems: 0 })
  expect(await queue.put(1, { signal: undefined, timeoutMs: undefined } as never)).toBe(true)
})

test('a signal in the place of the options is refused, because it would end nothing (streaming/illegal-option)', async () => {
  const queue = make()
  await expect(queue.get(new AbortController().signal as never)).rejects.toThrow(
    'get(): the options must be an object, not an instance of AbortSignal that has none (known: signal, timeoutMs).',
  )
})

test('a timer that fires although it was cancelled does not end a wait', async () => {
  const timers: (() => void)[] = []
  const careless = { ...clock, setTimeout: (callback: () => void) => (timers.push(callback), () => {}) }
  const queue = new ChunkQueue<number>({ clock: careless, maxSize: 1 })
  const served = [queue.get({ timeoutMs: 5 }), queue.get()]
  await queue.put(1)
  await queue.put(2)
  const waiting = queue.get()
  for (const timer of timers) timer()
  await queue.put(3)
  expect(await Promise.all([...served, waiting])).toEqual([item(1), item(2), item(3)])
})

test('waiting calls settle in order, the end after the items, and a put that does not wait after those that did', async () => {
  const log: string[] = []
  const told = (name: string, promise: Promise<unknown>): void =>
    void promise.then(
      () => log.push(name),
      () => log.push(`${name} fails`),
    )
  for (const end of ['close', 'fail'] as const) {
    const queue = make()
    for (const name of ['first', 'second']) told(name, queue.get())
    void queue.put(1)
    queue[end](new Error('gone'))
    await clock.settle()
  }
  expect(log.splice(0)).toEqual(['first', 'second', 'first', 'second fails'])

  const full = make({ maxSize: 1 })
  for (const name of ['at first', 'waits', 'waits too']) told(name, full.put(name))
  full.tryGet()
  full.tryGet()
  full.tryGet()
  told('at once', full.put('at once'))
  told('ended', full.put('ended'))
  full.close()
  await clock.settle()
  expect(log).toEqual(['at first', 'waits', 'waits too', 'at once', 'ended'])
})

test('an equally fast producer and reader do not wait for each other at every item', async () => {
  const queue = new ChunkQueue<number>({ maxSize: 8 })
  const items = 1_000
  let waited = 0
  const read = all(queue)
  for (let index = 0; index < items; index++) {
    if (queue.stats().waitingGets > 0) waited++
    await queue.put(index)
  }
  queue.close()
  expect((await read).length).toBe(items)
  expect(waited).toBeLessThan(10)

  const eager = new ChunkQueue<number>({ maxSize: 8 })
  const readAgain = all(eager)
  for (let index = 0; index < items; index++) if (!eager.tryPut(index)) await eager.put(index)
  eager.close()
  expect((await readAgain).length).toBe(items)
  expect(eager.stats().blockedPuts).toBeLessThan(items / 2)
})

test('a put that does not wait makes no promise of its own', () => {
  const queue = make()
  expect(queue.put(1)).toBe(queue.put(2))
})
