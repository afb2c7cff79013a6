import { getEventListeners, once } from 'node:events'
import { createServer, connect, type AddressInfo, type Socket } from 'node:net'
import { PassThrough, Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { expect, test } from 'vitest'

import { ChunkQueue, feed } from './index.ts'
import { toNodeReadable, toNodeWritable } from './node.ts'

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

async function all<T>(source: AsyncIterable<T>): Promise<T[]> {
  const items = []
  for await (const each of source) items.push(each)
  return items
}

test('items put into a queue come out of the readable', async () => {
  const queue = new ChunkQueue<unknown>()
  void feed(queue, [1, '', { a: 1 }, Buffer.from('x')])
  expect(await all(toNodeReadable(queue))).toEqual([1, '', { a: 1 }, Buffer.from('x')])
})

test.each([null, undefined])('a stream of Node cannot carry %s (streaming/null-chunk)', async (chunk) => {
  const queue = new ChunkQueue<unknown>()
  await queue.put(chunk)
  await expect(all(toNodeReadable(queue))).rejects.toMatchObject({ code: 'streaming/null-chunk' })
  expect(queue.isClosed).toBe(true)
})

test('the readable reads one chunk ahead, and an error of the producer destroys it after what was queued', async () => {
  const queue = new ChunkQueue<number>({ maxSize: 2 })
  const stream = toNodeReadable(queue)
  stream.once('readable', () => {})
  void feed(queue, failing())
  await turn()
  await turn()
  expect(queue.stats()).toMatchObject({ size: 2, totalItems: 3, waitingPuts: 1 })
  const got: unknown[] = []
  const read = (async () => {
    for await (const each of stream) got.push(each)
  })()
  await expect(read).rejects.toThrow('the model is gone')
  expect(got).toEqual([0, 1, 2, 3, 4])
})

async function* failing(): AsyncGenerator<number> {
  for (let index = 0; index < 5; index++) yield index
  throw new Error('the model is gone')
}

test('destroying the readable, or leaving its loop, cancels the queue with the reason', async () => {
  const queue = new ChunkQueue<number>()
  const stream = toNodeReadable(queue)
  const gone = new Error('the socket is gone')
  stream.on('error', () => {})
  stream.destroy(gone)
  expect(queue.closeSignal.reason).toBe(gone)
  const left = new ChunkQueue<number>()
  void feed(left, [1, 2, 3])
  for await (const each of toNodeReadable(left)) if (each === 1) break
  expect(left.isClosed).toBe(true)
})

test('a readable of a broadcast fails without ending it: it needs a reader (streaming/wrong-mode)', async () => {
  const queue = new ChunkQueue<number>({ mode: 'broadcast' })
  await expect(all(toNodeReadable(queue))).rejects.toMatchObject({ code: 'streaming/wrong-mode' })
  expect(queue.isClosed).toBe(false)
})

test('a write is done when the queue has taken it, and ending the stream closes the queue', async () => {
  const queue = new ChunkQueue<number>({ maxSize: 1 })
  const stream = toNodeWritable(queue)
  const piped = pipeline(Readable.from([1, 2, 3, 4, 5]), stream)
  await turn()
  await turn()
  expect(queue.stats()).toMatchObject({ size: 1, totalItems: 1, waitingPuts: 1 })
  expect(stream.writableLength, 'the write that waits, and none behind it').toBe(1)
  expect(await all(queue)).toEqual([1, 2, 3, 4, 5])
  await piped
  expect(getEventListeners(queue.closeSignal, 'abort')).toEqual([])
})

test('destroying the writable fails the queue, even while a write waits', async () => {
  const queue = new ChunkQueue<number>({ maxSize: 1 })
  const stream = toNodeWritable(queue)
  const error = new Error('the source broke')
  stream.on('error', () => {})
  stream.write(1)
  stream.write(2)
  await turn()
  stream.destroy(error)
  expect(await queue.get()).toEqual({ done: false, value: 1 })
  await expect(queue.get()).rejects.toBe(error)
  expect(queue.stats().waitingPuts).toBe(0)
})

test('destroying a writable without an error fails the queue (streaming/premature-close)', async () => {
  const queue = new ChunkQueue<number>()
  toNodeWritable(queue).destroy()
  await expect(queue.get()).rejects.toMatchObject({ code: 'streaming/premature-close' })
})

test('readers that cancel the queue destroy the writable and what is piped into it', async () => {
  const source = new PassThrough({ objectMode: true })
  const queue = new ChunkQueue<number>()
  const piped = pipeline(source, toNodeWritable(queue))
  source.write(1)
  expect(await queue.get()).toEqual({ done: false, value: 1 })
  const gone = new Error('the socket is gone')
  queue.cancel(gone)
  await expect(piped).rejects.toBe(gone)
  expect(source.destroyed).toBe(true)
})

test('a queue that is closed elsewhere destroys the writable (streaming/queue-closed)', async () => {
  const queue = new ChunkQueue<number>()
  queue.close()
  const stream = toNodeWritable(queue)
  const [error] = await once(stream, 'error')
  expect(error).toMatchObject({ code: 'streaming/queue-closed' })
})

test('a failure that is not an error destroys the readable with an error', async () => {
  const queue = new ChunkQueue<number>()
  queue.fail('quota')
  await expect(all(toNodeReadable(queue))).rejects.toMatchObject({ code: 'streaming/producer-failed' })
})

test('a real socket that stalls slows the producer down, and one that closes stops it', async () => {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1')
  const [socket] = (await once(server, 'connection')) as [Socket]
  client.on('error', () => {})
  client.pause()

  let made = 0
  let isStopped = false
  async function* model(): AsyncGenerator<Buffer> {
    try {
      for (;;) {
        made++
        yield Buffer.alloc(64 * 1024, 'x')
      }
    } finally {
      isStopped = true
    }
  }
  const queue = new ChunkQueue<Buffer>({ maxSize: 8 })
  const fed = feed(queue, model())
  const sent = pipeline(toNodeReadable(queue), socket).catch((error: unknown) => error)
  const stalled = await stillCount(() => made)
  expect(queue.stats()).toMatchObject({ size: 8, waitingPuts: 1 })

  client.resume()
  await until(() => made > stalled + 50)
  client.destroy()
  expect(await sent).toBeInstanceOf(Error)
  await fed
  expect(isStopped).toBe(true)
  expect(queue.isClosed).toBe(true)
  server.close()
  await once(server, 'close')
})

/** The count once it no longer changes for a while of the real event loop. */
async function stillCount(count: () => number): Promise<number> {
  for (let last = -1, same = 0; ;) {
    await turn()
    same = count() === last ? same + 1 : 0
    last = count()
    if (same > 500) return last
  }
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await turn()
}
