import {
  amount,
  anything,
  type Check,
  type Checks,
  count,
  flag,
  known,
  name,
  readJsonFields,
  positive,
  readFields,
} from './fields.ts'
import { attributes, type OtelAttributes, type OtelOptions, seconds, semconvOf } from './otel-attributes.ts'
import { type ProviderUsage, totalOf, usageOf } from './usage.ts'

/** What spoken audio can say. What is left out is not known, and stays so: nothing is made up. */
export interface TTSResponseFields {
  /** `elevenlabs`, `openai`, … */
  readonly provider: string
  readonly model?: string | undefined
  /** All of it; left out where it was passed on as it came, and nobody kept it. */
  readonly audio?: Uint8Array | undefined
  /** Default: that of `audio`. */
  readonly byteCount?: number | undefined
  /** Of the audio. */
  readonly durationMs?: number | undefined
  /** In hertz. */
  readonly sampleRate?: number | undefined
  readonly channels?: number | undefined
  /** `pcm_16`, `mp3`, … */
  readonly format?: string | undefined
  readonly voice?: string | undefined
  /** As the provider counts, and bills, them. */
  readonly charactersProcessed?: number | undefined
  /** From the request to the end of the audio. */
  readonly latencyMs?: number | undefined
  /** From the request to the first bytes of a stream. */
  readonly timeToFirstChunkMs?: number | undefined
  /** Somebody spoke before it was all said. */
  readonly interrupted?: boolean | undefined
  /** Where the provider counts tokens. */
  readonly inputTokens?: number | undefined
  readonly outputTokens?: number | undefined
  /** What the call cost, in US dollars. */
  readonly costUsd?: number | undefined
  /** The provider's id of the answer. */
  readonly responseId?: string | undefined
  /** The provider's id of the request. */
  readonly requestId?: string | undefined
  /** What the provider sent: kept as it is, neither copied nor frozen, and in no dict, JSON or attribute. */
  readonly rawResponse?: unknown
}

/** A `TTSResponse` as plain data, without what is not known and without the audio itself. */
export interface TTSResponseDict {
  readonly provider: string
  readonly model?: string
  readonly byteCount?: number
  readonly durationMs?: number
  readonly sampleRate?: number
  readonly channels?: number
  readonly format?: string
  readonly voice?: string
  readonly charactersProcessed?: number
  readonly latencyMs?: number
  readonly timeToFirstChunkMs?: number
  readonly interrupted?: boolean
  readonly inputTokens?: number
  readonly outputTokens?: number
  readonly totalTokens?: number
  readonly costUsd?: number
  readonly responseId?: string
  readonly requestId?: string
}

/** By its tag, so that the bytes of another realm count too. */
const isBytes = (value: unknown): value is Uint8Array =>
  ArrayBuffer.isView(value) && Object.prototype.toString.call(value) === '[object Uint8Array]'

const bytes: Check<Uint8Array> = (value, field, problems) => {
  if (!isBytes(value)) return problems.type(field, 'a Uint8Array', value)
  // Transferred to a worker, say.
  if ((value.buffer as { readonly detached?: boolean }).detached === true)
    return problems.type(field, 'a Uint8Array that still has its bytes', value)
  return new Uint8Array(value)
}

const JSON_CHECKS: Checks<Omit<TTSResponseFields, 'audio' | 'rawResponse'>> = {
  provider: name,
  model: name,
  byteCount: count,
  durationMs: amount,
  sampleRate: positive,
  channels: positive,
  format: name,
  voice: name,
  charactersProcessed: count,
  latencyMs: amount,
  timeToFirstChunkMs: amount,
  interrupted: flag,
  inputTokens: count,
  outputTokens: count,
  costUsd: amount,
  responseId: name,
  requestId: name,
}

const CHECKS: Checks<TTSResponseFields> = { ...JSON_CHECKS, audio: bytes, rawResponse: anything }
const REQUIRED = ['provider'] as const

