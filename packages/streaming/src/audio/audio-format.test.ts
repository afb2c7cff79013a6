import { StageflowError } from '@stageflow/core'
import { expect, test } from 'vitest'

import { AudioChunk, AudioFormat, calculateAudioDurationMs, readWav, writeWav } from '../audio.ts'
import type { AudioLayout } from '../audio.ts'

test('there are eight formats, and the list is frozen', () => {
  expect(AudioFormat).toEqual({
    PCM_16: 'pcm_16',
    PCM_24: 'pcm_24',
    PCM_32: 'pcm_32',
    FLOAT_32: 'float_32',
    MP3: 'mp3',
    OGG_OPUS: 'ogg_opus',
    WAV: 'wav',
    WEBM: 'webm',
  })
  expect(Object.isFrozen(AudioFormat)).toBe(true)
})

test('without a layout audio is 16 kHz mono PCM16', () => {
  expect(calculateAudioDurationMs(32_000)).toBe(1_000)
  expect(calculateAudioDurationMs(new Uint8Array(320))).toBe(10)
  expect(calculateAudioDurationMs(new Int16Array(160))).toBe(10)
  expect(calculateAudioDurationMs(new ArrayBuffer(320), {})).toBe(10)
})

test.each([
  [AudioFormat.PCM_16, 96_000],
  [AudioFormat.PCM_24, 144_000],
  [AudioFormat.PCM_32, 192_000],
  [AudioFormat.FLOAT_32, 192_000],
])('half a second of 48 kHz stereo is the right number of bytes of %s', (format, bytes) => {
  expect(calculateAudioDurationMs(bytes, { sampleRate: 48_000, channels: 2, format })).toBe(500)
})

test('only whole frames count', () => {
  const stereo: AudioLayout = { sampleRate: 1_000, channels: 2 }
  expect([0, 3, 4, 7, 8].map((bytes) => calculateAudioDurationMs(bytes, stereo))).toEqual([0, 0, 1, 1, 2])
})

test('a chunk, or a file that was read, can be its layout', () => {
  const chunk = new AudioChunk({ data: new Uint8Array(960), format: 'pcm_24', sampleRate: 8_000, channels: 2 })
  expect(calculateAudioDurationMs(chunk.data.subarray(480), chunk)).toBe(10)
  const wav = readWav(writeWav(new Uint8Array(960), { sampleRate: 8_000, channels: 3 }))
  expect(calculateAudioDurationMs(480, wav)).toBe(10)
})

test.each([AudioFormat.MP3, AudioFormat.OGG_OPUS, AudioFormat.WAV, AudioFormat.WEBM])(
  'case 17: the size of %s does not tell its duration',
  (format) => {
    expect(calculateAudioDurationMs(32_000, { format, sampleRate: 44_100 })).toBeUndefined()
  },
)

test('an illegal layout is refused (streaming/illegal-option), and so are illegal bytes (streaming/illegal-option)', () => {
  const of = (audio: unknown, layout?: unknown) => (): unknown =>
    calculateAudioDurationMs(audio as Uint8Array, layout as AudioLayout)
  expect(of(1, { sampleRate: 0, format: 'flac' })).toThrow(
    'calculateAudioDurationMs(): sampleRate must be a whole number from 1, not 0; ' +
      "format must be one of 'pcm_16', 'pcm_24', 'pcm_32', 'float_32', 'mp3', 'ogg_opus', 'wav', 'webm', not \"flac\".",
  )
  expect(of('a')).toThrow(
    'calculateAudioDurationMs() takes bytes: a Uint8Array, another view, or an ArrayBuffer, not "a"',
  )
  expect(of(-1)).toThrow('takes bytes, or their number: a whole number from 0, not -1')
  expect(of(1.5)).toThrow('not 1.5')
  for (const layout of [null, 48_000, 'mp3', [48_000], new Uint8Array(2)])
    expect(of(1, layout)).toThrow('calculateAudioDurationMs(): the options must be an object, not ')
  let error: unknown
  try {
    of(Number.NaN)()
  } catch (thrown) {
    error = thrown
  }
  expect(StageflowError.is(error, 'streaming/illegal-option')).toBe(true)
})
