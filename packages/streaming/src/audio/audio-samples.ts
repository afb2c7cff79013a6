import { show } from '@stageflow/core/kit'

import { illegalArgument } from '../argument-errors.ts'
import { bytesOf, bytesPerSample, isRawFormat, type RawAudioFormat } from './audio-format.ts'

/** Interleaved samples of raw audio, from -1 to 1. An incomplete sample at the end is left out. `pcm_32` keeps its upper 24 bits. Errors: `streaming/illegal-option`. */
export function decodeSamples(audio: ArrayBufferView | ArrayBuffer, format: RawAudioFormat): Float32Array {
  const what = 'decodeSamples()'
  const bytes = bytesOf(audio, what)
  const size = sampleBytes(format, what)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const samples = new Float32Array(Math.floor(bytes.length / size))
  for (let index = 0, at = 0; index < samples.length; index++, at += size) samples[index] = readSample(view, at, format)
  return samples
}

/** Raw audio from samples. Values beyond -1 and 1 are clipped, and NaN is silence. Errors: `streaming/illegal-option`. */
export function encodeSamples(samples: Float32Array, format: RawAudioFormat): Uint8Array {
  const what = 'encodeSamples()'
  if (!(samples instanceof Float32Array)) throw illegalArgument(what, show(samples), 'samples as a Float32Array')
  const size = sampleBytes(format, what)
  const bytes = new Uint8Array(samples.length * size)
  const view = new DataView(bytes.buffer)
  for (let index = 0; index < samples.length; index++) writeSample(view, index * size, format, samples[index] ?? 0)
  return bytes
}

/**
 * Interleaved samples with another number of channels: many to one is their mean, one to many copies it to each. Other mixes are
 * refused (`streaming/illegal-option`), because there are several ways to make them: mix to one first.
 */
export function mixChannels(samples: Float32Array, fromChannels: number, toChannels: number): Float32Array {
  const what = 'mixChannels()'
  if (!(samples instanceof Float32Array)) throw illegalArgument(what, show(samples), 'samples as a Float32Array')
  for (const channels of [fromChannels, toChannels])
    if (!Number.isSafeInteger(channels) || channels < 1 || channels > 65_535)
      throw illegalArgument(what, show(channels), 'numbers of channels from 1 to 65535')
  if (samples.length % fromChannels !== 0)
    throw illegalArgument(what, `${samples.length} samples`, `whole frames of ${fromChannels} channels`)
  if (fromChannels === toChannels) return samples.slice()
  if (fromChannels !== 1 && toChannels !== 1)
    throw illegalArgument(what, `${fromChannels} channels for ${toChannels}`, 'many to one, or one to many')

  const frames = samples.length / fromChannels
  const mixed = new Float32Array(frames * toChannels)
  for (let frame = 0; frame < frames; frame++) {
    let sum = 0
    for (let channel = 0; channel < fromChannels; channel++) sum += samples[frame * fromChannels + channel] ?? 0
    mixed.fill(sum / fromChannels, frame * toChannels, (frame + 1) * toChannels)
  }
  return mixed
}

function sampleBytes(format: RawAudioFormat, what: string): number {
  if (!isRawFormat(format))
    throw illegalArgument(what, show(format), 'a raw format: pcm_16, pcm_24, pcm_32 or float_32')
  return bytesPerSample(format) ?? 0
}

function readSample(view: DataView, at: number, format: RawAudioFormat): number {
  switch (format) {
    case 'pcm_16':
      return view.getInt16(at, true) / 2 ** 15
    case 'pcm_24':
      return ((view.getInt8(at + 2) << 16) | view.getUint16(at, true)) / 2 ** 23
    case 'pcm_32':
      return view.getInt32(at, true) / 2 ** 31
    case 'float_32':
      return view.getFloat32(at, true)
  }
}

function writeSample(view: DataView, at: number, format: RawAudioFormat, given: number): void {
  const sample = Number.isNaN(given) ? 0 : Math.max(-1, Math.min(1, given))
  switch (format) {
    case 'pcm_16':
      return view.setInt16(at, scaled(sample, 15), true)
    case 'pcm_24': {
      const value = scaled(sample, 23)
      view.setUint16(at, value & 0xff_ff, true)
      return view.setInt8(at + 2, value >> 16)
    }
    case 'pcm_32':
      return view.setInt32(at, scaled(sample, 31), true)
    case 'float_32':
      return view.setFloat32(at, sample, true)
  }
}

/** The sample as a whole number of `bits` and a sign. 1 itself would be one too many. */
const scaled = (sample: number, bits: number): number => Math.min(Math.round(sample * 2 ** bits), 2 ** bits - 1)
