import { StageflowError } from '@stageflow/core'
import { manualClock } from '@stageflow/testing'
import { afterEach, expect, test } from 'vitest'

import { ChunkQueue, type ChunkQueueOptions, type StreamEventType } from './index.ts'

const clock = manualClock()
afterEach(() => expect(clock.timers).toEqual([]))

const make = (options: ChunkQueueOptions<number> = {}): ChunkQueue<number> =>
  new ChunkQueue({ mode: 'broadcast', clock, ...options })
const END = { done: true, value: undefined }

async function all(source: AsyncIterable<number>): Promise<number[]> {
  const items = []
  for await (const each of source) items.push(each)
  return items
}

test('every reader gets every item, at its own pace', async () => {
  const queue = make()
  const readers = [queue.reader(), queue.reader()]
  const loop = all(queue)
  for (const value of [1, 2, 3]) expect(await queue.put(value)).toBe(true)
  expect(await readers[0]?.get()).toEqual({ done: false, value: 1 })
  expect(readers.map((reader) => reader.size)).toEqual([2, 3])
  expect(queue.size).toBe(3)
  queue.close()
  expect(await Promise.all(readers.map(all))).toEqual([
    [2, 3],
    [1, 2, 3],
  ])
  expect(await loop).toEqual([1, 2, 3])
  expect(queue.stats()).toMatchObject({ totalItems: 3, droppedItems: 0, readers: 3 })
})

test('a reader only gets items put after it was made, and one made after the end gets the end', async () => {
  const queue = make()
  const first = queue.reader()
  await queue.put(1)
  const second = queue.reader()
  await queue.put(2)
  queue.close()
  expect(await all(first)).toEqual([1, 2])
  expect(await all(second)).toEqual([2])
  expect(await queue.reader().get()).toEqual(END)
  const failed = make()
  failed.fail(new Error('gone'))
  await expect(failed.reader().get()).rejects.toThrow('gone')
})

test('each reader has its own limit and policy; only those that block hold the producer up', async () => {
  const queue = make({ maxSize: 3 })
  const exact = queue.reader()
  const latest = queue.reader({ maxSize: 1, overflow: 'drop-oldest' })
  const first = queue.reader({ maxSize: 1, overflow: 'drop-newest' })
  const sum = queue.reader({ maxSize: 1, overflow: { coalesce: (queued, item) => queued + item } })
  for (const value of [1, 2, 3]) expect(await queue.put(value)).toBe(true)
  expect(queue.tryPut(4)).toBe(false)
  const fourth = queue.put(4)
  expect(latest.stats().droppedItems).toBe(2)
  expect(exact.tryGet()).toEqual({ done: false, value: 1 })
  expect(await fourth).toBe(true)
  queue.close()
  expect(await all(exact)).toEqual([2, 3, 4])
  expect(await all(latest)).toEqual([4])
  expect(await all(first)).toEqual([1])
  expect(await all(sum)).toEqual([10])
  expect(sum.stats()).toEqual({
    size: 0,
    maxSize: 1,
    isThrottled: false,
    droppedItems: 0,
    coalescedItems: 3,
    discardedItems: 0,
    maxQueueSize: 1,
  })
  expect(queue.stats()).toMatchObject({ totalItems: 4, droppedItems: 6, coalescedItems: 3, maxQueueSize: 3 })
})

test('a put that waits is delivered to all readers or, when it is given up, to none', async () => {
  const queue = make({ maxSize: 1 })
  const [slow, fast] = [queue.reader(), queue.reader()]
  await queue.put(1)
  await fast.get()
  const abort = new AbortController()
  const put = queue.put(2, { signal: abort.signal })
  expect(fast.tryGet()).toBeUndefined()
  abort.abort(new Error('never mind'))
  await expect(put).rejects.toThrow('never mind')
  expect(slow.tryGet()).toEqual({ done: false, value: 1 })
  expect(slow.tryGet()).toBeUndefined()
  expect(fast.tryGet()).toBeUndefined()
})

test('with the policy error, a reader that is too far behind ends, and the others are not affected (streaming/full)', async () => {
  const queue = make({ name: 'tokens' })
  const slow = queue.reader({ name: 'client 7', maxSize: 2, overflow: 'error' })
  const other = queue.reader()
  for (const value of [1, 2, 3, 4]) expect(await queue.put(value)).toBe(true)
  expect(queue.stats()).toMatchObject({ readers: 1, droppedItems: 0, totalItems: 4 })
  expect(await slow.get()).toEqual({ done: false, value: 1 })
  expect(await slow.get()).toEqual({ done: false, value: 2 })
  await expect(slow.get()).rejects.toMatchObject({
    code: 'streaming/full',
    message:
      'A reader of the queue "tokens", reader "client 7" was 2 items behind, and its policy is \'error\'. Read faster, raise its maxSize, or use another policy.',
  })
  queue.close()
  expect(await all(other)).toEqual([1, 2, 3, 4])
})

