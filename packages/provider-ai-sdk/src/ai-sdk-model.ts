import { StageflowError } from '@stageflow/core'
import { checkArgumentCount, checkOptions, read, required, textOf } from '@stageflow/core/kit'
import type { OptionRule, OptionRules } from '@stageflow/core/kit'
import { estimateTokens } from '@stageflow/models'
import type { Model } from '@stageflow/models'
import type { JsonObject, LLMDelta, LLMToolCallDelta } from '@stageflow/provider-types'
import { streamText } from 'ai'
import type { LanguageModel, ModelMessage, TextStreamPart, ToolSet } from 'ai'
import { countOf, usageInRaw } from './raw-usage.ts'
import { shownTools } from './tool-size.ts'

type StreamTextOptions = Parameters<typeof streamText<ToolSet>>[0]

/** What the stage says of a step: the options of `streamText`, without those that `callModel` or the engine decides. */
export type AiSdkRequest = Omit<
  StreamTextOptions,
  | 'model'
  | 'abortSignal'
  | 'maxRetries'
  | 'streamRetries'
  | 'includeRawChunks'
  | 'stopWhen'
  | 'prepareStep'
  | 'onError'
  | 'onAbort'
>

export const CODE = 'models/illegal-option'
const MODEL: OptionRule = [
  (value) => (typeof value === 'string' ? value !== '' : typeof read(value, 'doStream') === 'function'),
  "a LanguageModel such as openai('gpt-5.5'), or its name",
]
const ARGUMENTS: OptionRules = { model: required(MODEL) }

const models = new WeakMap<object, Model<AiSdkRequest>>()
/** Names of models are those of the AI SDK's global provider: one for the process. */
const named = new Map<string, Model<AiSdkRequest>>()

/** A model of the AI SDK. One `LanguageModel` has one object for it. */
export function aiSdkModel(model: LanguageModel): Model<AiSdkRequest> {
  checkArgumentCount(arguments.length, 1, 'aiSdkModel(model)', CODE)
  const known = typeof model === 'string' ? named.get(model) : models.get(model)
  if (known !== undefined) return known
  checkOptions('aiSdkModel(model)', CODE, { model }, ARGUMENTS)
  const made = newModel(model)
  if (typeof model === 'string') named.set(model, made)
  else models.set(model, made)
  return made
}

function newModel(model: LanguageModel): Model<AiSdkRequest> {
  const [provider, id] = typeof model === 'string' ? partsOf(model) : [model.provider, model.modelId]
  return {
    id,
    provider: providerName(provider),
    async *stream(request, signal) {
      const answer = streamText({
        ...(request as StreamTextOptions),
        model,
        abortSignal: signal,
        maxRetries: 0, // retries are the job of `retry()`, which sees each attempt
        include: { rawChunks: true }, // some providers count long before the end
        onError: () => {}, // it is thrown below; the AI SDK would print it
      })
      const started = new Set<string>()
      for await (const part of answer.stream) {
        const delta = deltaOf(part, started)
        if (delta !== undefined) yield delta
      }
      signal.throwIfAborted() // an aborted stream ends like a good one
      // Some providers refuse the results of calls that come back without their signatures.
      if (started.size > 0) yield { messages: answerOf(await answer.responseMessages) }
    },
    size: ({ messages, prompt, system, instructions, tools, maxOutputTokens }: SizedRequest) => ({
      inputTokens: estimateTokens([messages, prompt, system, instructions, tools && shownTools(tools)]),
      maxOutputTokens,
    }),
  }
}

interface SizedRequest {
  readonly messages?: unknown
  readonly prompt?: unknown
  readonly system?: unknown
  readonly instructions?: unknown
  readonly tools?: ToolSet
  readonly maxOutputTokens?: number
}

/** `openai/gpt-5.5` */
const partsOf = (name: string): [provider: string, id: string] => {
  const at = name.indexOf('/')
  return at < 0 ? ['gateway', name] : [name.slice(0, at), name.slice(at + 1)]
}

/** OpenTelemetry's names for providers that the AI SDK names otherwise: `openai.responses`, `google.generative-ai`, … */
function providerName(provider: string): string {
  const [name = provider] = provider.split('.')
  return (
    { google: 'gcp.gemini', vertex: 'gcp.vertex_ai', 'amazon-bedrock': 'aws.bedrock', azure: 'azure.ai.openai' }[
      name
    ] ?? name
  )
}

type StreamPart = TextStreamPart<ToolSet>

/** What a part says of the answer; undefined if it says nothing. Throws its error. `started`: the tool calls whose beginning came. */
function deltaOf(part: StreamPart, started: Set<string>): LLMDelta | undefined {
  // oxlint-disable-next-line switch-exhaustiveness-check -- most parts say nothing of the answer, and there will be more of them
  switch (part.type) {
    case 'text-delta':
      return { text: part.text }
    case 'reasoning-delta':
      return { reasoning: part.text }
    case 'tool-input-start':
      started.add(part.id)
      return { toolCalls: [{ id: part.id, name: part.toolName }] }
    case 'tool-input-delta':
      return { toolCalls: [{ id: part.id, arguments: part.delta }] }
    case 'tool-call':
      return started.has(part.toolCallId) ? undefined : { toolCalls: [callOf(part, started)] }
    case 'raw':
      // Also if it says nothing: the provider has taken the request.
      return { usage: usageInRaw(part.rawValue) }
    case 'error':
      throw errorIn(part.error) // the AI SDK would go on to a good end
    case 'finish-step':
      return endOf(part)
    default:
      return undefined
  }
}

function errorIn(error: unknown): unknown {
  if (read(error, 'name') !== 'AI_ToolChoiceViolationError') return error
  return new StageflowError(
    'models/tool-choice',
    `The model did not keep the tool choice of the request: ${textOf(error)} Ask it again, or leave out toolChoice.`,
    { cause: error },
  )
}

/** A call that came whole. */
function callOf(
  { toolCallId: id, toolName: name, input }: Extract<StreamPart, { type: 'tool-call' }>,
  started: Set<string>,
): LLMToolCallDelta {
  started.add(id)
  return { id, name, arguments: JSON.stringify(input) }
}

/** The answer as JSON, without results that the AI SDK has made itself for calls that it can't read. */
const answerOf = (messages: readonly ModelMessage[]): readonly JsonObject[] =>
  JSON.parse(JSON.stringify(messages.filter(({ role }) => role === 'assistant'))) as readonly JsonObject[]

function endOf({
  finishReason,
  rawFinishReason,
  usage,
  response,
}: Extract<StreamPart, { type: 'finish-step' }>): LLMDelta {
  return {
    finishReason: reasonOf(finishReason, rawFinishReason),
    responseId: response.id,
    responseModel: response.modelId,
    usage: {
      inputTokens: countOf(usage.inputTokens),
      outputTokens: countOf(usage.outputTokens),
      cachedTokens: countOf(usage.inputTokenDetails?.cacheReadTokens),
      cacheWriteTokens: countOf(usage.inputTokenDetails?.cacheWriteTokens),
      reasoningTokens: countOf(usage.outputTokenDetails?.reasoningTokens),
    },
  }
}

/** The AI SDK says `other` for each word that it doesn't know, and `stop` if Anthropic has paused in the middle. */
const reasonOf = (word: string, raw: string | undefined): string =>
  raw !== undefined && (word === 'other' || raw === 'pause_turn') ? raw : word
