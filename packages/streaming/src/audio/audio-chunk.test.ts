import { StageflowError } from '@stageflow/core'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'

import { propertySettings } from '../../../core/test/property-settings.ts'
import { AudioChunk } from '../audio.ts'
import type { AudioChunkFields, AudioChunkJson } from '../audio.ts'

test('by default, a chunk is 16 kHz mono PCM16, not the last, without a position', () => {
  const data = new Uint8Array(640)
  const chunk = new AudioChunk({ data })
  expect(chunk).toMatchObject({
    data,
    format: 'pcm_16',
    sampleRate: 16_000,
    channels: 1,
    timestampMs: undefined,
    sequence: undefined,
    isFinal: false,
    metadata: {},
  })
  expect(chunk.data).toBe(data)
  expect(chunk.durationMs).toBe(20)
  expect(Object.isFrozen(chunk)).toBe(true)
})

test('a chunk of an encoded format has no duration', () => {
  expect(new AudioChunk({ data: new Uint8Array(640), format: 'mp3' }).durationMs).toBeUndefined()
})

test('a chunk survives JSON, with its bytes as base64', () => {
  const chunk = new AudioChunk({
    data: Uint8Array.of(0, 255, 7),
    format: 'ogg_opus',
    sampleRate: 48_000,
    channels: 2,
    timestampMs: 40,
    sequence: 2,
    isFinal: true,
    metadata: { voice: 'ada' },
  })
  const text = JSON.stringify(chunk)
  expect(JSON.parse(text)).toEqual({
    data: 'AP8H',
    format: 'ogg_opus',
    sampleRate: 48_000,
    channels: 2,
    timestampMs: 40,
    sequence: 2,
    isFinal: true,
    metadata: { voice: 'ada' },
  })
  expect(AudioChunk.fromJSON(JSON.parse(text) as AudioChunkJson)).toEqual(chunk)
})

test('any bytes come back from JSON as they were', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 20_000, size: 'max' }), (data) => {
      const json = JSON.stringify(new AudioChunk({ data }))
      expect(AudioChunk.fromJSON(JSON.parse(json) as AudioChunkJson).data).toEqual(data)
    }),
    propertySettings(30),
  )
})

test('illegal fields of a chunk are refused in one error (streaming/illegal-option)', () => {
  const make = (fields: unknown) => (): unknown => new AudioChunk(fields as AudioChunkFields)
  expect(make({})).toThrow('data must be a Uint8Array, not undefined')
  expect(make(undefined)).toThrow('the options must be an object, not undefined')
  expect(make(new Uint8Array(640))).toThrow(
    'new AudioChunk(): the options must be an object, not an instance of Uint8Array.',
  )
  expect(make({ data: new Proxy(new Uint8Array(2), {}) })).toThrow(
    'data must be a Uint8Array, not an instance of Uint8Array',
  )
  expect(make({ data: 'abc', sequence: -1, isFinal: 1, metadata: [], timestampMs: Number.NaN, volume: 1 })).toThrow(
    'new AudioChunk(): data must be a Uint8Array, not "abc"; timestampMs must be a number of milliseconds from 0, not NaN; ' +
      'sequence must be a whole number from 0, not -1; ' +
      'isFinal must be true or false, not 1; metadata must be an object, not an array; unknown option "volume" (known: sampleRate',
  )
})

test('JSON without bytes is refused (streaming/illegal-option), and "__proto__" in it is harmless', () => {
  for (const json of [null, 7, {}, { data: 7 }, { data: '???' }, { data: [1] }]) {
    let error: unknown
    try {
      AudioChunk.fromJSON(json as unknown as AudioChunkJson)
    } catch (thrown) {
      error = thrown
    }
    expect(StageflowError.is(error, 'streaming/illegal-option')).toBe(true)
  }
  expect(() => AudioChunk.fromJSON({ data: '?' })).toThrow(
    'AudioChunk.fromJSON() takes an object whose data is base64, not an object whose data is "?".',
  )
  const hostile = '{ "data": "AAA=", "metadata": { "__proto__": { "polluted": true } } }'
  const chunk = AudioChunk.fromJSON(JSON.parse(hostile) as AudioChunkJson)
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
  expect(Object.getPrototypeOf(chunk.metadata)).toBe(Object.prototype)
})
