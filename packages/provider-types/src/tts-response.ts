import { amount, type Check, count, flag, name, positive } from './fields.ts'
import { seconds } from './otel-attributes.ts'
import {
  COMMON_CHECKS,
  jsonFields,
  ProviderResponse,
  type ProviderResponseFields,
  type ResponseDict,
  type ResponseKind,
  type ResponseProperties,
} from './provider-response.ts'

/** What you can say about spoken audio. Leave out what isn't known: nothing is made up. */
export interface TTSResponseFields extends ProviderResponseFields {
  /** All of the audio. Leave it out if you pass the audio on in chunks and don't keep it. */
  readonly audio?: Uint8Array | undefined
  /** Default: the size of `audio`. */
  readonly byteCount?: number | undefined
  /** The length of the audio, in ms. */
  readonly durationMs?: number | undefined
  /** In hertz. */
  readonly sampleRate?: number | undefined
  readonly channels?: number | undefined
  /** `pcm_16`, `mp3`, … */
  readonly format?: string | undefined
  readonly voice?: string | undefined
  /** As the provider counts, and bills, them. */
  readonly charactersProcessed?: number | undefined
  /** True if the user spoke before all of it was said. */
  readonly interrupted?: boolean | undefined
}

/** A `TTSResponse` as plain data: the fields that are known, without the audio. */
export interface TTSResponseDict extends ResponseDict<TTSResponseFields> {
  readonly totalTokens?: number
}

/** By its tag, so that the bytes of another realm count too. */
const isBytes = (value: unknown): value is Uint8Array =>
  ArrayBuffer.isView(value) && Object.prototype.toString.call(value) === '[object Uint8Array]'

const bytes: Check<Uint8Array> = (value, field, problems) => {
  if (!isBytes(value)) return problems.type(field, 'a Uint8Array', value)
  // Transferred to a worker, for example.
  if ((value.buffer as { readonly detached?: boolean }).detached === true)
    return problems.type(field, 'a Uint8Array that still has its bytes', value)
  return new Uint8Array(value)
}

const KIND: ResponseKind<TTSResponseFields> = {
  owner: 'TTSResponse',
  operation: 'text_to_speech',
  prefix: 'stageflow.tts',
  checks: {
    ...COMMON_CHECKS,
    audio: bytes,
    byteCount: count,
    durationMs: amount,
    sampleRate: positive,
    channels: positive,
    format: name,
    voice: name,
    charactersProcessed: count,
    interrupted: flag,
  },
  required: ['provider'],
  defaults: {},
  complete(fields) {
    const size = fields.audio?.byteLength
    if (size === undefined) return fields
    if (fields.byteCount !== undefined && fields.byteCount !== size)
      throw new RangeError(`TTSResponse: byteCount must be that of audio, ${size}, but is ${fields.byteCount}.`)
    return { ...fields, byteCount: size }
  },
  // The conventions say nothing about speech yet, so all of them have the same names.
  attributes: (fields) => ({
    'gen_ai.output.type': 'speech',
    'stageflow.tts.voice': fields.voice,
    'stageflow.tts.characters': fields.charactersProcessed,
    'stageflow.tts.audio.duration': seconds(fields.durationMs),
    'stageflow.tts.sample_rate': fields.sampleRate,
    'stageflow.tts.channels': fields.channels,
    'stageflow.tts.format': fields.format,
    'stageflow.tts.bytes': fields.byteCount,
    'stageflow.tts.time_to_first_byte': seconds(fields.timeToFirstChunkMs),
    'stageflow.tts.interrupted': fields.interrupted,
  }),
}

// oxlint-disable-next-line no-unsafe-declaration-merging -- the base class sets every field
export interface TTSResponse extends ResponseProperties<TTSResponseFields> {}

/** Spoken audio, and what is known about the call: a frozen copy. Throws a `TypeError` or `RangeError`. */
// oxlint-disable-next-line no-unsafe-declaration-merging -- the base class sets every field
export class TTSResponse extends ProviderResponse<TTSResponseFields, TTSResponseDict> {
  constructor(fields: TTSResponseFields) {
    super(KIND, fields)
  }

  /** The response that `toJSON` wrote, which has no audio. Ignores unknown members; throws if a value is wrong. */
  static fromJSON(value: unknown): TTSResponse {
    return new TTSResponse(jsonFields(KIND, value))
  }

  /** The bytes: a copy each time, because bytes cannot be frozen. Undefined if you didn't pass them. */
  get audio(): Uint8Array<ArrayBuffer> | undefined {
    const audio = this.hidden('audio')
    return audio === undefined ? undefined : new Uint8Array(audio)
  }
}
