import { amount, type Checks, count, flag, listOf, name, objectOf, ratio, text } from './fields.ts'
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

/** One word of a transcript. */
export interface STTWord {
  readonly text: string
  /** From the beginning of the audio, in ms. */
  readonly startMs?: number | undefined
  readonly endMs?: number | undefined
  /** From 0 to 1. */
  readonly confidence?: number | undefined
  /** The speaker, as the provider tells speakers apart. */
  readonly speaker?: string | undefined
}

/** What you can say about a transcript. Leave out what isn't known: nothing is made up. */
export interface STTResponseFields extends ProviderResponseFields {
  readonly text: string
  /** From 0 to 1. */
  readonly confidence?: number | undefined
  /** The length of the audio, in ms. */
  readonly durationMs?: number | undefined
  /** As BCP 47 writes it: `en`, `de-AT`. */
  readonly language?: string | undefined
  /** Default: none. */
  readonly words?: readonly STTWord[] | undefined
  /** False for a transcript that may still change. Default: true. */
  readonly isFinal?: boolean | undefined
  /** Time from the end of the speech to the final transcript, in ms. */
  readonly timeToFinalMs?: number | undefined
  /** Input tokens that were read from the provider's cache. */
  readonly cachedTokens?: number | undefined
}

/** An `STTResponse` as plain data: the fields that are known. */
export interface STTResponseDict extends ResponseDict<STTResponseFields> {
  readonly words: readonly STTWord[]
  readonly isFinal: boolean
  readonly totalTokens?: number
}

const WORD_CHECKS: Checks<STTWord> = { text, startMs: amount, endMs: amount, confidence: ratio, speaker: name }

const KIND: ResponseKind<STTResponseFields> = {
  owner: 'STTResponse',
  operation: 'speech_to_text',
  prefix: 'stageflow.stt',
  checks: {
    text,
    ...COMMON_CHECKS,
    confidence: ratio,
    durationMs: amount,
    language: name,
    words: listOf(objectOf(WORD_CHECKS, ['text'])),
    isFinal: flag,
    timeToFinalMs: amount,
    cachedTokens: count,
  },
  required: ['text', 'provider'],
  defaults: { words: Object.freeze([]), isFinal: true },
  // The conventions say nothing about speech yet, so all of them have the same names.
  attributes: (fields) => ({
    'gen_ai.usage.cache_read.input_tokens': fields.cachedTokens,
    'stageflow.stt.confidence': fields.confidence,
    'stageflow.stt.audio.duration': seconds(fields.durationMs),
    'stageflow.stt.language': fields.language,
    'stageflow.stt.is_final': fields.isFinal,
    'stageflow.stt.time_to_first_chunk': seconds(fields.timeToFirstChunkMs),
    'stageflow.stt.time_to_final': seconds(fields.timeToFinalMs),
  }),
}

// oxlint-disable-next-line no-unsafe-declaration-merging -- the base class sets every field
export interface STTResponse extends ResponseProperties<STTResponseFields> {
  readonly words: readonly STTWord[]
  readonly isFinal: boolean
}

/** A transcript, and what is known about the call: a frozen copy. Throws a `TypeError` or `RangeError`. */
// oxlint-disable-next-line no-unsafe-declaration-merging -- the base class sets every field
export class STTResponse extends ProviderResponse<STTResponseFields, STTResponseDict> {
  constructor(fields: STTResponseFields) {
    super(KIND, fields)
  }

  /** The response that `toJSON` wrote. Ignores unknown members; throws if a value is wrong. */
  static fromJSON(value: unknown): STTResponse {
    return new STTResponse(jsonFields(KIND, value))
  }
}
