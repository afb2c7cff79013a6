import { StageflowError } from '@stageflow/core'
import { manualClock } from '@stageflow/testing'
import { getEventListeners } from 'node:events'
import { Readable } from 'node:stream'
import { afterEach, expect, test } from 'vitest'

import { ChunkQueue, feed, toAsyncIterable, toReadableStream, toWritableStream } from './index.ts'
import { toNodeReadable, toNodeWritable } from './node.ts'

const clock = manualClock()
afterEach(() => expect(clock.timers).toEqual([]))

async function all<T>(source: AsyncIterable<T>): Promise<T[]> {
  const items = []
  for await (const each of source) items.push(each)
  return items
}

const webStream = (items: readonly number[]): ReadableStream<number> =>
  new ReadableStream({
    start(controller) {
      for (const each of items) controller.enqueue(each)
      controller.close()
    },
  })

interface Counting {
  pulled: number
  left: boolean
  readonly source: AsyncGenerator<number>
}

/** Counts what was asked of it, and knows how it was left. */
function counting(last = Infinity): Counting {
  async function* source(): AsyncGenerator<number> {
    try {
      while (seen.pulled < last) yield seen.pulled++
    } finally {
      seen.left = true
    }
  }
  const seen: Counting = { pulled: 0, left: false, source: source() }
  return seen
}

test.each([
  ['an async generator', () => counting(3).source],
  ['a list', () => [0, 1, 2]],
  ['a stream of the Web', () => webStream([0, 1, 2])],
  ['a stream of Node', () => Readable.from([0, 1, 2])],
  ['another queue', () => new ChunkQueue<number>()],
])('%s is put in, and its end closes the queue', async (name, source) => {
  const queue = new ChunkQueue<number>({ maxSize: 2 })
  const from = source()
  if (from instanceof ChunkQueue) void feed(from, [0, 1, 2])
  const fed = feed(queue, from as AsyncIterable<number>)
  expect(await all(queue), name).toEqual([0, 1, 2])
  await fed
  expect(queue.isClosed).toBe(true)
})

test('feed reads at most one item more than fits', async () => {
  const seen = counting()
  const queue = new ChunkQueue<number>({ maxSize: 3 })
  void feed(queue, seen.source)
  await clock.settle()
  expect(seen.pulled).toBe(4)
  queue.tryGet()
  await clock.settle()
  expect(seen.pulled).toBe(5)
  queue.cancel()
  await clock.settle()
  expect(seen.left).toBe(true)
})

test.each([
  ['an async generator', (error: Error) => failing(error)],
  [
    'a stream of the Web',
    (error: Error) => new ReadableStream<number>({ start: (c) => c.enqueue(1), pull: () => Promise.reject(error) }),
  ],
  ['a stream of Node', (error: Error) => Readable.from(failing(error))],
])('the error of %s reaches the readers after what was put, and rejects feed', async (_, source) => {
  const error = new Error('the model is gone')
  const queue = new ChunkQueue<number>()
  const fed = feed(queue, source(error) as AsyncIterable<number>)
  expect(await queue.get()).toEqual({ done: false, value: 1 })
  await expect(queue.get()).rejects.toBe(error)
  await expect(fed).rejects.toBe(error)
})

async function* failing(error: Error): AsyncGenerator<number> {
  yield 1
  throw error
}

test('an error that only the readers handle is not an unhandled rejection', async () => {
  const queue = new ChunkQueue<number>()
  void feed(queue, failing(new Error('gone')))
  // An unhandled rejection would end this test run.
  await new Promise((resolve) => setImmediate(resolve))
  expect(queue.isClosed).toBe(true)
})

test('readers that cancel cancel the source: at a put that waits', async () => {
  const seen = counting()
  const queue = new ChunkQueue<number>({ maxSize: 1 })
  const fed = feed(queue, seen.source)
  for await (const each of toAsyncIterable(queue)) if (each === 1) break
  await fed
  expect(seen.left).toBe(true)
  expect(getEventListeners(queue.closeSignal, 'abort')).toEqual([])
})