/** What was spoken, and what is known about it: a frozen copy of what it was given. Throws a `TypeError` or `RangeError`. */
export class TTSResponse {
  readonly provider: string
  readonly model: string | undefined
  readonly byteCount: number | undefined
  readonly durationMs: number | undefined
  readonly sampleRate: number | undefined
  readonly channels: number | undefined
  readonly format: string | undefined
  readonly voice: string | undefined
  readonly charactersProcessed: number | undefined
  readonly latencyMs: number | undefined
  readonly timeToFirstChunkMs: number | undefined
  readonly interrupted: boolean | undefined
  readonly inputTokens: number | undefined
  readonly outputTokens: number | undefined
  readonly costUsd: number | undefined
  readonly responseId: string | undefined
  readonly requestId: string | undefined
  readonly #audio: Uint8Array | undefined
  readonly #rawResponse: unknown

  constructor(fields: TTSResponseFields) {
    const read = readFields('TTSResponse', CHECKS, REQUIRED, fields)
    const size = read.audio?.byteLength
    if (size !== undefined && read.byteCount !== undefined && read.byteCount !== size)
      throw new RangeError(`TTSResponse: byteCount must be that of audio, ${size}, but is ${read.byteCount}.`)
    this.provider = read.provider
    this.model = read.model
    this.byteCount = size ?? read.byteCount
    this.durationMs = read.durationMs
    this.sampleRate = read.sampleRate
    this.channels = read.channels
    this.format = read.format
    this.voice = read.voice
    this.charactersProcessed = read.charactersProcessed
    this.latencyMs = read.latencyMs
    this.timeToFirstChunkMs = read.timeToFirstChunkMs
    this.interrupted = read.interrupted
    this.inputTokens = read.inputTokens
    this.outputTokens = read.outputTokens
    this.costUsd = read.costUsd
    this.responseId = read.responseId
    this.requestId = read.requestId
    this.#audio = read.audio
    this.#rawResponse = read.rawResponse
    Object.freeze(this)
  }

  /** A response out of what `toJSON` made, which has no audio; members that it does not know are left out. Throws where a value is wrong. */
  static fromJSON(value: unknown): TTSResponse {
    return new TTSResponse(readJsonFields('TTSResponse', JSON_CHECKS, REQUIRED, value))
  }

  /** The bytes: a copy at every look, since bytes cannot be frozen. Undefined where nobody kept them. */
  get audio(): Uint8Array<ArrayBuffer> | undefined {
    return this.#audio === undefined ? undefined : new Uint8Array(this.#audio)
  }

  /** What the provider sent, as it was given. */
  get rawResponse(): unknown {
    return this.#rawResponse
  }

  /** Undefined unless both input and output were counted. */
  get totalTokens(): number | undefined {
    return totalOf(this.inputTokens, this.outputTokens)
  }

  /** For `note('usage', …)` of a stage: what was counted; undefined where nothing was. */
  get usage(): ProviderUsage | undefined {
    return usageOf(this)
  }

  /** Frozen plain data for the stages downstream, without what is not known, the audio and `rawResponse`. */
  toDict(): TTSResponseDict {
    return known(this, { totalTokens: this.totalTokens }) as object as TTSResponseDict
  }

  toJSON(): TTSResponseDict {
    return this.toDict()
  }

  /** What is known, in OpenTelemetry's names (`gen_ai.*`; `stageflow.tts.*` where it has none); no content. Times in seconds. */
  toOtelAttributes(options?: OtelOptions): OtelAttributes {
    // The conventions say nothing about speech yet, so that what there is has the same names in all of them.
    semconvOf('TTSResponse', options)
    return attributes({
      'gen_ai.operation.name': 'text_to_speech',
      'gen_ai.provider.name': this.provider,
      'gen_ai.request.model': this.model,
      'gen_ai.response.id': this.responseId,
      'gen_ai.output.type': 'speech',
      'gen_ai.usage.input_tokens': this.inputTokens,
      'gen_ai.usage.output_tokens': this.outputTokens,
      'stageflow.tts.voice': this.voice,
      'stageflow.tts.characters': this.charactersProcessed,
      'stageflow.tts.audio.duration': seconds(this.durationMs),
      'stageflow.tts.sample_rate': this.sampleRate,
      'stageflow.tts.channels': this.channels,
      'stageflow.tts.format': this.format,
      'stageflow.tts.bytes': this.byteCount,
      'stageflow.tts.latency': seconds(this.latencyMs),
      'stageflow.tts.time_to_first_byte': seconds(this.timeToFirstChunkMs),
      'stageflow.tts.interrupted': this.interrupted,
      'stageflow.usage.cost_usd': this.costUsd,
      'stageflow.tts.request_id': this.requestId,
    })
  }
}
