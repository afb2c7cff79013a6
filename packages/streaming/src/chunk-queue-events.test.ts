import { Pipeline } from '@stageflow/core'
import { manualClock, recordingSink } from '@stageflow/testing'
import { afterEach, expect, test } from 'vitest'

import { ChunkQueue, type ChunkQueueOptions, type StreamEventType } from './index.ts'

const clock = manualClock()
afterEach(() => expect(clock.timers).toEqual([]))

function telling<T>(options: ChunkQueueOptions<T> = {}): readonly [ChunkQueue<T>, [string, object][]] {
  const told: [string, object][] = []
  const eventEmitter = (type: StreamEventType, data: object): unknown => told.push([type, data])
  return [new ChunkQueue<T>({ clock, eventEmitter, ...options }), told]
}

test('a dropped chunk has an event with the reason', async () => {
  const [oldest, toldOfOldest] = telling<number>({ maxSize: 2, overflow: 'drop-oldest' })
  for (const value of [1, 2, 3]) await oldest.put(value)
  expect(toldOfOldest).toEqual([
    ['stream.throttle_started', { fillPercentage: 100, queueSize: 2 }],
    ['stream.chunk_dropped', { queueSize: 2, maxSize: 2, reason: 'overflow' }],
  ])
  const [newest, toldOfNewest] = telling<number>({ maxSize: 2, overflow: 'drop-newest' })
  for (const value of [1, 2, 3]) await newest.put(value)
  expect(toldOfNewest[1]).toEqual(['stream.chunk_dropped', { queueSize: 2, maxSize: 2, reason: 'queue_full' }])
})

