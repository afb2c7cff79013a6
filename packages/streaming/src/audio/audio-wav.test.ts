import { StageflowError } from '@stageflow/core'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'

import { propertySettings } from '../../../core/test/property-settings.ts'
import { readWav, writeWav } from '../audio.ts'
import type { WavLayout } from '../audio.ts'

const text = (characters: string): number[] => Array.from(characters, (character) => character.charCodeAt(0))
const u16 = (value: number): number[] => [value & 255, value >> 8]
const u32 = (value: number): number[] => [value & 255, (value >> 8) & 255, (value >> 16) & 255, value >>> 24]
const chunk = (name: string, bytes: readonly number[], size = bytes.length): number[] => [
  ...text(name),
  ...u32(size),
  ...bytes,
  ...(bytes.length % 2 === 0 ? [] : [0]),
]
const riff = (...chunks: readonly number[][]): Uint8Array =>
  Uint8Array.from([...text('RIFF'), ...u32(4 + chunks.flat().length), ...text('WAVE'), ...chunks.flat()])
const format = (tag: number, channels: number, rate: number, bits: number, frame = (channels * bits) / 8): number[] => [
  ...u16(tag),
  ...u16(channels),
  ...u32(rate),
  ...u32(rate * frame),
  ...u16(frame),
  ...u16(bits),
]
const GUID = [0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xaa, 0, 0x38, 0x9b, 0x71]
const extensible = (tag: number, channels: number, rate: number, bits: number, guid = GUID): number[] => [
  ...format(0xff_fe, channels, rate, bits),
  ...u16(22),
  ...u16(bits),
  ...u32(0),
  ...u16(tag),
  ...guid,
]
const MONO = format(1, 1, 16_000, 16)

function refusal(work: () => unknown): StageflowError {
  try {
    work()
  } catch (error) {
    if (StageflowError.is(error)) return error
    throw error
  }
  throw new Error('it was not refused')
}

test('by default a WAV file is 16 kHz mono PCM16, byte for byte', () => {
  const file = writeWav(Uint8Array.of(1, 2, 3, 4))
  expect([...file]).toEqual([
    ...text('RIFF'), ...u32(40), ...text('WAVE'),
    ...text('fmt '), ...u32(16), 1, 0, 1, 0, 0x80, 0x3e, 0, 0, 0, 0x7d, 0, 0, 2, 0, 16, 0,
    ...text('data'), ...u32(4), 1, 2, 3, 4,
  ]) // prettier-ignore
  expect(readWav(file)).toEqual({
    format: 'pcm_16',
    sampleRate: 16_000,
    channels: 1,
    data: Uint8Array.of(1, 2, 3, 4),
    durationMs: 0.125,
    isTruncated: false,
  })
})

test('float is written with its extension and its fact chunk', () => {
  const file = writeWav(new Float32Array([0.5, -0.5]), { format: 'float_32', channels: 2, sampleRate: 44_100 })
  expect([...file.subarray(12, 58)]).toEqual([
    ...text('fmt '), ...u32(18), ...format(3, 2, 44_100, 32), 0, 0,
    ...text('fact'), ...u32(4), ...u32(1),
    ...text('data'), ...u32(8),
  ]) // prettier-ignore
  expect(readWav(file)).toMatchObject({ format: 'float_32', sampleRate: 44_100, channels: 2 })
})

test('what was written is read, in every format', () => {
  fc.assert(
    fc.property(
      fc.constantFrom('pcm_16', 'pcm_24', 'pcm_32', 'float_32'),
      fc.integer({ min: 1, max: 7 }),
      fc.integer({ min: 1, max: 192_000 }),
      fc.uint8Array({ maxLength: 400 }),
      (kind, channels, sampleRate, bytes) => {
        const frame = { pcm_16: 2, pcm_24: 3, pcm_32: 4, float_32: 4 }[kind] * channels
        const data = bytes.subarray(0, bytes.length - (bytes.length % frame))
        const file = writeWav(data, { format: kind, channels, sampleRate })
        // RIFF chunks are even, and its size is that of all behind it.
        expect(file.length % 2).toBe(0)
        expect(new DataView(file.buffer).getUint32(4, true)).toBe(file.length - 8)
        const durationMs = (data.length / frame / sampleRate) * 1_000
        expect(readWav(file)).toEqual({ format: kind, channels, sampleRate, data, durationMs, isTruncated: false })
      },
    ),
    propertySettings(100),
  )
})

