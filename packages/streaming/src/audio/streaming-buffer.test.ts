import { StageflowError } from '@stageflow/core'
import { runStage } from '@stageflow/testing'
import { expect, test } from 'vitest'

import { calculateAudioDurationMs, StreamingBuffer } from '../audio.ts'
import type { StreamingBufferOptions } from '../audio.ts'

/** Milliseconds of 16 kHz mono PCM16, every byte the same. */
const ms = (durationMs: number, byte = 1): Uint8Array => new Uint8Array(durationMs * 32).fill(byte)

/** A buffer, and what it emitted. */
function recorded(options: StreamingBufferOptions = {}) {
  const events: [string, object][] = []
  const eventEmitter = (type: string, data: object): void => void events.push([type, data])
  return { buffer: new StreamingBuffer({ ...options, eventEmitter }), events }
}

function codeOf(work: () => unknown): string | undefined {
  try {
    work()
  } catch (error) {
    if (StageflowError.is(error)) return error.code
    throw error
  }
  return undefined
}

test('by default it is ready at 200 ms of 16 kHz mono PCM16, holds 2,000 ms and gives 20 ms', () => {
  const buffer = new StreamingBuffer()
  buffer.addChunk(ms(199))
  expect(buffer.isReady).toBe(false)
  buffer.addChunk(ms(1))
  expect(buffer.isReady).toBe(true)
  expect(buffer.durationMs).toBe(200)
  expect(buffer.addChunk(ms(1_800))).toBe(0)
  expect(buffer.durationMs).toBe(2_000)
  expect(buffer.isFull).toBe(true)
  expect(buffer.read()).toEqual(ms(20))
  expect(buffer.isFull).toBe(false)
})

test('the default target is at most the limit: with 100 ms of room it is 100 ms', () => {
  const buffer = new StreamingBuffer({ maxDurationMs: 100 })
  buffer.addChunk(ms(99))
  expect(buffer.isReady).toBe(false)
  buffer.addChunk(ms(1))
  expect(buffer.isReady).toBe(true)
})

test('a target of less than a frame is one frame, so an empty buffer is not ready', () => {
  const buffer = new StreamingBuffer({ targetDurationMs: 0.01 })
  buffer.addChunk(Uint8Array.of(1))
  expect(buffer.isReady).toBe(false)
  buffer.addChunk(Uint8Array.of(2))
  expect(buffer.isReady).toBe(true)
})

test('it stays ready below its target until a read runs out, and is ready again at the target', () => {
  const { buffer, events } = recorded({ targetDurationMs: 40 })
  buffer.addChunk(ms(40))
  expect(buffer.read(30)).toHaveLength(960)
  expect(buffer.isReady).toBe(true)
  expect(buffer.read(20)).toHaveLength(320)
  expect(buffer.isReady).toBe(false)
  buffer.addChunk(ms(39))
  expect(buffer.isReady).toBe(false)
  buffer.addChunk(ms(1))
  expect(buffer.isReady).toBe(true)
  expect(events).toEqual([
    ['stream.buffer_underrun', { bytesRequested: 640, bytesAvailable: 320, bufferDurationMs: 0 }],
    ['stream.buffer_recovered', { bufferDurationMs: 40 }],
  ])
})

test('an underrun has one event, however many reads are empty, and another only after a recovery', () => {
  const { buffer, events } = recorded({ targetDurationMs: 20 })
  for (let round = 0; round < 3; round++) {
    for (let read = 0; read < 5; read++) buffer.read()
    buffer.addChunk(ms(10))
    buffer.read()
    buffer.addChunk(ms(20))
    buffer.read()
  }
  expect(events.map(([type]) => type.slice('stream.buffer_'.length))).toEqual([
    'underrun',
    'recovered',
    'underrun',
    'recovered',
    'underrun',
    'recovered',
  ])
  expect(buffer.stats().underruns).toBe(3)
})

