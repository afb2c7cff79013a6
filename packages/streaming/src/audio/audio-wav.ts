import { StageflowError } from '@stageflow/core'
import { checkOptions, whole } from '@stageflow/core/kit'
import type { OptionRules } from '@stageflow/core/kit'

import { ILLEGAL_OPTION, illegalArgument } from '../argument-errors.ts'
import { bytesOf, bytesPerSample, calculateAudioDurationMs, type RawAudioFormat, RAW_FORMAT } from './audio-format.ts'

/** The raw audio in a WAV file. */
export interface WavAudio {
  readonly format: RawAudioFormat
  readonly sampleRate: number
  readonly channels: number
  /** Whole frames: a view of the file, not a copy. */
  readonly data: Uint8Array
  readonly durationMs: number
  /** Whether the file is shorter than its header says. If a live recorder left the size open (0, or 2^32 - 1), all of the file is read. */
  readonly isTruncated: boolean
}

export interface WavLayout {
  /** Default: 16,000. */
  readonly sampleRate?: number
  /** Default: 1. */
  readonly channels?: number
  /** Default: `pcm_16`. */
  readonly format?: RawAudioFormat
}

const WAV_RULES: OptionRules<WavLayout> = {
  sampleRate: whole(1, 2 ** 32 - 1),
  channels: whole(1, 65_535),
  format: RAW_FORMAT,
}
const PCM = 1
const FLOAT = 3
const EXTENSIBLE = 0xff_fe
const OPEN_SIZE = 0xff_ff_ff_ff
const MOST_CHUNKS = 1_000
/** RIFF, a size and WAVE. */
const MAGIC_BYTES = 12
// The last fourteen bytes of a sub-format's GUID. The first two are a tag, as in a plain header.
const GUID_TAIL = [0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xaa, 0, 0x38, 0x9b, 0x71]

/**
 * Reads a WAV file: PCM of 16, 24 or 32 bits or 32-bit float, plain or extensible. No header makes it look beyond the file.
 * Errors: `streaming/wav-malformed`, `streaming/wav-unsupported`, `streaming/illegal-option`.
 */
export function readWav(file: ArrayBufferView | ArrayBuffer): WavAudio {
  const bytes = bytesOf(file, 'readWav()')
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  checkMagic(view)
  let header: Header | undefined
  let end = MAGIC_BYTES
  for (const { name, at, start, size } of chunksOf(view)) {
    if (name === 'data') {
      if (header === undefined) throw malformed('its data comes before its "fmt " chunk', at)
      return audioAt(view, bytes, header, start, size)
    }
    if (name === 'fmt ' && header === undefined) {
      if (start + size > bytes.length) throw malformed(`its "fmt " chunk of ${size} bytes is cut off`, at)
      header = headerAt(view, start, size)
    }
    end = start + paddedSize(size)
  }
  const missing = header === undefined ? 'it has no "fmt " chunk' : 'it has no "data" chunk'
  throw malformed(missing, Math.min(end, bytes.length))
}

function checkMagic(view: DataView): void {
  const magic = view.byteLength < MAGIC_BYTES ? '' : `${textAt(view, 0)} ${textAt(view, 8)}`
  if (magic === 'RF64 WAVE' || magic === 'RIFX WAVE')
    throw unsupported(`it is ${magic.slice(0, 4)}; convert it to plain RIFF, little-endian, under 4 GiB`)
  if (magic !== 'RIFF WAVE') throw malformed('it does not begin with RIFF, a size and WAVE', 0)
}

/** A part of a WAV file: four letters and a size at `at`, then its content from `start`. */
interface RiffChunk {
  readonly name: string
  readonly at: number
  readonly start: number
  readonly size: number
}

function* chunksOf(view: DataView): Generator<RiffChunk> {
  let at = MAGIC_BYTES
  for (let count = 0; at + 8 <= view.byteLength; count++) {
    if (count === MOST_CHUNKS) throw malformed(`it has more than ${MOST_CHUNKS} chunks before its audio`, at)
    const size = view.getUint32(at + 4, true)
    const start = at + 8
    yield { name: textAt(view, at), at, start, size }
    at = start + paddedSize(size)
  }
}

/** A padding byte follows a chunk of an odd size. */
const paddedSize = (size: number): number => size + (size % 2)