test('readers that cancel cancel the source: at a read that waits, of each kind of source', async () => {
  const gone = new Error('the socket is gone')
  const reasons: unknown[] = []
  const web = new ReadableStream<number>({ cancel: (reason) => void reasons.push(reason) })
  const webQueue = new ChunkQueue<number>()
  const webFed = feed(webQueue, web)
  webQueue.cancel(gone)
  await webFed
  expect(reasons).toEqual([gone])

  const node = new Readable({ objectMode: true, read() {} })
  const nodeQueue = new ChunkQueue<number>()
  const nodeFed = feed(nodeQueue, node)
  await clock.settle()
  nodeQueue.cancel(gone)
  await nodeFed
  expect(node.destroyed).toBe(true)

  let returned = false
  const stuck: AsyncIterable<number> = {
    [Symbol.asyncIterator]: () => ({
      next: () => new Promise(() => {}),
      return: () => {
        returned = true
        return new Promise(() => {})
      },
    }),
  }
  const stuckQueue = new ChunkQueue<number>()
  const stuckFed = feed(stuckQueue, stuck)
  stuckQueue.cancel(gone)
  await stuckFed
  expect(returned).toBe(true)
})

test('the signal ends the feed: it leaves the source, and the readers get the reason', async () => {
  const seen = counting()
  const queue = new ChunkQueue<number>({ maxSize: 1 })
  const abort = new AbortController()
  const fed = feed(queue, seen.source, { signal: abort.signal })
  await clock.settle()
  const reason = new Error('the run was cancelled')
  abort.abort(reason)
  await expect(fed).rejects.toBe(reason)
  expect(seen.left).toBe(true)
  expect(await queue.get()).toEqual({ done: false, value: 0 })
  await expect(queue.get()).rejects.toBe(reason)
  expect(getEventListeners(abort.signal, 'abort')).toEqual([])
})

test('the readers get the reason of the signal at once, even if the source never ends its cleanup', async () => {
  const endless = (): Promise<never> => new Promise(() => {})
  async function* stuck(): AsyncGenerator<number> {
    try {
      for (;;) yield 1
    } finally {
      await endless()
    }
  }
  const queue = new ChunkQueue<number>({ maxSize: 1 })
  const abort = new AbortController()
  void feed(queue, stuck(), { signal: abort.signal })
  await clock.settle()
  const reason = new Error('the run was cancelled')
  abort.abort(reason)
  expect(queue.stats()).toMatchObject({ isClosed: true, waitingPuts: 0 })
  expect(await queue.get()).toEqual({ done: false, value: 1 })
  await expect(queue.get()).rejects.toBe(reason)

  const late = new ChunkQueue<number>()
  void feed(late, new ReadableStream<number>({ cancel: endless }), { signal: abort.signal })
  await expect(late.get({ timeoutMs: 1_000 })).rejects.toBe(reason)

  const strict = new ChunkQueue<number>({ maxSize: 1, overflow: 'error' })
  void feed(strict, stuck())
  expect(await strict.get()).toEqual({ done: false, value: 1 })
  await clock.settle()
  expect(strict.isClosed).toBe(true)
})

