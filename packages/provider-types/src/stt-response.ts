import {
  amount,
  anything,
  type Checks,
  count,
  flag,
  known,
  listOf,
  name,
  objectOf,
  readJsonFields,
  ratio,
  readFields,
  text,
} from './fields.ts'
import { attributes, type OtelAttributes, type OtelOptions, seconds, semconvOf } from './otel-attributes.ts'
import { type ProviderUsage, totalOf, usageOf } from './usage.ts'

/** One word of a transcript. */
export interface STTWord {
  readonly text: string
  /** From the beginning of the audio. */
  readonly startMs?: number | undefined
  readonly endMs?: number | undefined
  /** From 0 to 1. */
  readonly confidence?: number | undefined
  /** Who said it, as the provider tells speakers apart. */
  readonly speaker?: string | undefined
}

/** What a transcript can say. What is left out is not known, and stays so: nothing is made up. */
export interface STTResponseFields {
  readonly text: string
  /** `deepgram`, `openai`, … */
  readonly provider: string
  readonly model?: string | undefined
  /** From 0 to 1. */
  readonly confidence?: number | undefined
  /** Of the audio. */
  readonly durationMs?: number | undefined
  /** As BCP 47 writes it: `en`, `de-AT`. */
  readonly language?: string | undefined
  /** Default: none. */
  readonly words?: readonly STTWord[] | undefined
  /** False for a transcript that may still change. Default: true. */
  readonly isFinal?: boolean | undefined
  /** From the request to the end of the answer. */
  readonly latencyMs?: number | undefined
  /** From the request to the first words of a stream. */
  readonly timeToFirstChunkMs?: number | undefined
  /** From the end of the speech to the final transcript. */
  readonly timeToFinalMs?: number | undefined
  /** Where the provider counts tokens. */
  readonly inputTokens?: number | undefined
  readonly outputTokens?: number | undefined
  /** Of the input, what was read from the provider's cache. */
  readonly cachedTokens?: number | undefined
  /** What the call cost, in US dollars. */
  readonly costUsd?: number | undefined
  /** The provider's id of the answer. */
  readonly responseId?: string | undefined
  /** The provider's id of the request. */
  readonly requestId?: string | undefined
  /** What the provider sent: kept as it is, neither copied nor frozen, and in no dict, JSON or attribute. */
  readonly rawResponse?: unknown
}

/** An `STTResponse` as plain data, without what is not known. */
export interface STTResponseDict {
  readonly text: string
  readonly provider: string
  readonly model?: string
  readonly confidence?: number
  readonly durationMs?: number
  readonly language?: string
  readonly words: readonly STTWord[]
  readonly isFinal: boolean
  readonly latencyMs?: number
  readonly timeToFirstChunkMs?: number
  readonly timeToFinalMs?: number
  readonly inputTokens?: number
  readonly outputTokens?: number
  readonly totalTokens?: number
  readonly cachedTokens?: number
  readonly costUsd?: number
  readonly responseId?: string
  readonly requestId?: string
}

const WORD_CHECKS: Checks<STTWord> = { text, startMs: amount, endMs: amount, confidence: ratio, speaker: name }

const JSON_CHECKS: Checks<Omit<STTResponseFields, 'rawResponse'>> = {
  text,
  provider: name,
  model: name,
  confidence: ratio,
  durationMs: amount,
  language: name,
  words: listOf(objectOf(WORD_CHECKS, ['text'])),
  isFinal: flag,
  latencyMs: amount,
  timeToFirstChunkMs: amount,
  timeToFinalMs: amount,
  inputTokens: count,
  outputTokens: count,
  cachedTokens: count,
  costUsd: amount,
  responseId: name,
  requestId: name,
}

const CHECKS: Checks<STTResponseFields> = { ...JSON_CHECKS, rawResponse: anything }
const REQUIRED = ['text', 'provider'] as const

const NO_WORDS: readonly STTWord[] = Object.freeze([])

/** What was heard, and what is known about it: a frozen copy of what it was given. Throws a `TypeError` or `RangeError`. */
export class STTResponse {
  readonly text: string
  readonly provider: string
  readonly model: string | undefined
  readonly confidence: number | undefined
  readonly durationMs: number | undefined
  readonly language: string | undefined
  readonly words: readonly STTWord[]
  readonly isFinal: boolean
  readonly latencyMs: number | undefined
  readonly timeToFirstChunkMs: number | undefined
  readonly timeToFinalMs: number | undefined
  readonly inputTokens: number | undefined
  readonly outputTokens: number | undefined
  readonly cachedTokens: number | undefined
  readonly costUsd: number | undefined
  readonly responseId: string | undefined
  readonly requestId: string | undefined
  readonly #rawResponse: unknown

  constructor(fields: STTResponseFields) {
    const read = readFields('STTResponse', CHECKS, REQUIRED, fields)
    this.text = read.text
    this.provider = read.provider
    this.model = read.model
    this.confidence = read.confidence
    this.durationMs = read.durationMs
    this.language = read.language
    this.words = read.words ?? NO_WORDS
    this.isFinal = read.isFinal ?? true
    this.latencyMs = read.latencyMs
    this.timeToFirstChunkMs = read.timeToFirstChunkMs
    this.timeToFinalMs = read.timeToFinalMs
    this.inputTokens = read.inputTokens
    this.outputTokens = read.outputTokens
    this.cachedTokens = read.cachedTokens
    this.costUsd = read.costUsd
    this.responseId = read.responseId
    this.requestId = read.requestId
    this.#rawResponse = read.rawResponse
    Object.freeze(this)
  }

  /** A response out of what `toJSON` made; members that it does not know are left out. Throws where a value is wrong. */
  static fromJSON(value: unknown): STTResponse {
    return new STTResponse(readJsonFields('STTResponse', JSON_CHECKS, REQUIRED, value))
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

  /** Frozen plain data for the stages downstream, without what is not known and without `rawResponse`. */
  toDict(): STTResponseDict {
    return known(this, { totalTokens: this.totalTokens }) as object as STTResponseDict
  }

  toJSON(): STTResponseDict {
    return this.toDict()
  }

  /** What is known, in OpenTelemetry's names (`gen_ai.*`; `stageflow.stt.*` where it has none); no content. Times in seconds. */
  toOtelAttributes(options?: OtelOptions): OtelAttributes {
    // The conventions say nothing about speech yet, so that what there is has the same names in all of them.
    semconvOf('STTResponse', options)
    return attributes({
      'gen_ai.operation.name': 'speech_to_text',
      'gen_ai.provider.name': this.provider,
      'gen_ai.request.model': this.model,
      'gen_ai.response.id': this.responseId,
      'gen_ai.usage.input_tokens': this.inputTokens,
      'gen_ai.usage.output_tokens': this.outputTokens,
      'gen_ai.usage.cache_read.input_tokens': this.cachedTokens,
      'stageflow.stt.confidence': this.confidence,
      'stageflow.stt.audio.duration': seconds(this.durationMs),
      'stageflow.stt.language': this.language,
      'stageflow.stt.is_final': this.isFinal,
      'stageflow.stt.latency': seconds(this.latencyMs),
      'stageflow.stt.time_to_first_chunk': seconds(this.timeToFirstChunkMs),
      'stageflow.stt.time_to_final': seconds(this.timeToFinalMs),
      'stageflow.usage.cost_usd': this.costUsd,
      'stageflow.stt.request_id': this.requestId,
    })
  }
}
