import { Pipeline, StageflowError } from '@stageflow/core'
import { manualClock } from '@stageflow/testing'
import { getEventListeners } from 'node:events'
import { afterEach, expect, test } from 'vitest'

import { type ChannelProducer, type ChunkQueue, RealtimeStageBus, type StreamEventType } from './index.ts'

const clock = manualClock()
afterEach(() => expect(clock.timers).toEqual([]))

async function all<T>(source: AsyncIterable<T>): Promise<T[]> {
  const items = []
  for await (const each of source) items.push(each)
  return items
}

async function* tokens(...list: readonly string[]): AsyncGenerator<string> {
  yield* list
}

test('a channel is made when its name is first used, and is the same for all', async () => {
  const bus = new RealtimeStageBus<string>()
  const reading = all(bus.subscribe('tokens'))
  expect(await bus.publish('tokens', 'a')).toBe(true)
  await bus.channel('tokens').put('b')
  expect(bus.channel('tokens')).toBe(bus.channel('tokens'))
  bus.closeChannel('tokens')
  expect(await reading).toEqual(['a', 'b'])
  expect(await bus.publish('tokens', 'c')).toBe(false)
  expect(bus.stats()['tokens']).toMatchObject({ totalItems: 2, isClosed: true, maxSize: 100 })
})

test('the end of a producer closes its channel', async () => {
  const bus = new RealtimeStageBus<string>()
  const produced = bus.produce('tokens', tokens('a', 'b'))
  expect(await all(bus.subscribe('tokens'))).toEqual(['a', 'b'])
  await produced
  const called = bus.produce('words', async (channel) => {
    for (const word of ['x', 'y']) await channel.put(word)
  })
  expect(await all(bus.subscribe('words'))).toEqual(['x', 'y'])
  await called
  void bus.produce('generated', async function* () {
    yield 'z'
  })
  expect(await all(bus.subscribe('generated'))).toEqual(['z'])
  void bus.produce('sync', (channel) => void channel.tryPut('s'))
  expect(await all(bus.subscribe('sync'))).toEqual(['s'])
})

test.each<[string, ChannelProducer<string>]>([
  ['an async generator', () => tokens('a', 'b')],
  [
    'a generator',
    function* () {
      yield* ['a', 'b']
    },
  ],
  ['a promise of a stream, as a model does', async () => tokens('a', 'b')],
])('a function that returns %s fills the channel from it', async (_, producer) => {
  const bus = new RealtimeStageBus<string>()
  void bus.produce('tokens', producer)
  expect(await all(bus.subscribe('tokens'))).toEqual(['a', 'b'])
})

test('case 17: a producer that fails, fails its channel, and no reader is left waiting', async () => {
  const bus = new RealtimeStageBus<string>()
  const error = new Error('the model is gone')
  const early = [all(bus.subscribe('tokens')), all(bus.subscribe('tokens'))]
  const produced = bus.produce('tokens', async () => {
    await clock.sleep(10)
    throw error
  })
  const settled = Promise.allSettled(early)
  await clock.advance(10)
  expect(await settled).toEqual(Array(2).fill({ status: 'rejected', reason: error }))
  await expect(produced).rejects.toBe(error)
  await expect(all(bus.subscribe('tokens'))).rejects.toBe(error)
  const thrown = bus.produce('thrown', () => {
    throw error
  })
  await expect(all(bus.subscribe('thrown'))).rejects.toBe(error)
  await expect(thrown).rejects.toBe(error)
})

test('the failure of a producer that is not awaited is not an unhandled rejection', async () => {
  const bus = new RealtimeStageBus<string>()
  void bus.produce('tokens', () => Promise.reject(new Error('gone')))
  // An unhandled rejection would end this test run.
  await new Promise((resolve) => setImmediate(resolve))
  expect(bus.stats()['tokens']).toMatchObject({ isClosed: true })
})

test('a channel of several producers is closed by the last to end, and failed by the first to fail', async () => {
  const bus = new RealtimeStageBus<string>()
  const slow = async (channel: ChunkQueue<string>): Promise<void> => {
    await clock.sleep(20)
    await channel.put('slow')
  }
  void bus.produce('both', tokens('fast'))
  void bus.produce('both', slow)
  const reading = all(bus.subscribe('both'))
  await clock.advance(10)
  expect(bus.channel('both').isClosed).toBe(false)
  await clock.advance(10)
  expect(await reading).toEqual(['fast', 'slow'])

  void bus.produce('one dies', slow)
  void bus.produce('one dies', () => Promise.reject(new Error('gone')))
  await expect(all(bus.subscribe('one dies'))).rejects.toThrow('gone')
  await clock.advance(20)
})