test('the extensible header is read, and other chunks are skipped, odd sizes with their padding', () => {
  const file = riff(
    chunk('JUNK', [9]),
    chunk('fmt ', extensible(1, 6, 48_000, 24)),
    chunk('LIST', [1, 2, 3]),
    chunk('fact', u32(1)),
    chunk(
      'data',
      Array.from({ length: 18 }, (_, index) => index),
    ),
    chunk('id3 ', [5]),
  )
  const audio = readWav(file)
  expect(audio).toMatchObject({ format: 'pcm_24', channels: 6, sampleRate: 48_000, isTruncated: false })
  expect([...audio.data]).toEqual(Array.from({ length: 18 }, (_, index) => index))
  expect(readWav(riff(chunk('fmt ', extensible(3, 1, 8_000, 32)), chunk('data', [])))).toMatchObject({
    format: 'float_32',
    durationMs: 0,
  })
})

test('a second header changes nothing: the first one counts', () => {
  const file = riff(chunk('fmt ', MONO), chunk('fmt ', format(1, 2, 48_000, 24)), chunk('data', [1, 2, 3, 4]))
  expect(readWav(file)).toMatchObject({ format: 'pcm_16', channels: 1, data: Uint8Array.of(1, 2, 3, 4) })
})

test('its data is a view of the file, even if the file is a view itself', () => {
  const file = writeWav(Uint8Array.of(1, 2, 3, 4))
  const memory = new Uint8Array(file.length + 3)
  memory.set(file, 3)
  const { data } = readWav(memory.subarray(3))
  expect(data).toEqual(Uint8Array.of(1, 2, 3, 4))
  expect(data.buffer).toBe(memory.buffer)
  expect(readWav(file.buffer as ArrayBuffer).data).toEqual(data)
})

test('with a wrong size, the data is what is there, in whole frames, and isTruncated', () => {
  const file = riff(chunk('fmt ', MONO), chunk('data', [1, 2, 3], 1_000_000))
  expect(readWav(file)).toMatchObject({ data: Uint8Array.of(1, 2, 3, 0), isTruncated: true })
  expect(readWav(file.subarray(0, file.length - 1))).toMatchObject({ data: Uint8Array.of(1, 2), isTruncated: true })
})

test('a size that a live recorder left open means the rest of the file, and is not truncated', () => {
  const open = riff(chunk('fmt ', MONO), chunk('data', [1, 2, 3, 4], 0xff_ff_ff_ff))
  expect(readWav(open)).toMatchObject({ data: Uint8Array.of(1, 2, 3, 4), isTruncated: false })
  const zero = riff(chunk('fmt ', MONO), chunk('data', [1, 2, 3, 4], 0))
  for (const size of [0, 36]) {
    zero.set(u32(size), 4)
    expect(readWav(zero)).toMatchObject({ data: Uint8Array.of(1, 2, 3, 4), isTruncated: false })
  }
  // Here the RIFF header knows of more: no audio, and something else after it.
  expect(readWav(riff(chunk('fmt ', MONO), chunk('data', []), chunk('LIST', [1, 2]))).data).toHaveLength(0)
})

test.each([
  ['nothing', new Uint8Array(0), 'it does not begin with RIFF'],
  ['eleven bytes', riff().subarray(0, 11), 'it does not begin with RIFF'],
  ['another RIFF', Uint8Array.from([...text('RIFF'), ...u32(4), ...text('AVI ')]), 'it does not begin with RIFF'],
  ['no chunk', riff(), 'it has no "fmt " chunk (byte 12)'],
  ['no format', riff(chunk('data', [1, 2])), 'its data comes before its "fmt " chunk (byte 12)'],
  ['no data', riff(chunk('fmt ', MONO)), 'it has no "data" chunk (byte 36)'],
  ['a short format', riff(chunk('fmt ', MONO.slice(0, 14)), chunk('data', [])), 'has 14 bytes, less than 16'],
  ['a format that is cut off', riff(chunk('fmt ', MONO, 4_000_000_000)), 'of 4000000000 bytes is cut off'],
  [
    'a short extensible format',
    riff(chunk('fmt ', extensible(1, 1, 8_000, 16).slice(0, 26)), chunk('data', [])),
    'less than 40',
  ],
  ['no channels', riff(chunk('fmt ', format(1, 0, 16_000, 16)), chunk('data', [])), 'it has 0 channels at 16000 Hz'],
  ['no rate', riff(chunk('fmt ', format(1, 1, 0, 16)), chunk('data', [])), 'it has 1 channels at 0 Hz'],
  [
    'frames of another size',
    riff(chunk('fmt ', format(1, 2, 16_000, 16, 2)), chunk('data', [])),
    'its frames have 2 bytes, and 2 channels of 16 bits are 4',
  ],
  ['frames of no size', riff(chunk('fmt ', format(1, 2, 16_000, 16, 0)), chunk('data', [])), 'its frames have 0 bytes'],
  ['a chunk beyond the end', riff(chunk('LIST', [], 0xff_ff_ff_ff)), 'it has no "fmt " chunk (byte 20)'],
  ['chunks without end', riff(...Array.from({ length: 1_001 }, () => chunk('JUNK', []))), 'more than 1000 chunks'],
])('%s is refused with its byte (streaming/wav-malformed)', (_, file, message) => {
  const error = refusal(() => readWav(file))
  expect(error.code).toBe('streaming/wav-malformed')
  expect(error.message).toContain(message)
})

