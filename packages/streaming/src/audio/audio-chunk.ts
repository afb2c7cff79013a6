import { DELAY, FLAG, checkOptions, required, show, whole } from '@stageflow/core/kit'
import type { OptionRules } from '@stageflow/core/kit'

import { ILLEGAL_OPTION, illegalArgument } from '../argument-errors.ts'
import { fromBase64, toBase64 } from './audio-base64.ts'
import { AudioFormat, calculateAudioDurationMs, LAYOUT_RULES } from './audio-format.ts'

export interface AudioChunkFields {
  readonly data: Uint8Array
  /** Default: `pcm_16`. */
  readonly format?: AudioFormat
  /** Default: 16,000. */
  readonly sampleRate?: number
  /** Default: 1. */
  readonly channels?: number
  /** Its start in the stream, in ms. */
  readonly timestampMs?: number
  /** Its number in the stream, from 0. */
  readonly sequence?: number
  /** Whether it is the last one. Default: false. */
  readonly isFinal?: boolean
  /** Other data, as JSON. */
  readonly metadata?: Readonly<Record<string, unknown>>
}

/** A chunk in JSON. Its bytes are base64; the other fields are optional. */
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

const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null && !Array.isArray(value)
const RULES: OptionRules<AudioChunkFields> = {
  ...LAYOUT_RULES,
  data: required([(value) => value instanceof Uint8Array && ArrayBuffer.isView(value), 'a Uint8Array']),
  timestampMs: DELAY,
  sequence: whole(0),
  isFinal: FLAG,
  metadata: [isObject, 'an object'],
}

/** A piece of a stream of audio, and how to read it. It is frozen. Its bytes are not copied. Errors: `streaming/illegal-option`. */
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
    checkOptions('new AudioChunk()', ILLEGAL_OPTION, fields, RULES)
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

  /** The duration of its whole frames; undefined for encoded formats, as in `calculateAudioDurationMs`. */
  get durationMs(): number | undefined {
    return calculateAudioDurationMs(this.data, this)
  }

  /** For `JSON.stringify`. `AudioChunk.fromJSON` reads it. */
  toJSON(): AudioChunkJson {
    const { data, format, sampleRate, channels, timestampMs, sequence, isFinal, metadata } = this
    return { data: toBase64(data), format, sampleRate, channels, timestampMs, sequence, isFinal, metadata }
  }

  /** Reads the result of `toJSON`, or of `JSON.parse`. Errors: `streaming/illegal-option` if `data` isn't base64, and those of the constructor. */
  static fromJSON(json: AudioChunkJson): AudioChunk {
    const text: unknown = (json as AudioChunkJson | null | undefined)?.data
    const data = typeof text === 'string' ? fromBase64(text) : undefined
    if (data === undefined) {
      const what = text === undefined ? show(json) : `an object whose data is ${show(text)}`
      throw illegalArgument('AudioChunk.fromJSON()', what, 'an object whose data is base64')
    }
    return new AudioChunk({ ...json, data } as AudioChunkFields)
  }
}