test.each<[string, (queue: ChunkQueue<number>) => void]>([
  ['puts', (queue) => void queue.put(90)],
  ['tries to put', (queue) => expect(queue.tryPut(90)).toBe(false)],
])(
  'a coalesce function that %s into its own queue loses its own reader, and no other reader an item or the order',
  async (_, use) => {
    let isFirst = true
    const queue: ChunkQueue<number> = make({ maxSize: 2 })
    const broken = queue.reader({
      maxSize: 1,
      overflow: {
        coalesce: (queued, item) => {
          if (isFirst) use(queue)
          isFirst = false
          return queued + item
        },
      },
    })
    const exact = queue.reader()
    expect(await queue.put(1)).toBe(true)
    expect(await queue.put(2)).toBe(true)
    const got = [exact.tryGet()?.value, exact.tryGet()?.value, exact.tryGet()?.value]
    expect(got.slice(0, 2)).toEqual([1, 2])
    expect(queue.stats()).toMatchObject({ droppedItems: 0, readers: 1, waitingPuts: 0 })
    expect(await broken.get()).toEqual({ done: false, value: 1 })
    await expect(broken.get()).rejects.toMatchObject({ code: 'streaming/coalesce-reentered' })
  },
)

test('a coalesce function that makes another reader leave lets no waiting put overtake', async () => {
  let use = (): void => {}
  const queue = make({ maxSize: 1 })
  const exact = queue.reader()
  const leaving = queue.reader({ maxSize: 10 })
  queue.reader({ overflow: { coalesce: (queued, item) => (use(), queued + item) } })
  await queue.put(1)
  const puts = [queue.put(2), queue.put(3)]
  use = () => leaving.cancel()
  const got = Array.from({ length: 4 }, () => exact.tryGet()?.value)
  expect(got).toEqual([1, 2, 3, undefined])
  expect(await Promise.all(puts)).toEqual([true, true])
  expect(queue.stats()).toMatchObject({ droppedItems: 0, readers: 1 })
})

test('tryPut returns false if a coalesce function has ended the queue', async () => {
  const queue: ChunkQueue<number> = make()
  queue.reader({ maxSize: 1, overflow: { coalesce: () => (queue.close(), 0) } })
  expect(queue.tryPut(1)).toBe(true)
  expect(queue.tryPut(2)).toBe(false)
})

test('a coalesce function that puts and makes its own reader leave: the put is let in after the item', async () => {
  const queue: ChunkQueue<number> = make()
  let put: Promise<boolean> | undefined
  const coalesce = (): number => {
    put = queue.put(90)
    leaving.cancel()
    return 0
  }
  const leaving = queue.reader({ maxSize: 1, overflow: { coalesce } })
  const other = queue.reader()
  await queue.put(1)
  await queue.put(2)
  expect(await put).toBe(true)
  queue.close()
  expect(await all(other)).toEqual([1, 2, 90])
})

test('a coalesce function that ends the queue or another reader leaves nothing to read for it', async () => {
  for (const end of ['queue', 'reader'] as const) {
    const queue: ChunkQueue<number> = make()
    const overflow = { coalesce: (): number => (end === 'queue' ? queue.cancel() : other.cancel(), 0) }
    queue.reader({ maxSize: 1, overflow })
    const other = queue.reader()
    await queue.put(1)
    expect(await queue.put(2), end).toBe(end === 'reader')
    expect(queue.stats().totalItems, end).toBe(end === 'reader' ? 2 : 1)
    expect(await other.get(), end).toEqual(END)
    expect(queue.stats(), end).toMatchObject({ waitingPuts: 0, waitingGets: 0 })
  }
})

test('a coalesce function that throws ends its reader only', async () => {
  const queue = make()
  const broken = queue.reader({
    maxSize: 1,
    overflow: {
      coalesce: () => {
        throw new Error('cannot merge')
      },
    },
  })
  const other = queue.reader()
  for (const value of [1, 2]) expect(await queue.put(value)).toBe(true)
  expect(await broken.get()).toEqual({ done: false, value: 1 })
  await expect(broken.get()).rejects.toThrow('cannot merge')
  expect(other.size).toBe(2)
})

test('a reader that leaves frees the puts that waited for it, in their order', async () => {
  const queue = make({ maxSize: 1 })
  const [stalled, other] = [queue.reader(), queue.reader({ maxSize: 10 })]
  await queue.put(1)
  const puts = [queue.put(2), queue.put(3)]
  const loop = stalled.values()
  stalled.cancel()
  stalled.cancel()
  expect(await Promise.all(puts)).toEqual([true, true])
  expect(await loop.next()).toEqual(END)
  queue.close()
  expect(await all(other)).toEqual([1, 2, 3])
  expect(queue.stats()).toMatchObject({ readers: 1, discardedItems: 1 })
})

test('a loop over a broadcast is a reader of its own, which leaves with the loop', async () => {
  const queue = make({ maxSize: 1 })
  const abort = new AbortController()
  const aborted = all(queue.values({ signal: abort.signal }))
  const timedOut = all(queue.values({ timeoutMs: 10 }))
  const broken = (async () => {
    for await (const each of queue) if (each === 1) break
  })()
  await queue.put(1)
  await broken
  expect(queue.stats().readers).toBe(2)
  abort.abort(new Error('enough'))
  await expect(aborted).rejects.toThrow('enough')
  const refused = expect(timedOut).rejects.toMatchObject({ code: 'streaming/timed-out' })
  await clock.advance(10)
  await refused
  expect(queue.stats().readers).toBe(0)
})

