import type { EventMap, ThrottleEvent, TryEmitEvent } from '@stageflow/core'
import { expectTypeOf, test } from 'vitest'

import { ChunkQueue, feed, RealtimeStageBus, toAsyncIterable, toReadableStream } from './index.ts'
import type { ChunkResult, StreamEventEmitter } from './index.ts'

test('an item keeps its type on its way', async () => {
  const queue = new ChunkQueue<string>({ overflow: { coalesce: (queued, item) => queued + item } })
  expectTypeOf(queue.put('a')).toEqualTypeOf<Promise<boolean>>()
  expectTypeOf(queue.tryGet()).toEqualTypeOf<ChunkResult<string> | undefined>()
  const result = await queue.get()
  if (result.done !== true) expectTypeOf(result.value).toEqualTypeOf<string>()
  for await (const each of queue) expectTypeOf(each).toEqualTypeOf<string>()
  for await (const each of toAsyncIterable(queue)) expectTypeOf(each).toEqualTypeOf<string>()
  expectTypeOf(toReadableStream(queue)).toEqualTypeOf<ReadableStream<string>>()
  // @ts-expect-error a number isn't an item of a queue of strings
  void queue.put(1)
  // @ts-expect-error nor are the items of this list
  void feed(queue, [1])
  // @ts-expect-error what is merged is an item again
  void new ChunkQueue<string>({ overflow: { coalesce: () => 1 } })
})

test('an emitter is any function of a type and data, and that of a stage', () => {
  expectTypeOf<TryEmitEvent>().toExtend<StreamEventEmitter>()
  expectTypeOf<(type: string, data: object) => void>().toExtend<StreamEventEmitter>()
  void new ChunkQueue<string>({
    eventEmitter: (type, data) => {
      const word: `stream.${string}` = type
      const facts: object = data
      return [word, facts]
    },
  })
})

test('the events are in the map of all events', () => {
  expectTypeOf<EventMap['stream.throttle_started']>().toEqualTypeOf<ThrottleEvent>()
  expectTypeOf<EventMap['stream.chunk_dropped']['reason']>().toEqualTypeOf<'overflow' | 'queue_full' | 'no_reader'>()
})

test('a bus has one type of item', () => {
  const bus = new RealtimeStageBus<string>()
  expectTypeOf(bus.channel('tokens')).toEqualTypeOf<ChunkQueue<string>>()
  // @ts-expect-error a number isn't an item of this bus
  void bus.publish('tokens', 1)
})
