import { getEventListeners } from 'node:events'
import { expect, test } from 'vitest'

import { ChunkQueue, feed, toReadableStream, toWritableStream } from './index.ts'

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

async function all<T>(stream: ReadableStream<T>): Promise<T[]> {
  const items = []
  for await (const each of stream) items.push(each)
  return items
}

test('items put into a queue come out of the stream, undefined and null too', async () => {
  const queue = new ChunkQueue<unknown>()
  const stream = toReadableStream(queue)
  void feed(queue, [1, undefined, null, 'x'])
  expect(await all(stream)).toEqual([1, undefined, null, 'x'])
})

test('the stream takes a chunk only when it is asked for one', async () => {
  const queue = new ChunkQueue<number>({ maxSize: 2 })
  const reader = toReadableStream(queue).getReader()
  await queue.put(1)
  await queue.put(2)
  const third = queue.put(3)
  await turn()
  expect(queue.stats()).toMatchObject({ size: 2, waitingPuts: 1 })
  expect(await reader.read()).toEqual({ done: false, value: 1 })
  expect(await third).toBe(true)
})

test('an error of the producer errors the stream, after what was queued', async () => {
  const queue = new ChunkQueue<number>()
  const reader = toReadableStream(queue).getReader()
  const error = new Error('the model is gone')
  await queue.put(1)
  queue.fail(error)
  expect(await reader.read()).toEqual({ done: false, value: 1 })
  await expect(reader.read()).rejects.toBe(error)
})

test('cancelling the stream cancels the queue with the reason, even while a read waits', async () => {
  const queue = new ChunkQueue<number>()
  const reader = toReadableStream(queue).getReader()
  const read = reader.read()
  const reason = new Error('the client is gone')
  await reader.cancel(reason)
  expect(await read).toEqual({ done: true, value: undefined })
  expect(queue.closeSignal.reason).toBe(reason)
  expect(await queue.put(1)).toBe(false)
})

test('a stream of one reader of a broadcast leaves the others alone', async () => {
  const queue = new ChunkQueue<number>({ mode: 'broadcast' })
  const [mine, other] = [toReadableStream(queue.reader()), toReadableStream(queue.reader())]
  const stream = mine.getReader()
  await queue.put(1)
  expect(await stream.read()).toEqual({ done: false, value: 1 })
  await stream.cancel()
  expect(queue.stats().readers).toBe(1)
  await queue.put(2)
  queue.close()
  expect(await all(other)).toEqual([1, 2])
  await expect(all(toReadableStream(queue))).rejects.toMatchObject({ code: 'streaming/wrong-mode' })
})

test('a write is done when the queue has taken it, and closing the stream closes the queue', async () => {
  const queue = new ChunkQueue<number>({ maxSize: 1 })
  const writer = toWritableStream(queue).getWriter()
  await writer.write(1)
  let isWritten = false
  const second = writer.write(2).then(() => (isWritten = true))
  const closed = writer.close()
  await turn()
  expect(isWritten).toBe(false)
  expect(await queue.get()).toEqual({ done: false, value: 1 })
  await second
  await closed
  expect(await queue.get()).toEqual({ done: false, value: 2 })
  expect(await queue.get()).toEqual({ done: true, value: undefined })
  expect(getEventListeners(queue.closeSignal, 'abort')).toEqual([])
})

test('aborting the stream fails the queue with the reason, even while a write waits', async () => {
  const queue = new ChunkQueue<number>({ maxSize: 1 })
  const writer = toWritableStream(queue).getWriter()
  await writer.write(1)
  const waiting = writer.write(2).catch((error: unknown) => error)
  const reason = new Error('the source broke')
  await writer.abort(reason)
  expect(await waiting).toBe(reason)
  expect(await queue.get()).toEqual({ done: false, value: 1 })
  await expect(queue.get()).rejects.toBe(reason)
  expect(getEventListeners(queue.closeSignal, 'abort')).toEqual([])
})

test('readers that cancel the queue stop a pipe into it, and its source gets the reason', async () => {
  const reasons: unknown[] = []
  const source = new ReadableStream<number>({
    start: (controller) => controller.enqueue(1),
    cancel: (reason) => void reasons.push(reason),
  })
  const queue = new ChunkQueue<number>()
  const piped = source.pipeTo(toWritableStream(queue))
  expect(await queue.get()).toEqual({ done: false, value: 1 })
  const gone = new Error('the socket is gone')
  queue.cancel(gone)
  await expect(piped).rejects.toBe(gone)
  expect(reasons).toEqual([gone])
})

test('a queue that is closed elsewhere errors the stream (streaming/queue-closed)', async () => {
  const queue = new ChunkQueue<number>()
  const writer = toWritableStream(queue).getWriter()
  queue.close()
  await expect(writer.write(1)).rejects.toMatchObject({
    code: 'streaming/queue-closed',
    message: 'The queue was closed while it was written to. Stop writing when its closeSignal aborts.',
  })
  await expect(writer.closed).rejects.toMatchObject({ code: 'streaming/queue-closed' })
  const late = toWritableStream(queue).getWriter()
  await expect(late.closed).rejects.toMatchObject({ code: 'streaming/queue-closed' })
})

test('a queue that refuses a chunk breaks the pipe into it, and its readers get the error', async () => {
  const reasons: unknown[] = []
  const source = new ReadableStream<number>({
    pull: (controller) => controller.enqueue(1),
    cancel: (reason) => void reasons.push((reason as { code: string }).code),
  })
  const queue = new ChunkQueue<number>({ maxSize: 1, overflow: 'error' })
  await expect(source.pipeTo(toWritableStream(queue))).rejects.toMatchObject({ code: 'streaming/full' })
  expect(reasons).toEqual(['streaming/full'])
  expect(await queue.get()).toEqual({ done: false, value: 1 })
  await expect(queue.get()).rejects.toMatchObject({ code: 'streaming/full' })
  expect(getEventListeners(queue.closeSignal, 'abort')).toEqual([])
})

test('a pipe through two queues keeps order and backpressure', async () => {
  let pulled = 0
  const source = new ReadableStream<number>(
    { pull: (controller) => (pulled < 1_000 ? controller.enqueue(pulled++) : controller.close()) },
    { highWaterMark: 0 },
  )
  const first = new ChunkQueue<number>({ maxSize: 4 })
  const second = new ChunkQueue<number>({ maxSize: 4 })
  void source.pipeTo(toWritableStream(first))
  void toReadableStream(first).pipeTo(toWritableStream(second))
  await turn()
  await turn()
  expect(pulled).toBeLessThan(16)
  expect(await all(toReadableStream(second))).toEqual(Array.from({ length: 1_000 }, (_, index) => index))
})
