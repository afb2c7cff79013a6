import { fromBase64, toBase64 } from './audio-base64.ts'
import { AudioFormat, calculateAudioDurationMs, illegalArgument, LAYOUT_RULES } from './audio-format.ts'
import { type Rules, problemsOf, refuseOptions, shown } from './option-rules.ts'

export interface AudioChunkFields {
  readonly data: Uint8Array
  /** Default: `pcm_16`. */
  readonly format?: AudioFormat
  /** Default: 16,000. */
  readonly sampleRate?: number
  /** Default: 1. */
  readonly channels?: number
  /** Where it begins, from the start of the stream. */
  readonly timestampMs?: number
  /** Its place in the stream, from 0. */
  readonly sequence?: number
  /** Whether it is the last one. Default: false. */
  readonly isFinal?: boolean
  /** Whatever else is known of it, as JSON. */
  readonly metadata?: Readonly<Record<string, unknown>>
}

/** A chunk in JSON: its bytes are base64, and everything else may be left out. */
export interface AudioChunkJson {
  readonly data: string
  readonly format?: AudioFormat
  readonly sampleRate?: number
  readonly channels?: number
  readonly timestampMs?: number | undefined
  readonly sequence?: number | undefined
  readonly isFinal?: boolean
  readonly metadata?: Readonly<Record<string, unknown>>
}

const isTime = (value: unknown): boolean => Number.isFinite(value) && (value as number) >= 0
const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null && !Array.isArray(value)
const RULES: Rules = {
  ...LAYOUT_RULES,
  data: [(value) => value instanceof Uint8Array && ArrayBuffer.isView(value), 'a Uint8Array'],
  timestampMs: [isTime, 'a number of milliseconds from 0'],
  sequence: [(value) => Number.isSafeInteger(value) && (value as number) >= 0, 'a whole number from 0'],
  isFinal: [(value) => typeof value === 'boolean', 'true or false'],
  metadata: [isObject, 'an object'],
}

/** A piece of a stream of audio, and how to read it. Frozen; its bytes are those it was given, not a copy. Errors: `streaming/illegal-option`. */
export class AudioChunk {
  readonly data: Uint8Array
  readonly format: AudioFormat
  readonly sampleRate: number
  readonly channels: number
  readonly timestampMs: number | undefined
  readonly sequence: number | undefined
  readonly isFinal: boolean
  readonly metadata: Readonly<Record<string, unknown>>

  constructor(fields: AudioChunkFields) {
    const problems = problemsOf(fields, RULES)
    if (problems.length === 0 && fields.data === undefined) problems.push('data is missing; it must be a Uint8Array')
    refuseOptions('new AudioChunk()', problems)
    this.data = fields.data
    this.format = fields.format ?? AudioFormat.PCM_16
    this.sampleRate = fields.sampleRate ?? 16_000
    this.channels = fields.channels ?? 1
    this.timestampMs = fields.timestampMs
    this.sequence = fields.sequence
    this.isFinal = fields.isFinal ?? false
    this.metadata = Object.freeze({ ...fields.metadata })
    Object.freeze(this)
  }

  /** Of its whole frames; undefined for encoded formats, see `calculateAudioDurationMs`. */
  get durationMs(): number | undefined {
    return calculateAudioDurationMs(this.data, this)
  }

  /** What `JSON.stringify` writes; `AudioChunk.fromJSON` takes it back. */
  toJSON(): AudioChunkJson {
    const { data, format, sampleRate, channels, timestampMs, sequence, isFinal, metadata } = this
    return { data: toBase64(data), format, sampleRate, channels, timestampMs, sequence, isFinal, metadata }
  }

  /** From what `toJSON` gave, or what `JSON.parse` made of it. Errors: `streaming/illegal-argument` for data that is no base64, else as the constructor's. */
  static fromJSON(json: AudioChunkJson): AudioChunk {
    const text: unknown = (json as AudioChunkJson | null | undefined)?.data
    const data = typeof text === 'string' ? fromBase64(text) : undefined
    if (data === undefined) {
      const what = text === undefined ? shown(json) : `data that is ${shown(text)}`
      throw illegalArgument('AudioChunk.fromJSON()', what, 'an object whose data is base64')
    }
    return new AudioChunk({ ...json, data } as AudioChunkFields)
  }
}