test('a loop over a reader that is left cancels the reader, so that it holds no producer up', async () => {
  const queue = make({ maxSize: 1 })
  const slow = queue.reader()
  const other = queue.reader({ overflow: 'drop-oldest' })
  await queue.put(1)
  const waiting = queue.put(2)
  for await (const each of slow) {
    expect(each).toBe(1)
    break
  }
  expect(await waiting).toBe(true)
  expect(await queue.put(3)).toBe(true)
  expect(slow.tryGet()).toEqual({ done: true, value: undefined })
  expect(other.tryGet()).toEqual({ done: false, value: 3 })
  expect(queue.stats()).toMatchObject({ readers: 1, isClosed: false })
})

test('loops that share a reader leave one by one, and the last one cancels it', async () => {
  const queue = make()
  const reader = queue.reader()
  const [first, second] = [reader.values(), reader.values()]
  await first.return?.()
  expect(queue.stats().readers).toBe(1)
  await queue.put(1)
  expect(await second.next()).toEqual({ done: false, value: 1 })
  await second.return?.()
  expect(queue.stats().readers).toBe(0)
})

test('items put without a reader are dropped and counted, with an event', async () => {
  const told: unknown[] = []
  const queue = make({ eventEmitter: (type: StreamEventType, data: object) => told.push([type, data]) })
  expect(await queue.put(1)).toBe(true)
  expect(queue.tryPut(2)).toBe(true)
  expect(queue.stats()).toMatchObject({ totalItems: 2, droppedItems: 2, dropRate: 1, size: 0, readers: 0 })
  expect(told).toEqual([
    ['stream.chunk_dropped', { queueSize: 0, maxSize: 100, reason: 'no_reader' }],
    ['stream.chunk_dropped', { queueSize: 0, maxSize: 100, reason: 'no_reader' }],
  ])
})

test('case 17: the end of a broadcast wakes every reader and every producer', async () => {
  const error = new Error('the model is gone')
  const queue = make({ maxSize: 1 })
  const [behind, ...ahead] = [queue.reader(), queue.reader({ maxSize: 2 }), queue.reader({ maxSize: 2 })]
  await queue.put(1)
  const put = queue.put(2)
  for (const reader of ahead) await reader.get()
  const waiting = ahead.map((reader) => reader.get())
  queue.fail(error)
  expect(await Promise.allSettled(waiting)).toEqual(Array(2).fill({ status: 'rejected', reason: error }))
  expect(await put).toBe(false)
  expect(await behind?.get()).toEqual({ done: false, value: 1 })
  await expect(behind?.get()).rejects.toBe(error)
})

test('the queue of a broadcast is read through readers, and a work queue has none (streaming/wrong-mode)', async () => {
  const queue = make({ name: 'tokens' })
  await expect(queue.get()).rejects.toMatchObject({
    code: 'streaming/wrong-mode',
    message:
      'get() was called on the queue "tokens", which is a broadcast: each reader has its own place in it. Make a reader with reader(), or use for await.',
  })
  expect(() => queue.tryGet()).toThrow('tryGet() was called on')
  let error: unknown
  try {
    new ChunkQueue().reader()
  } catch (thrown) {
    error = thrown
  }
  expect(StageflowError.is(error, 'streaming/wrong-mode')).toBe(true)
})

test('a loop with illegal options leaves no reader behind (streaming/illegal-option)', () => {
  const queue = make()
  expect(() => queue.values({ timeoutMs: -1 })).toThrow(
    'timeoutMs must be a number of milliseconds from 0, or Infinity, not -1',
  )
  expect(queue.stats().readers).toBe(0)
})

test('items that an ended reader leaves unread are counted when it leaves', async () => {
  const queue = make()
  const slow = queue.reader({ maxSize: 2, overflow: 'error' })
  for (const value of [1, 2, 3]) await queue.put(value)
  await slow.get()
  slow.cancel()
  slow.cancel()
  expect(slow.stats().discardedItems).toBe(1)
  expect(queue.stats()).toMatchObject({ discardedItems: 1, readers: 0 })
  await expect(slow.get()).rejects.toMatchObject({ code: 'streaming/full' })
})

test('illegal options of a reader are refused (streaming/illegal-option)', async () => {
  const queue = make()
  expect(() => queue.reader({ maxSize: 0, overflow: 'x' as never })).toThrow(
    /reader\(\).*maxSize must be .*, not 0.*overflow must be .*, not "x"/,
  )
  expect(() => queue.reader({ clock } as never)).toThrow('unknown option "clock"')
  expect(queue.stats().readers).toBe(0)
  const reader = queue.reader({ maxSize: undefined } as never)
  expect(reader.stats().maxSize).toBe(100)
  await expect(reader.get({ timeoutMs: -1 })).rejects.toMatchObject({ code: 'streaming/illegal-option' })
})