test('beyond its limit the oldest audio is dropped, 50 ms at a time, and each drop has an event', () => {
  const { buffer, events } = recorded({ targetDurationMs: 20, maxDurationMs: 100 })
  for (let chunk = 1; chunk <= 5; chunk++) expect(buffer.addChunk(ms(20, chunk))).toBe(0)
  expect(buffer.addChunk(ms(20, 6))).toBe(1_600)
  expect(events).toEqual([
    ['stream.buffer_overflow', { bytesDropped: 1_600, bufferDurationMs: 70, maxDurationMs: 100 }],
  ])
  // 120 ms less 50: half of the third chunk, and the three after it.
  expect(buffer.read(70)).toEqual(new Uint8Array([...ms(10, 3), ...ms(20, 4), ...ms(20, 5), ...ms(20, 6)]))
})

test('a drop leaves what the target needs', () => {
  const { buffer } = recorded({ targetDurationMs: 80, maxDurationMs: 100 })
  buffer.addChunk(ms(100))
  expect(buffer.addChunk(ms(1))).toBe(20 * 32)
  const tight = new StreamingBuffer({ targetDurationMs: 100, maxDurationMs: 100 })
  tight.addChunk(ms(100))
  expect(tight.addChunk(ms(1))).toBe(32)
  expect(tight.durationMs).toBe(100)
})

test.each([
  [1, 640],
  [3, 7],
])(
  'a target as large as the buffer is reached even if chunks end within a frame (%i bytes, then %i each)',
  (first, each) => {
    const { buffer, events } = recorded({ maxDurationMs: 20 })
    buffer.read()
    buffer.addChunk(new Uint8Array(first))
    for (let bytes = 0; bytes < 1_280; bytes += each) buffer.addChunk(new Uint8Array(each))
    expect(buffer).toMatchObject({ isReady: true, isFull: true, durationMs: 20 })
    expect(events.map(([type]) => type)).toContain('stream.buffer_recovered')
  },
)

test('an incomplete frame drops nothing', () => {
  const { buffer, events } = recorded({ maxDurationMs: 10, format: 'pcm_24', channels: 3 })
  const audio = Uint8Array.from({ length: 161 * 9 }, (_, index) => index % 251)
  expect(buffer.addChunk(audio.subarray(0, -1))).toBe(0)
  expect(buffer.stats().bytesBuffered).toBe(161 * 9 - 1)
  expect(buffer.durationMs).toBe(10)
  expect(buffer.addChunk(audio.subarray(-1))).toBe(9)
  expect(buffer.flush()).toEqual(audio.subarray(9))
  expect(events).toHaveLength(1)
})

test('case 17: limits hold for an oversized chunk: 2 s into a buffer of 100 ms', () => {
  const { buffer, events } = recorded({ maxDurationMs: 100 })
  const audio = new Uint8Array(64_000).map((_, index) => index >> 8)
  expect(buffer.addChunk(audio)).toBe(60_800)
  expect(buffer.durationMs).toBe(100)
  expect(events).toEqual([
    ['stream.buffer_overflow', { bytesDropped: 60_800, bufferDurationMs: 100, maxDurationMs: 100 }],
  ])
  expect(buffer.flush()).toEqual(audio.slice(60_800))
})

test.each([22_050, 44_100, 11_025, 8_000])(
  'case 17: reads of 10 ms are whole frames at %i Hz, and never drift',
  (sampleRate) => {
    for (const [format, sampleBytes] of [
      ['pcm_16', 2],
      ['pcm_24', 3],
      ['pcm_32', 4],
      ['float_32', 4],
    ] as const)
      for (const channels of [1, 2, 6]) {
        const buffer = new StreamingBuffer({ sampleRate, channels, format })
        const frameBytes = sampleBytes * channels
        buffer.addChunk(new Uint8Array(sampleRate * frameBytes))
        let total = 0
        for (let read = 0; read < 100; read++) {
          const { length } = buffer.read(10)
          expect(length % frameBytes).toBe(0)
          expect(Math.abs(length / frameBytes - sampleRate / 100)).toBeLessThan(1)
          total += length
        }
        expect(total).toBe(sampleRate * frameBytes)
      }
  },
)

