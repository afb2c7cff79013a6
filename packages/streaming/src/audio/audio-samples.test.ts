import { StageflowError } from '@stageflow/core'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'

import { propertySettings } from '../../../core/test/property-settings.ts'
import { decodeSamples, encodeSamples, mixChannels } from '../audio.ts'
import type { RawAudioFormat } from '../audio.ts'

test.each([
  ['pcm_16', [0xff, 0x7f, 0x00, 0x80, 0x00, 0x40], [1 - 2 ** -15, -1, 0.5]],
  ['pcm_24', [0xff, 0xff, 0x7f, 0x00, 0x00, 0x80, 0x00, 0x00, 0x40], [1 - 2 ** -23, -1, 0.5]],
  ['pcm_32', [0x00, 0xff, 0xff, 0x7f, 0x00, 0x00, 0x00, 0x80, 0x00, 0x00, 0x00, 0x40], [1 - 2 ** -23, -1, 0.5]],
  ['float_32', [0x00, 0x00, 0x80, 0x3f, 0x00, 0x00, 0x80, 0xbf, 0x00, 0x00, 0x00, 0x3f], [1, -1, 0.5]],
] as const)('%s is read and written, little-endian', (format, bytes, samples) => {
  expect([...decodeSamples(Uint8Array.from(bytes), format)]).toEqual(samples)
  expect([...encodeSamples(Float32Array.from(samples), format)]).toEqual(bytes)
})

test.each(['pcm_16', 'pcm_24', 'float_32'] as const)('%s comes back to the bit', (format) => {
  const size = { pcm_16: 2, pcm_24: 3, float_32: 4 }[format]
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), fc.integer({ min: 0, max: 7 }), (given, offset) => {
      // Floats are those that a recorder writes: within -1 and 1.
      const bytes = format === 'float_32' ? encodeSamples(decodeSamples(given, 'pcm_24'), format) : given
      const moved = new Uint8Array(bytes.length + offset)
      moved.set(bytes, offset)
      const whole = bytes.length - (bytes.length % size)
      expect(encodeSamples(decodeSamples(moved.subarray(offset), format), format)).toEqual(bytes.subarray(0, whole))
    }),
    propertySettings(100),
  )
})

test.each([
  ['pcm_16', 32_767],
  ['pcm_24', 8_388_607],
  ['pcm_32', 2_147_483_647],
] as const)('samples too loud for %s are clipped, and NaN is silence', (format, most) => {
  const bytes = encodeSamples(Float32Array.of(3, Infinity, -3, -Infinity, Number.NaN, 1), format)
  const scale = most + 1
  const read = [...decodeSamples(bytes, format)].map((sample) => Math.round(sample * scale))
  expect(read.map((value) => Math.min(value, most))).toEqual([most, most, -scale, -scale, 0, most])
})

test('samples too loud for float_32 are clipped too, and NaN is silence', () => {
  const bytes = encodeSamples(Float32Array.of(3, -Infinity, Number.NaN, 0.5), 'float_32')
  expect([...decodeSamples(bytes, 'float_32')]).toEqual([1, -1, 0, 0.5])
})

test('many channels to one is their mean, one to many copies it to each', () => {
  expect(mixChannels(Float32Array.of(1, 0, -0.5, 0.5), 2, 1)).toEqual(Float32Array.of(0.5, 0))
  expect(mixChannels(Float32Array.of(0.25, -1), 1, 3)).toEqual(Float32Array.of(0.25, 0.25, 0.25, -1, -1, -1))
  expect(mixChannels(Float32Array.of(1, 0.5, 0), 3, 1)).toEqual(Float32Array.of(0.5))
  const same = Float32Array.of(1, 0)
  expect(mixChannels(same, 2, 2)).toEqual(same)
  expect(mixChannels(same, 2, 2)).not.toBe(same)
  expect(mixChannels(new Float32Array(0), 2, 1)).toHaveLength(0)
})

test('illegal samples, formats and channels are refused (streaming/illegal-option)', () => {
  const samples = new Float32Array(4)
  const refused: readonly (readonly [() => unknown, string])[] = [
    [
      () => decodeSamples(new Uint8Array(2), 'mp3' as RawAudioFormat),
      'takes a raw format: pcm_16, pcm_24, pcm_32 or float_32, not "mp3"',
    ],
    [
      () => decodeSamples('x' as unknown as Uint8Array, 'pcm_16'),
      'decodeSamples() takes bytes: a Uint8Array, another view, or an ArrayBuffer, not "x"',
    ],
    [() => encodeSamples([0] as unknown as Float32Array, 'pcm_16'), 'takes samples as a Float32Array, not an array'],
    [
      () => encodeSamples(samples, 'wav' as RawAudioFormat),
      'takes a raw format: pcm_16, pcm_24, pcm_32 or float_32, not "wav"',
    ],
    [() => encodeSamples(Int16Array.of(1) as unknown as Float32Array, 'pcm_16'), 'not an instance of Int16Array'],
    [() => mixChannels([0] as unknown as Float32Array, 1, 2), 'samples as a Float32Array'],
    [() => mixChannels(samples, 0, 1), 'takes numbers of channels from 1 to 65535, not 0'],
    [() => mixChannels(samples, 1, Number.NaN), 'not NaN'],
    [() => mixChannels(samples, 3, 1), 'takes whole frames of 3 channels, not 4 samples'],
    [() => mixChannels(samples, 4, 2), 'many to one, or one to many'],
  ]
  for (const [work, message] of refused) {
    let error: unknown
    try {
      work()
    } catch (thrown) {
      error = thrown
    }
    expect(StageflowError.is(error, 'streaming/illegal-option')).toBe(true)
    expect(String(error)).toContain(message)
  }
})