test('the signal of a producer ends it for its readers, even if the producer ignores it', async () => {
  const bus = new RealtimeStageBus<string>()
  const abort = new AbortController()
  let seen: AbortSignal | undefined
  const produced = bus.produce(
    'tokens',
    (_, signal) => {
      seen = signal
      return new Promise<void>(() => {})
    },
    { signal: abort.signal },
  )
  const reading = all(bus.subscribe('tokens'))
  const settled = Promise.allSettled([produced, reading])
  const reason = new Error('the run was cancelled')
  abort.abort(reason)
  expect(await settled).toEqual(Array(2).fill({ status: 'rejected', reason }))
  expect(seen?.reason).toBe(reason)
  expect(getEventListeners(abort.signal, 'abort')).toEqual([])
  let isCalled = false
  await expect(bus.produce('late', () => void (isCalled = true), { signal: AbortSignal.abort(reason) })).rejects.toBe(
    reason,
  )
  expect(isCalled).toBe(false)
})

test('readers that cancel a channel stop its producer, and that is not a failure', async () => {
  const bus = new RealtimeStageBus<string>()
  const stopped = bus.produce('tokens', async (channel, signal) => {
    while (await channel.put('token', { signal }));
  })
  const told = bus.produce('told', (_, signal) => clock.sleep(1_000_000, signal))
  await clock.settle()
  bus.channel('tokens').cancel()
  bus.channel('told').cancel(new Error('enough'))
  await Promise.all([stopped, told])
})

test('a channel has the options of the bus, and its own from its first use', () => {
  const told: unknown[] = []
  const bus = new RealtimeStageBus<string>({
    maxSize: 2,
    overflow: 'drop-oldest',
    eventEmitter: (type: StreamEventType, data: object) => told.push([type, data]),
  })
  const small = bus.channel('small', { maxSize: 1 })
  for (const token of ['a', 'b']) small.tryPut(token)
  expect(told.at(-1)).toEqual([
    'stream.chunk_dropped',
    { queueSize: 1, maxSize: 1, reason: 'overflow', queue: 'small' },
  ])
  expect(bus.channel('usual', { maxSize: undefined } as never).stats().maxSize).toBe(2)
  expect(bus.channel('small')).toBe(small)
  expect(bus.channel('small', { maxSize: 1, overflow: 'drop-oldest' })).toBe(small)
})

test('a channel that exists with other options is refused (streaming/channel-conflict)', () => {
  const bus = new RealtimeStageBus<string>()
  void bus.subscribe('tokens')
  let error: unknown
  try {
    bus.channel('tokens', { overflow: 'drop-oldest', maxSize: 5 })
  } catch (thrown) {
    error = thrown
  }
  expect(StageflowError.is(error, 'streaming/channel-conflict')).toBe(true)
  expect(String(error)).toContain(
    'The channel "tokens" exists with other options than overflow: "drop-oldest", maxSize: 5. Pass the options',
  )
  const coalesce = (a: string, b: string): string => a + b
  const merged = bus.channel('merged', { overflow: { coalesce } })
  expect(bus.channel('merged', { overflow: { coalesce } })).toBe(merged)
})

test('a broadcast channel gives every subscriber everything', async () => {
  const bus = new RealtimeStageBus<string>({ mode: 'broadcast' })
  const readings = [all(bus.subscribe('tokens')), all(bus.subscribe('tokens'))]
  void bus.produce('tokens', tokens('a', 'b'))
  expect(await Promise.all(readings)).toEqual([
    ['a', 'b'],
    ['a', 'b'],
  ])
})

test('closeAll ends every channel, including later ones', async () => {
  const bus = new RealtimeStageBus<string>({ maxSize: 1 })
  await bus.publish('full', 'a')
  const waiting = bus.publish('full', 'b')
  const readings = [all(bus.subscribe('tokens')), all(bus.subscribe('words'))]
  bus.closeAll()
  bus.closeAll()
  expect(await waiting).toBe(false)
  expect(await Promise.all(readings)).toEqual([[], []])
  expect(await all(bus.subscribe('later'))).toEqual([])
  expect(await bus.publish('later', 'x')).toBe(false)
})

test('closeChannel of an unused name ends it for later readers', async () => {
  const bus = new RealtimeStageBus<string>()
  bus.closeChannel('tokens')
  expect(await all(bus.subscribe('tokens'))).toEqual([])
})