test.each([
  ['RF64', Uint8Array.from([...text('RF64'), ...u32(4), ...text('WAVE')]), 'it is RF64; convert it to plain RIFF'],
  ['RIFX', Uint8Array.from([...text('RIFX'), ...u32(4), ...text('WAVE')]), 'it is RIFX'],
  ['8 bits', riff(chunk('fmt ', format(1, 1, 8_000, 8)), chunk('data', [])), 'of kind 1 with 8 bits'],
  ['mu-law', riff(chunk('fmt ', format(7, 1, 8_000, 8)), chunk('data', [])), 'of kind 7 with 8 bits'],
  ['64-bit float', riff(chunk('fmt ', format(3, 1, 8_000, 64)), chunk('data', [])), 'of kind 3 with 64 bits'],
  ['extensible A-law', riff(chunk('fmt ', extensible(6, 1, 8_000, 16)), chunk('data', [])), 'of kind 6 with 16 bits'],
  [
    'another family',
    riff(
      chunk(
        'fmt ',
        extensible(
          1,
          1,
          8_000,
          16,
          GUID.map(() => 7),
        ),
      ),
      chunk('data', []),
    ),
    'its extensible format is unknown',
  ],
])('%s is refused, with what to do (streaming/wav-unsupported)', (_, file, message) => {
  const error = refusal(() => readWav(file))
  expect(error.code).toBe('streaming/wav-unsupported')
  expect(error.message).toContain(message)
})

test('whatever bytes change, reading stays within the file or fails with a code', () => {
  const good = riff(
    chunk('LIST', [1, 2, 3]),
    chunk('fmt ', extensible(1, 2, 48_000, 24)),
    chunk(
      'data',
      Array.from({ length: 36 }, (_, index) => index),
    ),
  )
  const changes = fc.array(fc.tuple(fc.nat({ max: good.length - 1 }), fc.integer({ min: 0, max: 255 })), {
    maxLength: 8,
  })
  fc.assert(
    fc.property(changes, fc.nat({ max: good.length }), (changed, length) => {
      const file = good.slice(0, length)
      for (const [at, byte] of changed) if (at < length) file[at] = byte
      try {
        const { data, durationMs } = readWav(file)
        expect(data.length).toBeLessThanOrEqual(36)
        expect(Number.isFinite(durationMs)).toBe(true)
      } catch (error) {
        if (!StageflowError.is(error)) throw error
        expect(error.code).toMatch(/^streaming\/wav-(malformed|unsupported)$/)
      }
    }),
    propertySettings(2_000),
  )
})

test('audio that does not fit into a WAV file is refused (streaming/illegal-option, streaming/illegal-option)', () => {
  const options = refusal(() =>
    writeWav(new Uint8Array(0), { sampleRate: 2 ** 32, channels: 0, format: 'mp3' } as unknown as WavLayout),
  )
  expect(options.code).toBe('streaming/illegal-option')
  expect(options.message).toContain(
    'sampleRate must be a whole number from 1 to 4294967295, not 4294967296; channels must be a whole number from 1 to 65535, not 0;',
  )
  const half = refusal(() => writeWav(new Uint8Array(5), { channels: 2 }))
  expect(half.code).toBe('streaming/illegal-option')
  expect(half.message).toContain('writeWav() takes whole frames of 4 bytes, not 5 bytes')
  expect(refusal(() => writeWav(new Uint8Array(0), { channels: 40_000 })).message).toContain(
    'in frames of 80000 at 16000 Hz',
  )
  expect(refusal(() => writeWav(new Uint8Array(0), { sampleRate: 2 ** 32 - 1 })).message).toContain(
    'audio that the sizes in a WAV header can express',
  )
  expect(refusal(() => writeWav('x' as unknown as Uint8Array)).code).toBe('streaming/illegal-option')
  expect(refusal(() => readWav('x' as unknown as Uint8Array)).code).toBe('streaming/illegal-option')
})
