import { PassThrough } from 'node:stream'
import { TransformStream } from 'node:stream/web'

import { Effect, Queue } from 'effect'
import { pushable } from 'it-pushable'

import { ChunkQueue } from '../../packages/streaming/src/index.ts'

// One producer hands numbers to one reader, 64 at most between them; nanoseconds an item, both sides together. What was
// read is summed and checked.

const CAPACITY = 64
const ITEMS = 200_000
const SUM = (ITEMS * (ITEMS - 1)) / 2

const subject = (id, title, pass) => ({
  id,
  group: 'queue',
  title,
  count: ITEMS,
  async run() {
    const sum = await pass()
    if (sum !== SUM) throw new Error(`${title} handed over ${sum} instead of ${SUM}.`)
  },
})

/** Each side goes on without a promise as long as it can. */
async function withoutWaiting() {
  const queue = new ChunkQueue({ maxSize: CAPACITY })
  const producer = async () => {
    for (let item = 0; item < ITEMS; item += 1) if (!queue.tryPut(item)) await queue.put(item)
    queue.close()
  }
  const reader = async () => {
    let sum = 0
    for (;;) {
      const next = queue.tryGet() ?? (await queue.get())
      if (next.done) return sum
      sum += next.value
    }
  }
  const [sum] = await Promise.all([reader(), producer()])
  return sum
}

async function sumOf(items) {
  let sum = 0
  for await (const item of items) sum += item
  return sum
}

async function forAwait(put) {
  const queue = new ChunkQueue({ maxSize: CAPACITY })
  const producer = async () => {
    for (let item = 0; item < ITEMS; item += 1) {
      const waiting = put(queue, item)
      if (waiting !== undefined) await waiting
    }
    queue.close()
  }
  const [sum] = await Promise.all([sumOf(queue), producer()])
  return sum
}

const always = () => forAwait((queue, item) => queue.put(item))
const whereFull = () => forAwait((queue, item) => (queue.tryPut(item) ? undefined : queue.put(item)))

async function nodeStream() {
  const stream = new PassThrough({ objectMode: true, highWaterMark: CAPACITY })
  const producer = async () => {
    // A stream of objects takes every value but null; a number stands for an item as it does elsewhere.
    for (let item = 0; item < ITEMS; item += 1) {
      if (!stream.write(item)) await new Promise((resolve) => stream.once('drain', resolve))
    }
    stream.end()
  }
  const [sum] = await Promise.all([sumOf(stream), producer()])
  return sum
}

async function webStream() {
  const { writable, readable } = new TransformStream(
    undefined,
    { highWaterMark: CAPACITY },
    { highWaterMark: CAPACITY },
  )
  const writer = writable.getWriter()
  const producer = async () => {
    for (let item = 0; item < ITEMS; item += 1) {
      await writer.ready
      void writer.write(item)
    }
    await writer.close()
  }
  const [sum] = await Promise.all([sumOf(readable), producer()])
  return sum
}

/** Takes all that is there at once, the fastest way that it has. */
const effectQueue = () =>
  Effect.runPromise(
    Effect.gen(function* () {
      const queue = yield* Queue.bounded(CAPACITY)
      const produce = Effect.gen(function* () {
        for (let item = 0; item < ITEMS;) {
          if (Queue.offerUnsafe(queue, item)) item += 1
          else yield* Queue.offer(queue, item++)
        }
      })
      const read = Effect.gen(function* () {
        let sum = 0
        for (let taken = 0; taken < ITEMS;) {
          const items = yield* Queue.takeAll(queue)
          for (const item of items) sum += item
          taken += items.length
        }
        return sum
      })
      const [sum] = yield* Effect.all([read, produce], { concurrency: 'unbounded' })
      return sum
    }),
  )

async function itPushable() {
  const queue = pushable({ objectMode: true })
  const producer = async () => {
    for (let item = 0; item < ITEMS; item += 1) {
      queue.push(item)
      if (item % CAPACITY === CAPACITY - 1) await undefined
    }
    queue.end()
  }
  const [sum] = await Promise.all([sumOf(queue), producer()])
  return sum
}

export const queues = [
  subject('queue', 'ChunkQueue, `tryPut` and `tryGet`', withoutWaiting),
  subject('queueForAwait', 'ChunkQueue, `await put` and `for await`', always),
  subject('queueTryPut', 'ChunkQueue, `tryPut`, `await put` where it is full, and `for await`', whereFull),
  subject('effectQueue', 'Effect’s bounded `Queue`, `takeAll`', effectQueue),
  subject('itPushable', 'it-pushable, `for await` (it has no bound)', itPushable),
  subject('nodeStream', 'Node’s `PassThrough`, `for await`', nodeStream),
  subject('webStream', '`TransformStream` of the web, `for await`', webStream),
]