test('removeChannel cancels and forgets a channel, and its name can be used again', async () => {
  const bus = new RealtimeStageBus<string>()
  await bus.publish('tokens', 'old')
  const old = bus.channel('tokens')
  bus.removeChannel('tokens')
  bus.removeChannel('tokens')
  expect(old.isClosed).toBe(true)
  await bus.publish('tokens', 'new')
  expect(await bus.channel('tokens').get()).toEqual({ done: false, value: 'new' })
  expect(Object.keys(bus.stats())).toEqual(['tokens'])
})

test('a subscriber that leaves its loop ends the producer of its channel', async () => {
  const bus = new RealtimeStageBus<string>({ maxSize: 1 })
  let isStopped = false
  async function* tokens() {
    try {
      for (;;) yield 'token'
    } finally {
      isStopped = true
    }
  }
  const produced = bus.produce('tokens', tokens())
  for await (const token of bus.subscribe('tokens')) {
    expect(token).toBe('token')
    break
  }
  await produced
  expect(isStopped).toBe(true)
})

test('names such as __proto__ are channels like any other', async () => {
  const bus = new RealtimeStageBus<string>()
  for (const name of ['__proto__', 'constructor', 'toString']) await bus.publish(name, name)
  expect(Object.keys(bus.stats())).toEqual(['__proto__', 'constructor', 'toString'])
  expect(await bus.channel('__proto__').get()).toEqual({ done: false, value: '__proto__' })
  expect(({} as { maxSize?: unknown }).maxSize).toBeUndefined()
})

test('illegal options are refused where they are passed (streaming/illegal-option)', async () => {
  expect(() => new RealtimeStageBus({ maxSize: 0 })).toThrow(
    'new RealtimeStageBus(): maxSize must be a whole number from 1 to 16777216, not 0',
  )
  expect(() => new RealtimeStageBus({ name: 'x' } as never)).toThrow('unknown option "name"')
  const bus = new RealtimeStageBus<string>()
  expect(() => bus.channel('a', { clock } as never)).toThrow('unknown option "clock"')
  expect(() => bus.channel('a', { maxSize: -1 })).toThrow(
    'The channel "a": maxSize must be a whole number from 1 to 16777216, not -1',
  )
  expect(() => bus.channel('')).toThrow('name must be a string of 1 to 200 characters, not ""')
  expect(() => bus.channel(5 as never)).toThrow('name must be a string of 1 to 200 characters, not 5')
  await expect(bus.publish('', 'x')).rejects.toMatchObject({ code: 'streaming/illegal-option' })
  await expect(bus.produce('b', () => {}, { signal: 5 } as never)).rejects.toMatchObject({
    code: 'streaming/illegal-option',
  })
  expect(Object.keys(bus.stats())).toEqual(['b'])
})

test('two stages of a run exchange tokens while both work; a model that fails ends both', async () => {
  const graph = Pipeline.withPorts<{ bus: RealtimeStageBus<string> }>('voice')
    .withStage('llm', async ({ ports, snapshot, signal }) => {
      await ports.bus.produce('tokens', snapshot.inputText === 'fail' ? failing() : tokens('Hello', ' Ada'), { signal })
    })
    .withStage('tts', async ({ ports, signal }) => ({ spoken: await all(ports.bus.subscribe('tokens', { signal })) }))
    .build({ clock })
  const { data } = await graph.run({}, { ports: { bus: new RealtimeStageBus<string>() } })
  expect(data.tts).toEqual({ spoken: ['Hello', ' Ada'] })
  const failed = await graph.runSettled(
    { inputText: 'fail' },
    { ports: { bus: new RealtimeStageBus<string>() }, onStageFailure: 'continue' },
  )
  expect(failed.outputs.llm?.status).toBe('fail')
  expect(failed.outputs.tts).toMatchObject({ status: 'fail', error: { message: 'the model is gone' } })
})

async function* failing(): AsyncGenerator<string> {
  yield 'Hel'
  throw new Error('the model is gone')
}

test('options of the bus and of a channel may be getters of a class', () => {
  class Shared {
    get maxSize(): number {
      return 7
    }
  }
  class Own {
    get overflow(): 'drop-oldest' {
      return 'drop-oldest'
    }
  }
  const bus = new RealtimeStageBus<string>(new Shared())
  bus.channel('a', new Own())
  expect(bus.stats()['a']).toMatchObject({ maxSize: 7 })
  expect(() => bus.channel('a', { overflow: 'block' })).toThrow('exists with other options')
  expect(() => bus.channel('a', new Own())).not.toThrow()
})
