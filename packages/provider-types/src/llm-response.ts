import { anything, type Checks, amount, count, flag, known, name, readJsonFields, readFields, text } from './fields.ts'
import { attributes, type OtelAttributes, type OtelOptions, seconds, semconvOf } from './otel-attributes.ts'
import { type LLMToolCall, toolCalls } from './tool-call.ts'
import { type ProviderUsage, totalOf, usageOf } from './usage.ts'

/** What a model's answer can say. What is left out is not known, and stays so: nothing is made up. */
export interface LLMResponseFields {
  readonly content: string
  /** As it was asked for. */
  readonly model: string
  /** As OpenTelemetry names it: `openai`, `anthropic`, `gcp.gemini`, … */
  readonly provider: string
  /** All input tokens, those from a cache included. */
  readonly inputTokens?: number | undefined
  /** All output tokens, those of reasoning included. */
  readonly outputTokens?: number | undefined
  /** Of the input, what was read from the provider's cache. */
  readonly cachedTokens?: number | undefined
  /** Of the input, what was written to the provider's cache. */
  readonly cacheWriteTokens?: number | undefined
  /** Of the output, what the model thought and did not say. */
  readonly reasoningTokens?: number | undefined
  /** What the call cost, in US dollars. */
  readonly costUsd?: number | undefined
  /** From the request to the end of the answer. */
  readonly latencyMs?: number | undefined
  /** From the request to the first chunk of a stream. */
  readonly timeToFirstChunkMs?: number | undefined
  /** From the request to the first chunk of a stream that is part of the answer: text or a tool call, no reasoning. */
  readonly timeToFirstAnswerChunkMs?: number | undefined
  /** Why it ended, in the provider's word. */
  readonly finishReason?: string | undefined
  /** Default: none. */
  readonly toolCalls?: readonly LLMToolCall[] | undefined
  /** What the model thought, where it says so. */
  readonly reasoning?: string | undefined
  /** The model that answered, where its name is not the one asked for: `gpt-4-0613`. */
  readonly responseModel?: string | undefined
  /** The provider's id of the answer: `chatcmpl-…`. */
  readonly responseId?: string | undefined
  /** The provider's id of the request, as its support asks for it: usually the header `x-request-id`. */
  readonly requestId?: string | undefined
  /** It ended before its end: what is here is the beginning. Default: false. */
  readonly partial?: boolean | undefined
  /** What the provider sent, for whoever needs more: kept as it is, neither copied nor frozen, and in no dict, JSON or attribute. */
  readonly rawResponse?: unknown
}

/** An `LLMResponse` as plain data, without what is not known. */
export interface LLMResponseDict extends ProviderUsage {
  readonly content: string
  readonly model: string
  readonly provider: string
  readonly totalTokens?: number
  readonly latencyMs?: number
  readonly timeToFirstChunkMs?: number
  readonly timeToFirstAnswerChunkMs?: number
  readonly finishReason?: string
  readonly toolCalls: readonly LLMToolCall[]
  readonly reasoning?: string
  readonly responseModel?: string
  readonly responseId?: string
  readonly requestId?: string
  readonly partial: boolean
}

const JSON_CHECKS: Checks<Omit<LLMResponseFields, 'rawResponse'>> = {
  content: text,
  model: name,
  provider: name,
  inputTokens: count,
  outputTokens: count,
  cachedTokens: count,
  cacheWriteTokens: count,
  reasoningTokens: count,
  costUsd: amount,
  latencyMs: amount,
  timeToFirstChunkMs: amount,
  timeToFirstAnswerChunkMs: amount,
  finishReason: name,
  toolCalls,
  reasoning: text,
  responseModel: name,
  responseId: name,
  requestId: name,
  partial: flag,
}

const CHECKS: Checks<LLMResponseFields> = { ...JSON_CHECKS, rawResponse: anything }
const REQUIRED = ['content', 'model', 'provider'] as const

const NO_CALLS: readonly LLMToolCall[] = Object.freeze([])