test('case 17: 10 ms at 22.05 kHz is 220 frames, then 221', () => {
  const buffer = new StreamingBuffer({ sampleRate: 22_050 })
  buffer.addChunk(new Uint8Array(22_050))
  expect([1, 2, 3, 4].map(() => buffer.read(10).length)).toEqual([440, 442, 440, 442])
})

test('case 17: compressed formats have no bogus duration', () => {
  for (const format of ['mp3', 'ogg_opus', 'webm', 'wav'] as const)
    expect(calculateAudioDurationMs(new Uint8Array(32_000), { format })).toBeUndefined()
})

test('a tiny rounding error does not make a read negative', () => {
  const buffer = new StreamingBuffer()
  buffer.addChunk(ms(100))
  // As near under 100 frames as still counts as 100, and a hair nearer.
  const almost = (100 - 70_369 * 2 ** -46) / 16
  expect(buffer.read(almost)).toHaveLength(200)
  expect(buffer.read(0)).toHaveLength(0)
  expect(buffer.stats()).toMatchObject({ totalRead: 200, bytesBuffered: 3_000, underruns: 0 })
})

test('a million reads do not drift by a frame', () => {
  const sampleRate = 44_100
  const buffer = new StreamingBuffer({ sampleRate })
  const second = new Uint8Array(sampleRate * 2)
  let bytes = 0
  for (let read = 0; read < 1_000_000; read++) {
    if (buffer.durationMs < 1_000) buffer.addChunk(second)
    bytes += buffer.read(1 / 3).length
  }
  expect(bytes / 2).toBe(14_700_000)
})

test('chunks that are cut within a frame come out as whole frames, and an incomplete one waits', () => {
  const { buffer } = recorded({ format: 'pcm_24', channels: 2, targetDurationMs: 1 })
  const audio = Uint8Array.from({ length: 60 }, (_, index) => index)
  for (let at = 0; at < 60; at += 7) buffer.addChunk(audio.subarray(at, at + 7))
  buffer.addChunk(Uint8Array.of(60, 61, 62))
  expect(buffer.stats().bytesBuffered).toBe(63)
  expect(buffer.durationMs).toBe(10 / 16)
  expect(buffer.flush()).toEqual(audio)
  expect(buffer.stats()).toMatchObject({ totalRead: 60, totalDiscarded: 3, bytesBuffered: 0 })
})

test('after a drop that begins within a chunk and ends within a frame, frames are still whole', () => {
  const { buffer } = recorded({ sampleRate: 1_000, channels: 2, targetDurationMs: 4, maxDurationMs: 4 })
  buffer.addChunk(Uint8Array.of(0, 1, 2))
  const audio = Uint8Array.from({ length: 40 }, (_, index) => index + 3)
  expect(buffer.addChunk(audio)).toBe(24)
  expect(buffer.stats().bytesBuffered).toBe(19)
  expect(buffer.flush()).toEqual(Uint8Array.from({ length: 16 }, (_, index) => index + 24))
})

test('views start at whole frames even after an oversized chunk that came within one', () => {
  const buffer = new StreamingBuffer({ format: 'float_32', maxDurationMs: 1, targetDurationMs: 1 })
  const samples = Float32Array.from({ length: 40 }, (_, index) => index)
  const bytes = new Uint8Array(samples.buffer)
  buffer.addChunk(bytes.subarray(0, 3))
  buffer.addChunk(bytes.subarray(3))
  const view = buffer.read(1)
  expect(new Float32Array(view.buffer, view.byteOffset, view.length / 4)).toEqual(samples.slice(24))
})