test('with an aborted signal, or a closed queue, feed leaves the source at once', async () => {
  const reasons: unknown[] = []
  const source = (): ReadableStream<number> => new ReadableStream({ cancel: (reason) => void reasons.push(reason) })
  const reason = new Error('too late')
  const queue = new ChunkQueue<number>()
  await expect(feed(queue, source(), { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
  const closed = new ChunkQueue<number>()
  closed.cancel(reason)
  await feed(closed, source())
  expect(reasons).toEqual([reason, reason])
})

test('a queue that refuses an item ends the feed with its error, and leaves the source', async () => {
  const seen = counting()
  const queue = new ChunkQueue<number>({ maxSize: 2, overflow: 'error' })
  await expect(feed(queue, seen.source)).rejects.toMatchObject({ code: 'streaming/full' })
  expect(seen.left).toBe(true)
  expect(await queue.get()).toEqual({ done: false, value: 0 })
})

test('an error in the cleanup of a source rejects feed', async () => {
  const queue = new ChunkQueue<number>({ maxSize: 1 })
  const error = new Error('cleanup failed')
  const fed = feed(
    queue,
    (async function* () {
      try {
        for (;;) yield 1
      } finally {
        // oxlint-disable-next-line no-unsafe-finally -- what it does is what is tested
        throw error
      }
    })(),
  )
  await clock.settle()
  queue.cancel()
  await expect(fed).rejects.toBe(error)
})

test.each([[5], ['text'], [null], [undefined], [{}], [() => {}]])(
  'feeding a queue from %o fails, for its readers too (streaming/illegal-option)',
  async (source) => {
    const queue = new ChunkQueue<number>()
    await expect(feed(queue, source as never)).rejects.toMatchObject({ code: 'streaming/illegal-option' })
    await expect(queue.get()).rejects.toMatchObject({ code: 'streaming/illegal-option' })
  },
)

test('an argument that is not a queue is refused, for example if the two are swapped (streaming/illegal-option)', () => {
  const queue = new ChunkQueue<number>()
  const calls: [string, () => unknown, string][] = [
    [
      'feed',
      () => feed([1] as never, queue),
      'feed() takes a ChunkQueue to write into as its first argument, not an array.',
    ],
    [
      'toWritableStream',
      () => toWritableStream(undefined as never),
      'toWritableStream() takes a ChunkQueue to write into as its first argument, not undefined.',
    ],
    ['toNodeWritable', () => toNodeWritable({} as never), 'as its first argument, not an object.'],
    [
      'toReadableStream',
      () => toReadableStream([] as never),
      'toReadableStream() takes a ChunkQueue, or a reader of one, as its first argument, not an array.',
    ],
    ['toNodeReadable', () => toNodeReadable(null as never), 'as its first argument, not null.'],
    ['toAsyncIterable', () => toAsyncIterable('x' as never), 'as its first argument, not "x".'],
  ]
  for (const [name, call, message] of calls) {
    let error: unknown
    try {
      call()
    } catch (thrown) {
      error = thrown
    }
    expect(StageflowError.is(error, 'streaming/illegal-option'), name).toBe(true)
    expect(String(error)).toContain(message)
  }
})

test('an illegal option is refused (streaming/illegal-option)', async () => {
  const queue = new ChunkQueue<number>()
  await expect(feed(queue, [1], { signal: 5 } as never)).rejects.toMatchObject({
    code: 'streaming/illegal-option',
    message: 'feed(): signal must be an AbortSignal, such as controller.signal, not 5.',
  })
  await expect(feed(new ChunkQueue(), [1], new AbortController().signal as never)).rejects.toThrow(
    'feed(): the options must be an object, not an instance of AbortSignal that has none (known: signal).',
  )
})

test('toAsyncIterable: leaving the loop leaves the queue, and so does the end of its wait', async () => {
  const left = new ChunkQueue<number>()
  await left.put(1)
  await left.put(2)
  const loop = toAsyncIterable(left)[Symbol.asyncIterator]()
  expect(await loop.next()).toEqual({ done: false, value: 1 })
  expect(await loop.return?.()).toEqual({ done: true, value: undefined })
  expect(await loop.next()).toEqual({ done: true, value: undefined })
  expect(left.stats()).toMatchObject({ isClosed: true, discardedItems: 1 })

  const slow = new ChunkQueue<number>({ clock })
  const waiting = expect(all(toAsyncIterable(slow, { timeoutMs: 10 }))).rejects.toMatchObject({
    code: 'streaming/timed-out',
  })
  await clock.advance(10)
  await waiting
  expect(slow.closeSignal.reason).toMatchObject({ code: 'streaming/timed-out' })
  expect(() => toAsyncIterable(slow, { timeoutMs: -1 })).toThrow(
    'timeoutMs must be a number of milliseconds from 0, or Infinity, not -1',
  )
})

test('toAsyncIterable of a broadcast is a reader of its own for each loop', async () => {
  const queue = new ChunkQueue<number>({ mode: 'broadcast', maxSize: 1 })
  const loop = toAsyncIterable(queue)[Symbol.asyncIterator]()
  await queue.put(1)
  const waiting = queue.put(2)
  expect(await loop.next()).toEqual({ done: false, value: 1 })
  expect(await waiting).toBe(true)
  await loop.return?.()
  expect(queue.stats()).toMatchObject({ readers: 0, isClosed: false })
})

test('toAsyncIterable passes on the items, the end and the error', async () => {
  const queue = new ChunkQueue<number>()
  void feed(queue, [1, 2])
  expect(await all(toAsyncIterable(queue))).toEqual([1, 2])
  const failed = new ChunkQueue<number>()
  failed.fail(new Error('gone'))
  await expect(all(toAsyncIterable(failed))).rejects.toThrow('gone')
})