/** What a language model answered, and what is known about it: a frozen copy of what it was given. Throws a `TypeError` or `RangeError`. */
export class LLMResponse {
  readonly content: string
  readonly model: string
  readonly provider: string
  readonly inputTokens: number | undefined
  readonly outputTokens: number | undefined
  readonly cachedTokens: number | undefined
  readonly cacheWriteTokens: number | undefined
  readonly reasoningTokens: number | undefined
  readonly costUsd: number | undefined
  readonly latencyMs: number | undefined
  readonly timeToFirstChunkMs: number | undefined
  readonly timeToFirstAnswerChunkMs: number | undefined
  readonly finishReason: string | undefined
  readonly toolCalls: readonly LLMToolCall[]
  readonly reasoning: string | undefined
  readonly responseModel: string | undefined
  readonly responseId: string | undefined
  readonly requestId: string | undefined
  readonly partial: boolean
  readonly #rawResponse: unknown

  constructor(fields: LLMResponseFields) {
    const read = readFields('LLMResponse', CHECKS, REQUIRED, fields)
    this.content = read.content
    this.model = read.model
    this.provider = read.provider
    this.inputTokens = read.inputTokens
    this.outputTokens = read.outputTokens
    this.cachedTokens = read.cachedTokens
    this.cacheWriteTokens = read.cacheWriteTokens
    this.reasoningTokens = read.reasoningTokens
    this.costUsd = read.costUsd
    this.latencyMs = read.latencyMs
    this.timeToFirstChunkMs = read.timeToFirstChunkMs
    this.timeToFirstAnswerChunkMs = read.timeToFirstAnswerChunkMs
    this.finishReason = read.finishReason
    this.toolCalls = read.toolCalls ?? NO_CALLS
    this.reasoning = read.reasoning
    this.responseModel = read.responseModel
    this.responseId = read.responseId
    this.requestId = read.requestId
    this.partial = read.partial ?? false
    this.#rawResponse = read.rawResponse
    Object.freeze(this)
  }

  /** A response out of what `toJSON` made; members that it does not know are left out. Throws where a value is wrong. */
  static fromJSON(value: unknown): LLMResponse {
    return new LLMResponse(readJsonFields('LLMResponse', JSON_CHECKS, REQUIRED, value))
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
  toDict(): LLMResponseDict {
    return known(this, { totalTokens: this.totalTokens }) as object as LLMResponseDict
  }

  toJSON(): LLMResponseDict {
    return this.toDict()
  }

  /** What is known, in OpenTelemetry's names (`gen_ai.*`; `stageflow.llm.*` where it has none); no content. Times in seconds. */
  toOtelAttributes(options?: OtelOptions): OtelAttributes {
    const semconv = semconvOf('LLMResponse', options)
    const { cacheWriteTokens, outputTokens, latencyMs } = this
    return attributes({
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': this.provider,
      'gen_ai.request.model': this.model,
      // Only what streams has a first chunk.
      'gen_ai.request.stream': this.timeToFirstChunkMs === undefined ? undefined : true,
      'gen_ai.response.model': this.responseModel,
      'gen_ai.response.id': this.responseId,
      'gen_ai.response.finish_reasons': this.finishReason === undefined ? undefined : [this.finishReason],
      'gen_ai.response.time_to_first_chunk': seconds(this.timeToFirstChunkMs),
      'gen_ai.usage.input_tokens': this.inputTokens,
      'gen_ai.usage.output_tokens': outputTokens,
      'gen_ai.usage.cache_read.input_tokens': this.cachedTokens,
      'gen_ai.usage.cache_creation.input_tokens': semconv === 'genai-main' ? undefined : cacheWriteTokens,
      'gen_ai.usage.cache_write.input_tokens': semconv === '1.41' ? undefined : cacheWriteTokens,
      'gen_ai.usage.reasoning.output_tokens': this.reasoningTokens,
      'stageflow.usage.cost_usd': this.costUsd,
      'stageflow.llm.latency': seconds(latencyMs),
      'stageflow.llm.time_to_first_answer_chunk': seconds(this.timeToFirstAnswerChunkMs),
      'stageflow.llm.tokens_per_second': outputTokens && latencyMs ? (outputTokens * 1_000) / latencyMs : undefined,
      'stageflow.llm.tool_calls': this.toolCalls.length || undefined,
      'stageflow.llm.request_id': this.requestId,
      'stageflow.llm.partial': this.partial || undefined,
    })
  }
}
