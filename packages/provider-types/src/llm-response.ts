import { amount, count, flag, name, nullableText, text } from './fields.ts'
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
import { type LLMToolCall, toolCalls } from './tool-call.ts'

/** What you can say about a response of a language model. Leave out what isn't known: nothing is made up. */
export interface LLMResponseFields extends ProviderResponseFields {
  /** The text of the response. `null`, which OpenAI sends with tool calls, becomes ''. */
  readonly content: string | null
  readonly model: string
  /** Input tokens that were read from the provider's cache. */
  readonly cachedTokens?: number | undefined
  /** Input tokens that were written to the provider's cache. */
  readonly cacheWriteTokens?: number | undefined
  /** Output tokens of reasoning. */
  readonly reasoningTokens?: number | undefined
  /** Time from the request to the first chunk with text or a tool call, in ms. */
  readonly timeToFirstAnswerChunkMs?: number | undefined
  /** Why the response ended, in the provider's word. */
  readonly finishReason?: string | undefined
  /** Default: none. */
  readonly toolCalls?: readonly LLMToolCall[] | undefined
  /** The reasoning, if the model shows it. */
  readonly reasoning?: string | undefined
  /** The model that responded, if its name differs from the one you asked for, such as one with a date. */
  readonly responseModel?: string | undefined
  /** True if the response was cut off, and only its beginning is here. Default: false. */
  readonly partial?: boolean | undefined
}

/** An `LLMResponse` as plain data: the fields that are known. */
export interface LLMResponseDict extends ResponseDict<LLMResponseFields> {
  readonly toolCalls: readonly LLMToolCall[]
  readonly partial: boolean
  readonly totalTokens?: number
}

const KIND: ResponseKind<LLMResponseFields> = {
  owner: 'LLMResponse',
  operation: 'chat',
  prefix: 'stageflow.llm',
  checks: {
    content: nullableText,
    ...COMMON_CHECKS,
    cachedTokens: count,
    cacheWriteTokens: count,
    reasoningTokens: count,
    timeToFirstAnswerChunkMs: amount,
    finishReason: name,
    toolCalls,
    reasoning: text,
    responseModel: name,
    partial: flag,
  },
  required: ['content', 'model', 'provider'],
  defaults: { toolCalls: Object.freeze([]), partial: false },
  attributes(fields, semconv) {
    const { cacheWriteTokens, finishReason, latencyMs, outputTokens, timeToFirstChunkMs } = fields
    return {
      // Only a stream has a first chunk.
      'gen_ai.request.stream': timeToFirstChunkMs === undefined ? undefined : true,
      'gen_ai.response.model': fields.responseModel,
      'gen_ai.response.finish_reasons': finishReason === undefined ? undefined : [finishReason],
      'gen_ai.response.time_to_first_chunk': seconds(timeToFirstChunkMs),
      'gen_ai.usage.cache_read.input_tokens': fields.cachedTokens,
      'gen_ai.usage.cache_creation.input_tokens': semconv === 'genai-main' ? undefined : cacheWriteTokens,
      'gen_ai.usage.cache_write.input_tokens': semconv === '1.41' ? undefined : cacheWriteTokens,
      'gen_ai.usage.reasoning.output_tokens': fields.reasoningTokens,
      'stageflow.llm.time_to_first_answer_chunk': seconds(fields.timeToFirstAnswerChunkMs),
      'stageflow.llm.tokens_per_second': outputTokens && latencyMs ? (outputTokens * 1_000) / latencyMs : undefined,
      'stageflow.llm.tool_calls': fields.toolCalls?.length || undefined,
      'stageflow.llm.partial': fields.partial || undefined,
    }
  },
}

// oxlint-disable-next-line no-unsafe-declaration-merging -- the base class sets every field
export interface LLMResponse extends ResponseProperties<LLMResponseFields> {
  readonly toolCalls: readonly LLMToolCall[]
  readonly partial: boolean
}

/** What a language model returned, and what is known about the call: a frozen copy. Throws a `TypeError` or `RangeError`. */
// oxlint-disable-next-line no-unsafe-declaration-merging -- the base class sets every field
export class LLMResponse extends ProviderResponse<LLMResponseFields, LLMResponseDict> {
  constructor(fields: LLMResponseFields) {
    super(KIND, fields)
  }

  /** The response that `toJSON` wrote. Ignores unknown members; throws if a value is wrong. */
  static fromJSON(value: unknown): LLMResponse {
    return new LLMResponse(jsonFields(KIND, value))
  }
}