test('a view is valid until another maxDurationMs of audio has been added, and is aligned to its samples', () => {
  const buffer = new StreamingBuffer({ format: 'float_32', maxDurationMs: 10, targetDurationMs: 1 })
  const samples = Float32Array.from({ length: 160 }, (_, index) => index / 160)
  buffer.addChunk(Uint8Array.of(1, 2, 3))
  buffer.clear()
  buffer.addChunk(samples)
  const view = buffer.read(10)
  const read = new Float32Array(view.buffer, view.byteOffset, view.length / 4)
  expect(read).toEqual(samples)
  for (let added = 0; added < 160; added++) {
    buffer.addChunk(new Float32Array(1).fill(9))
    buffer.read(1 / 16)
  }
  expect(read).toEqual(samples)
})

test('a view is valid as long if an incomplete frame follows it', () => {
  const buffer = new StreamingBuffer({ format: 'pcm_24', channels: 3, sampleRate: 1_000, maxDurationMs: 4 })
  const audio = Uint8Array.from({ length: 36 + 8 }, (_, index) => index)
  expect(buffer.addChunk(audio)).toBe(0)
  const view = buffer.read(4)
  expect(view).toEqual(audio.subarray(0, 36))
  expect(buffer.addChunk(new Uint8Array(36).fill(99))).toBe(0)
  expect(view).toEqual(audio.subarray(0, 36))
})

test('reads copy nothing if the audio is in one piece', () => {
  const buffer = new StreamingBuffer()
  buffer.addChunk(ms(100))
  expect(buffer.read().buffer).toBe(buffer.read().buffer)
})

test('the empty result of a read has memory of its own, so it can be transferred', () => {
  const one = new StreamingBuffer().read()
  const other = new StreamingBuffer().read()
  structuredClone(one, { transfer: [one.buffer as ArrayBuffer] })
  expect(structuredClone(other, { transfer: [other.buffer as ArrayBuffer] })).toHaveLength(0)
})

test('readInto fills whole frames of its target, and returns their number of bytes', () => {
  const { buffer, events } = recorded({ targetDurationMs: 1 })
  buffer.addChunk(Uint8Array.of(1, 2, 3, 4, 5, 6, 7))
  const target = new Uint8Array(5)
  expect(buffer.readInto(target)).toBe(4)
  expect(target).toEqual(Uint8Array.of(1, 2, 3, 4, 0))
  expect(events).toEqual([])
  const samples = new Int16Array(3)
  expect(buffer.readInto(samples)).toBe(2)
  expect(samples).toEqual(Int16Array.of(0x06_05, 0, 0))
  expect(events).toEqual([['stream.buffer_underrun', { bytesRequested: 6, bytesAvailable: 2, bufferDurationMs: 0 }]])
})

test('flush returns the rest, ready or not, and the buffer is like new, without an underrun', () => {
  const { buffer, events } = recorded()
  buffer.addChunk(ms(30))
  expect(buffer.flush()).toEqual(ms(30))
  expect(buffer.flush()).toEqual(new Uint8Array(0))
  expect(events).toEqual([])
  expect(buffer.isReady).toBe(false)
})

test('clear discards everything, including an underrun, and returns the number of bytes', () => {
  const { buffer, events } = recorded({ targetDurationMs: 20 })
  buffer.addChunk(ms(10))
  buffer.read()
  buffer.addChunk(Uint8Array.of(1, 2, 3))
  expect(buffer.clear()).toBe(3)
  expect(buffer.stats()).toMatchObject({ bytesBuffered: 0, totalDiscarded: 3, underrunActive: false })
  buffer.addChunk(ms(20, 7))
  expect(buffer.read()).toEqual(ms(20, 7))
  expect(events.map(([type]) => type)).toEqual(['stream.buffer_underrun'])
})