test('a put that waited has an event with the time, however the wait ended', async () => {
  const [queue, told] = telling<number>({ maxSize: 1, highWaterMark: 100, lowWaterMark: 0 })
  await queue.put(1)
  const abort = new AbortController()
  const puts = [queue.put(2), queue.put(3, { signal: abort.signal }), queue.put(4, { timeoutMs: 30 }), queue.put(5)]
  const settled = Promise.allSettled(puts)
  told.length = 0
  await clock.advance(12)
  queue.tryGet()
  await clock.advance(8)
  abort.abort()
  await clock.advance(10)
  await clock.advance(5)
  queue.close()
  expect((await settled).map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected', 'fulfilled'])
  expect(told.filter(([type]) => type === 'stream.producer_blocked')).toEqual(
    [12, 20, 30, 35].map((blockedMs) => ['stream.producer_blocked', { blockedMs, queueSize: 1 }]),
  )
  expect(told.at(-1)).toEqual([
    'stream.queue_closed',
    { totalItems: 2, droppedItems: 0, blockedPuts: 4, maxQueueSize: 1, totalBlockedMs: 97 },
  ])
  expect(queue.stats()).toMatchObject({ blockedPuts: 4, totalBlockedMs: 97 })
})

test('a put that waited for less than 1 ms is counted without an event, and the queue stays throttled', async () => {
  const [queue, told] = telling<number>({ maxSize: 1 })
  await queue.put(1)
  const put = queue.put(2)
  queue.tryGet()
  await put
  expect(told).toEqual([['stream.throttle_started', { fillPercentage: 100, queueSize: 1 }]])
  expect(queue.stats()).toMatchObject({ blockedPuts: 1, totalBlockedMs: 0 })
  void queue.put(3)
  await clock.advance(1)
  queue.tryGet()
  expect(told.slice(1)).toEqual([['stream.producer_blocked', { blockedMs: 1, queueSize: 1 }]])
})

test('a clock that goes back does not make a wait negative', async () => {
  let now = 100
  const [queue, told] = telling<number>({ maxSize: 1, highWaterMark: 100, clock: { ...clock, now: () => now } })
  await queue.put(1)
  const put = queue.put(2)
  now = 40
  queue.tryGet()
  expect(await put).toBe(true)
  expect(queue.stats().totalBlockedMs).toBe(0)
  expect(told.map(([type]) => type)).toEqual(['stream.throttle_started'])
})

test('throttling starts at 80 % and ends at 20 %', async () => {
  const [queue, told] = telling<number>({ maxSize: 10 })
  for (let value = 0; value < 9; value++) await queue.put(value)
  expect(told).toEqual([['stream.throttle_started', { fillPercentage: 80, queueSize: 8 }]])
  expect(queue.stats().isThrottled).toBe(true)
  for (let value = 0; value < 6; value++) await queue.get()
  expect(told).toHaveLength(1)
  await queue.get()
  expect(told.slice(1)).toEqual([['stream.throttle_ended', { fillPercentage: 20, queueSize: 2 }]])
  expect(queue.stats().isThrottled).toBe(false)
})

test.each(['close', 'fail', 'cancel'] as const)('%s has one event, with the counts', async (end) => {
  const [queue, told] = telling<number>({ maxSize: 100, overflow: 'drop-oldest' })
  for (let value = 0; value < 3; value++) await queue.put(value)
  queue[end](new Error('over'))
  queue.close()
  expect(told).toEqual([
    ['stream.queue_closed', { totalItems: 3, droppedItems: 0, blockedPuts: 0, maxQueueSize: 3, totalBlockedMs: 0 }],
  ])
})

test('with names, every event has its queue and reader', async () => {
  const [queue, told] = telling<number>({ name: 'tokens', mode: 'broadcast' })
  const reader = queue.reader({ name: 'client 7', maxSize: 1, overflow: 'drop-oldest' })
  await queue.put(1)
  await queue.put(2)
  reader.cancel()
  queue.close()
  expect(told).toEqual([
    ['stream.throttle_started', { fillPercentage: 100, queueSize: 1, queue: 'tokens', reader: 'client 7' }],
    ['stream.chunk_dropped', { queueSize: 1, maxSize: 1, reason: 'overflow', queue: 'tokens', reader: 'client 7' }],
    ['stream.throttle_ended', { fillPercentage: 0, queueSize: 0, queue: 'tokens', reader: 'client 7' }],
    [
      'stream.queue_closed',
      { totalItems: 2, droppedItems: 1, blockedPuts: 0, maxQueueSize: 1, totalBlockedMs: 0, queue: 'tokens' },
    ],
  ])
})

test('an emitter that throws or rejects has no effect on the queue, and is counted with its last error', async () => {
  const errors = [new Error('sync'), new Error('async')] as const
  let calls = 0
  const queue = new ChunkQueue<number>({
    maxSize: 1,
    overflow: 'drop-oldest',
    eventEmitter: () => {
      if (calls++ === 0) throw errors[0]
      return Promise.reject(errors[1])
    },
  })
  expect(await queue.put(1)).toBe(true)
  expect(queue.stats()).toMatchObject({ emitterErrors: 1, lastEmitterError: errors[0] })
  expect(await queue.put(2)).toBe(true)
  await clock.settle()
  expect(queue.stats()).toMatchObject({ emitterErrors: 2, lastEmitterError: errors[1] })
  expect(queue.tryGet()).toEqual({ done: false, value: 2 })
})

test('an emitter may use its queue: the queue is consistent, and new events come later', async () => {
  const told: string[] = []
  let depth = 0
  const queue: ChunkQueue<number> = new ChunkQueue<number>({
    maxSize: 2,
    mode: 'broadcast',
    overflow: 'drop-oldest',
    eventEmitter: (type) => {
      expect(++depth).toBe(1)
      told.push(`${type} ${queue.stats().size}`)
      if (type === 'stream.chunk_dropped' && queue.stats().totalItems === 3) {
        void queue.put(4)
        queue.close()
      }
      depth--
    },
  })
  const readers = [queue.reader(), queue.reader({ maxSize: 10 })]
  for (const value of [1, 2, 3]) await queue.put(value)
  expect(told).toEqual([
    'stream.throttle_started 2',
    'stream.chunk_dropped 3',
    'stream.chunk_dropped 4',
    'stream.queue_closed 4',
  ])
  const got = []
  for (const reader of readers) {
    const items = []
    for await (const item of reader) items.push(item)
    got.push(items)
  }
  expect(got).toEqual([
    [3, 4],
    [1, 2, 3, 4],
  ])
})

test('without an emitter, the clock is not read', async () => {
  const untouched = {
    ...clock,
    now: () => {
      throw new Error('the clock was read')
    },
  }
  const queue = new ChunkQueue<number>({ maxSize: 1, clock: untouched })
  await queue.put(1)
  const put = queue.put(2)
  queue.tryGet()
  expect(await put).toBe(true)
  queue.close()
  expect(queue.stats()).toMatchObject({ blockedPuts: 1, totalBlockedMs: 0 })
})

test('context.tryEmitEvent is an emitter, and its events are those of the stage', async () => {
  const sink = recordingSink()
  const graph = new Pipeline('chat')
    .withStage('llm', async (context) => {
      const queue = new ChunkQueue<string>({
        maxSize: 1,
        overflow: 'drop-oldest',
        eventEmitter: context.tryEmitEvent,
        clock: context.clock,
      })
      for (const token of ['a', 'b']) await queue.put(token)
      queue.close()
    })
    .build({ clock, eventSink: sink })
  await graph.run()
  const told = sink.events.filter(({ type }) => type.startsWith('stream.'))
  expect(told.map(({ type, stage }) => [type, stage])).toEqual([
    ['stream.throttle_started', 'llm'],
    ['stream.chunk_dropped', 'llm'],
    ['stream.queue_closed', 'llm'],
  ])
})
