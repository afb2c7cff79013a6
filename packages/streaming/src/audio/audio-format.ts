import { checkOptions, oneOf, show, whole } from '@stageflow/core/kit'
import type { OptionRule, OptionRules } from '@stageflow/core/kit'

import { ILLEGAL_OPTION, illegalArgument } from '../argument-errors.ts'

export interface AudioFormats {
  readonly PCM_16: 'pcm_16'
  readonly PCM_24: 'pcm_24'
  readonly PCM_32: 'pcm_32'
  readonly FLOAT_32: 'float_32'
  readonly MP3: 'mp3'
  readonly OGG_OPUS: 'ogg_opus'
  readonly WAV: 'wav'
  readonly WEBM: 'webm'
}

/** Formats of audio: four kinds of raw samples (little-endian, channels interleaved), and encoded files or streams. */
export const AudioFormat: AudioFormats = Object.freeze({
  PCM_16: 'pcm_16',
  PCM_24: 'pcm_24',
  PCM_32: 'pcm_32',
  FLOAT_32: 'float_32',
  MP3: 'mp3',
  OGG_OPUS: 'ogg_opus',
  WAV: 'wav',
  WEBM: 'webm',
})
export type AudioFormat = AudioFormats[keyof AudioFormats]

/** Formats whose samples all have the same number of bytes. */
export type RawAudioFormat = 'pcm_16' | 'pcm_24' | 'pcm_32' | 'float_32'

/** How to read bytes as audio. */
export interface AudioLayout {
  /** Frames a second. Default: 16,000. */
  readonly sampleRate?: number
  /** Samples in a frame, one for each channel. Default: 1. */
  readonly channels?: number
  /** Default: `pcm_16`. */
  readonly format?: AudioFormat
}

const BYTES: Readonly<Record<RawAudioFormat, number>> = { pcm_16: 2, pcm_24: 3, pcm_32: 4, float_32: 4 }

/** Bytes of one sample; undefined if samples have no fixed size. */
export const bytesPerSample = (format: AudioFormat): number | undefined =>
  isRawFormat(format) ? BYTES[format] : undefined

export const isRawFormat = (format: unknown): format is RawAudioFormat =>
  typeof format === 'string' && Object.hasOwn(BYTES, format)

export const LAYOUT_RULES: OptionRules<AudioLayout> = {
  sampleRate: whole(1),
  channels: whole(1),
  format: oneOf(...(Object.values(AudioFormat) as readonly AudioFormat[])),
}
export const RAW_FORMAT: OptionRule = [
  isRawFormat,
  `one of ${Object.keys(BYTES).join(', ')}, whose samples have a fixed size; decode anything else first`,
]

/**
 * The duration of the whole frames in `audio` (bytes, or their number), in ms. Undefined for encoded formats, because their size
 * doesn't tell it; `readWav` knows it for a WAV file. Errors: `streaming/illegal-option`.
 */
export function calculateAudioDurationMs(
  audio: ArrayBufferView | ArrayBuffer | number,
  layout: AudioLayout = {},
): number | undefined {
  const what = 'calculateAudioDurationMs()'
  // A chunk may be passed as its own layout, so other fields are legal.
  const isLayout =
    typeof layout === 'object' && layout !== null && !Array.isArray(layout) && !ArrayBuffer.isView(layout)
  const { sampleRate = 16_000, channels = 1, format = AudioFormat.PCM_16 } = isLayout ? layout : {}
  checkOptions(what, ILLEGAL_OPTION, isLayout ? { sampleRate, channels, format } : layout, LAYOUT_RULES)
  const byteLength = typeof audio === 'number' ? audio : bytesOf(audio, what).length
  if (!Number.isSafeInteger(byteLength) || byteLength < 0)
    throw illegalArgument(what, show(audio), 'bytes, or their number: a whole number from 0')
  const sampleBytes = bytesPerSample(format)
  return sampleBytes === undefined
    ? undefined
    : (Math.floor(byteLength / (sampleBytes * channels)) / sampleRate) * 1_000
}

/** The bytes of a view or buffer, not copied. Throws for other values. */
export function bytesOf(audio: unknown, what: string): Uint8Array {
  // `instanceof` alone isn't enough: a proxy passes it, and has no bytes.
  if (ArrayBuffer.isView(audio))
    return audio instanceof Uint8Array ? audio : new Uint8Array(audio.buffer, audio.byteOffset, audio.byteLength)
  if (audio instanceof ArrayBuffer) return new Uint8Array(audio)
  throw illegalArgument(what, show(audio), 'bytes: a Uint8Array, another view, or an ArrayBuffer')
}