test('its counts are frozen, and account for every byte', () => {
  const { buffer } = recorded({ targetDurationMs: 20, maxDurationMs: 100 })
  buffer.addChunk(ms(120))
  buffer.read(40)
  buffer.read(90)
  const stats = buffer.stats()
  expect(Object.isFrozen(stats)).toBe(true)
  expect(stats).toEqual({
    durationMs: 0,
    bytesBuffered: 0,
    totalReceived: 3_840,
    totalRead: 2_240,
    totalDropped: 1_600,
    totalDiscarded: 0,
    overflows: 1,
    underruns: 1,
    isReady: false,
    underrunActive: true,
    emitterErrors: 0,
    lastEmitterError: undefined,
  })
})

test('an emitter that throws or rejects has no effect on the buffer, and is counted', async () => {
  const thrown = new Error('no sink')
  const buffer = new StreamingBuffer({
    targetDurationMs: 10,
    maxDurationMs: 10,
    eventEmitter(type) {
      if (type === 'stream.buffer_overflow') throw thrown
      return Promise.reject(new Error(type))
    },
  })
  expect(buffer.addChunk(ms(20))).toBe(320)
  expect(buffer.stats()).toMatchObject({ emitterErrors: 1, lastEmitterError: thrown })
  expect(buffer.read(20)).toHaveLength(320)
  await Promise.resolve()
  expect(buffer.stats().emitterErrors).toBe(2)
  expect(String(buffer.stats().lastEmitterError)).toBe('Error: stream.buffer_underrun')
})

test('an emitter is called as a plain function, so it gets nothing of the buffer', () => {
  const receivers: unknown[] = []
  const eventEmitter = function (this: unknown): void {
    receivers.push(this)
  }
  new StreamingBuffer({ eventEmitter }).read()
  expect(receivers).toEqual([undefined])
})

test('an emitter that uses the buffer finds it after the change', () => {
  const seen: number[] = []
  const buffer: StreamingBuffer = new StreamingBuffer({
    targetDurationMs: 10,
    eventEmitter(type) {
      seen.push(buffer.stats().bytesBuffered)
      if (type === 'stream.buffer_underrun') buffer.addChunk(ms(10, 5))
    },
  })
  expect(buffer.read(10)).toHaveLength(0)
  expect(buffer.read(10)).toEqual(ms(10, 5))
  expect(seen).toEqual([0, 320])
})

test('an emitter that drains an overflowing buffer gets each event once, in turn', () => {
  const seen: string[] = []
  const buffer: StreamingBuffer = new StreamingBuffer({
    targetDurationMs: 10,
    maxDurationMs: 20,
    eventEmitter(type) {
      seen.push(type.slice('stream.buffer_'.length))
      if (type === 'stream.buffer_overflow') buffer.read(100)
    },
  })
  buffer.read()
  buffer.addChunk(ms(100))
  expect(buffer.stats()).toMatchObject({ isReady: false, underrunActive: true, underruns: 1 })
  buffer.addChunk(ms(10))
  expect(seen).toEqual(['underrun', 'overflow', 'recovered'])
  buffer.addChunk(ms(100))
  expect(seen.slice(3)).toEqual(['overflow', 'underrun'])
  expect(buffer.stats()).toMatchObject({ isReady: false, underrunActive: true, underruns: 2 })
})

test("a stage's tryEmitEvent can be passed directly", async () => {
  const { events } = await runStage((context) => {
    const buffer = new StreamingBuffer({ maxDurationMs: 10, eventEmitter: context.tryEmitEvent })
    buffer.addChunk(ms(30))
    return {}
  })
  expect(events.map(({ type }) => type)).toContain('stream.buffer_overflow')
})

test('it takes any view and any ArrayBuffer, at its own offset', () => {
  const buffer = new StreamingBuffer()
  buffer.addChunk(Int16Array.of(1, 2, 3).subarray(1))
  buffer.addChunk(Uint8Array.of(9, 9).buffer)
  buffer.addChunk(new DataView(Uint8Array.of(0, 7, 8, 0).buffer, 1, 2))
  expect(buffer.flush()).toEqual(Uint8Array.of(2, 0, 3, 0, 9, 9, 7, 8))
})

