import { StageflowError } from '@stageflow/core'

import { isOptions, problemsOf, refuseOptions, type Rule, type Rules, shown, WHOLE } from './option-rules.ts'

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

/** How audio is written down: four kinds of raw samples (little-endian, channels interleaved), and files or streams that hold them encoded. */
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

/** The formats whose every sample has the same number of bytes. */
export type RawAudioFormat = 'pcm_16' | 'pcm_24' | 'pcm_32' | 'float_32'

/** How to read a row of bytes as audio. */
export interface AudioLayout {
  /** Frames a second. Default: 16,000. */
  readonly sampleRate?: number
  /** Samples in a frame, one for each channel. Default: 1. */
  readonly channels?: number
  /** Default: `pcm_16`. */
  readonly format?: AudioFormat
}

const BYTES: Readonly<Record<RawAudioFormat, number>> = { pcm_16: 2, pcm_24: 3, pcm_32: 4, float_32: 4 }
const FORMATS: readonly unknown[] = Object.values(AudioFormat)

/** Bytes of one sample; undefined where samples have no fixed size. */
export const bytesPerSample = (format: AudioFormat): number | undefined =>
  isRawFormat(format) ? BYTES[format] : undefined

export const isRawFormat = (format: unknown): format is RawAudioFormat =>
  typeof format === 'string' && Object.hasOwn(BYTES, format)

export const LAYOUT_RULES: Rules = {
  sampleRate: WHOLE,
  channels: WHOLE,
  format: [(value) => FORMATS.includes(value), `one of ${FORMATS.join(', ')}`],
}
export const RAW_FORMAT: Rule = [
  isRawFormat,
  `one of ${Object.keys(BYTES).join(', ')}, whose samples have a fixed size; decode anything else first`,
]

/**
 * Milliseconds of the whole frames in `audio` (bytes, or how many there are). Undefined for encoded formats, whose
 * length their size does not tell; `readWav` knows it for a WAV file. Errors: `streaming/illegal-option`, `streaming/illegal-argument`.
 */
export function calculateAudioDurationMs(
  audio: ArrayBufferView | ArrayBuffer | number,
  layout: AudioLayout = {},
): number | undefined {
  const what = 'calculateAudioDurationMs()'
  // A chunk may be handed over as its own layout, so names beyond the three are no mistake.
  if (!isOptions(layout)) refuseOptions(what, problemsOf(layout, LAYOUT_RULES))
  const { sampleRate = 16_000, channels = 1, format = AudioFormat.PCM_16 } = layout
  refuseOptions(what, problemsOf({ sampleRate, channels, format }, LAYOUT_RULES))
  const byteLength = typeof audio === 'number' ? audio : bytesOf(audio, what).length
  if (!Number.isSafeInteger(byteLength) || byteLength < 0)
    throw illegalArgument(what, shown(audio), 'bytes, or how many there are: a whole number from 0')
  const sampleBytes = bytesPerSample(format)
  return sampleBytes === undefined
    ? undefined
    : (Math.floor(byteLength / (sampleBytes * channels)) / sampleRate) * 1_000
}

/** The bytes of any view or buffer, not copied; anything else is refused. */
export function bytesOf(audio: unknown, what: string): Uint8Array {
  // Not by `instanceof` alone: a proxy passes it, and has no bytes.
  if (ArrayBuffer.isView(audio))
    return audio instanceof Uint8Array ? audio : new Uint8Array(audio.buffer, audio.byteOffset, audio.byteLength)
  if (audio instanceof ArrayBuffer) return new Uint8Array(audio)
  throw illegalArgument(what, shown(audio), 'bytes: a Uint8Array, another view, or an ArrayBuffer')
}

export const illegalArgument = (what: string, given: string, takes: string): StageflowError =>
  new StageflowError('streaming/illegal-argument', `${what} was given ${given}; it takes ${takes}.`)