/** Makes a WAV file of raw audio, which is copied. Errors: `streaming/illegal-option` (an incomplete frame at the end, or more than 4 GiB). */
export function writeWav(audio: ArrayBufferView | ArrayBuffer, layout: WavLayout = {}): Uint8Array {
  const data = bytesOf(audio, 'writeWav()')
  checkOptions('writeWav()', ILLEGAL_OPTION, layout, WAV_RULES)
  const { sampleRate = 16_000, channels = 1, format = 'pcm_16' } = layout
  const sampleBytes = bytesPerSample(format) ?? 0
  const frameBytes = sampleBytes * channels
  if (data.length % frameBytes !== 0)
    throw illegalArgument('writeWav()', `${data.length} bytes`, `whole frames of ${frameBytes} bytes`)
  const isFloat = format === 'float_32'
  const headerBytes = isFloat ? 58 : 44
  // The size in the header doesn't count itself and RIFF, 8 bytes.
  const size = headerBytes - 8 + paddedSize(data.length)
  if (size >= OPEN_SIZE || frameBytes > 65_535 || frameBytes * sampleRate > 2 ** 32 - 1)
    throw illegalArgument(
      'writeWav()',
      `${data.length} bytes in frames of ${frameBytes} at ${sampleRate} Hz`,
      'audio that the sizes in a WAV header can express',
    )

  const file = new Uint8Array(8 + size)
  const view = new DataView(file.buffer)
  putText(file, 0, 'RIFF')
  view.setUint32(4, size, true)
  putText(file, 8, 'WAVEfmt ')
  view.setUint32(16, isFloat ? 18 : 16, true)
  view.setUint16(20, isFloat ? FLOAT : PCM, true)
  view.setUint16(22, channels, true)
  view.setUint32(24, sampleRate, true)
  view.setUint32(28, frameBytes * sampleRate, true)
  view.setUint16(32, frameBytes, true)
  view.setUint16(34, sampleBytes * 8, true)
  if (isFloat) {
    // Formats other than PCM need an extension (here of 0 bytes) and the number of frames.
    putText(file, 38, 'fact')
    view.setUint32(42, 4, true)
    view.setUint32(46, data.length / frameBytes, true)
  }
  putText(file, headerBytes - 8, 'data')
  view.setUint32(headerBytes - 4, data.length, true)
  file.set(data, headerBytes)
  return file
}

interface Header {
  readonly format: RawAudioFormat
  readonly sampleRate: number
  readonly channels: number
  readonly frameBytes: number
}

function headerAt(view: DataView, start: number, size: number): Header {
  if (size < 16) throw malformed(`its "fmt " chunk has ${size} bytes, less than 16`, start)
  const outerTag = view.getUint16(start, true)
  const channels = view.getUint16(start + 2, true)
  const sampleRate = view.getUint32(start + 4, true)
  const frameBytes = view.getUint16(start + 12, true)
  const bits = view.getUint16(start + 14, true)
  const tag = outerTag === EXTENSIBLE ? subFormat(view, start, size) : outerTag
  const format = formatOf(tag, bits)
  if (format === undefined)
    throw unsupported(
      `its audio is of kind ${tag} with ${bits} bits. readWav() reads PCM (1) of 16, 24 or 32 bits and float (3) of 32 bits; decode other audio first`,
    )
  if (channels === 0 || sampleRate === 0) throw malformed(`it has ${channels} channels at ${sampleRate} Hz`, start)
  const expected = (bits / 8) * channels
  if (frameBytes !== expected)
    throw malformed(
      `its frames have ${frameBytes} bytes, and ${channels} channels of ${bits} bits are ${expected}`,
      start,
    )
  return { format, sampleRate, channels, frameBytes }
}

function subFormat(view: DataView, start: number, size: number): number {
  if (size < 40) throw malformed(`its extensible "fmt " chunk has ${size} bytes, less than 40`, start)
  if (GUID_TAIL.some((byte, index) => view.getUint8(start + 26 + index) !== byte))
    throw unsupported('its extensible format is unknown')
  return view.getUint16(start + 24, true)
}

function formatOf(tag: number, bits: number): RawAudioFormat | undefined {
  if (tag === FLOAT && bits === 32) return 'float_32'
  if (tag !== PCM) return undefined
  if (bits === 16) return 'pcm_16'
  if (bits === 24) return 'pcm_24'
  return bits === 32 ? 'pcm_32' : undefined
}

function audioAt(view: DataView, bytes: Uint8Array, header: Header, start: number, size: number): WavAudio {
  const { frameBytes, ...layout } = header
  const left = bytes.length - start
  const riffEnd = 8 + view.getUint32(4, true)
  // The size was written before the audio and never corrected, as ffmpeg does in a pipe.
  const isOpen = size === OPEN_SIZE || (size === 0 && riffEnd <= start && left > 0)
  const length = isOpen ? left : Math.min(size, left)
  const data = bytes.subarray(start, start + length - (length % frameBytes))
  // Not undefined, because the format is raw.
  const durationMs = calculateAudioDurationMs(data, layout) ?? 0
  return Object.freeze({ ...layout, data, durationMs, isTruncated: !isOpen && size > left })
}

function textAt(view: DataView, at: number): string {
  return String.fromCharCode(view.getUint8(at), view.getUint8(at + 1), view.getUint8(at + 2), view.getUint8(at + 3))
}

function putText(file: Uint8Array, at: number, text: string): void {
  for (let index = 0; index < text.length; index++) file[at + index] = text.charCodeAt(index)
}

const malformed = (problem: string, at: number): StageflowError =>
  new StageflowError('streaming/wav-malformed', `The WAV file cannot be read: ${problem} (byte ${at}).`)

const unsupported = (problem: string): StageflowError =>
  new StageflowError('streaming/wav-unsupported', `This WAV file cannot be read: ${problem}.`)