test('illegal options are refused in one error (streaming/illegal-option)', () => {
  const bad: readonly (readonly [unknown, string])[] = [
    [null, 'the options must be an object, not null'],
    [16_000, 'the options must be an object, not 16000'],
    [new Uint8Array(64_000), 'the options must be an object, not an instance of Uint8Array'],
    [Object.create({ channels: 1.5 }), 'channels must be a whole number from 1, not 1.5'],
    [{ sampleRate: 10n ** 1_000n }, `sampleRate must be a whole number from 1, not 1${'0'.repeat(78)}…`],
    [{ targetMs: 1 }, 'unknown option "targetMs" (known: targetDurationMs, maxDurationMs, sampleRate, channels,'],
    [
      { targetDurationMs: 0, maxDurationMs: Number.NaN },
      'above 0, not 0; maxDurationMs must be a number of milliseconds above 0, not NaN',
    ],
    [{ maxDurationMs: Infinity }, 'maxDurationMs must be a number of milliseconds above 0, not Infinity'],
    [{ sampleRate: 44_100.5 }, 'sampleRate must be a whole number from 1, not 44100.5'],
    [{ channels: -2 }, 'channels must be a whole number from 1, not -2'],
    [{ format: 'mp3' }, 'format must be one of pcm_16, pcm_24, pcm_32, float_32, whose samples have a fixed size'],
    [{ format: '__proto__' }, 'not "__proto__"'],
    [{ eventEmitter: {} }, 'eventEmitter must be a function (type, data) => void, not an object'],
    [{ targetDurationMs: 300, maxDurationMs: 200 }, 'targetDurationMs must be at most maxDurationMs (200), not 300'],
    [{ maxDurationMs: 0.01 }, 'maxDurationMs must be at least one frame at 16000 Hz'],
    [{ maxDurationMs: 1e9 }, 'a buffer holds at most 1073741824'],
    [{ sampleRate: 1e12 }, 'a buffer holds at most 1073741824'],
  ]
  for (const [options, message] of bad) {
    const make = (): unknown => new StreamingBuffer(options as StreamingBufferOptions)
    expect(make).toThrow(message)
    expect(codeOf(make)).toBe('streaming/illegal-option')
  }
  const names = Object.fromEntries(Array.from({ length: 5_000 }, (_, index) => [`name${index}`, index]))
  expect(() => new StreamingBuffer(names)).toThrow('4995 more unknown options')
  const left = {
    targetDurationMs: undefined,
    format: undefined,
    eventEmitter: undefined,
  } as unknown as StreamingBufferOptions
  expect(new StreamingBuffer(left).isReady).toBe(false)
})

test('illegal arguments are refused, and change nothing (streaming/illegal-option)', () => {
  const buffer = new StreamingBuffer()
  for (const audio of [
    'audio',
    7,
    null,
    undefined,
    [1, 2],
    {},
    new Proxy(new Uint8Array(2), {}),
    Object.create(Uint8Array.prototype),
  ])
    expect(codeOf(() => buffer.addChunk(audio as unknown as Uint8Array))).toBe('streaming/illegal-option')
  for (const duration of [-1, Number.NaN, Infinity, 1e12, '20', null, 20n])
    expect(codeOf(() => buffer.read(duration as number))).toBe('streaming/illegal-option')
  expect(codeOf(() => buffer.readInto('x' as unknown as Uint8Array))).toBe('streaming/illegal-option')
  expect(() => buffer.read('20' as unknown as number)).toThrow(
    'read() takes a number of milliseconds from 0 to 86400000, not "20".',
  )
  expect(buffer.stats()).toMatchObject({ totalReceived: 0, underruns: 0 })
})

test('a read of 0 ms does not run out', () => {
  const { buffer, events } = recorded()
  expect(buffer.read(0)).toHaveLength(0)
  expect(buffer.addChunk(new Uint8Array(0))).toBe(0)
  expect(events).toEqual([])
})
