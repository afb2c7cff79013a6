import { checkArgumentCount } from '@stageflow/core/kit'
import { estimateTokens } from '@stageflow/models'
import type { Model } from '@stageflow/models'
import type { LLMDelta } from '@stageflow/provider-types'
import type OpenAI from 'openai'
import { CODE, modelOfClient } from './model-of-client.ts'
import { countOf } from './count-of.ts'

type ChatParams = OpenAI.ChatCompletionCreateParamsStreaming

/** A request of chat completions, without what its model decides: the model, how it streams, and several answers at once. */
export type ChatRequest = Omit<ChatParams, 'model' | 'stream' | 'stream_options' | 'n'>

const modelOf = modelOfClient('chatModel', newModel)

/** A model of chat completions behind the official client, or behind any server that speaks its protocol. One client has one object for it. */
export function chatModel(client: OpenAI, model: string): Model<ChatRequest> {
  checkArgumentCount(arguments.length, 2, 'chatModel(client, model)', CODE)
  return modelOf(client, model)
}

function newModel(client: OpenAI, model: string): Model<ChatRequest> {
  return {
    id: model,
    provider: 'openai',
    async *stream(request, signal) {
      // Retries are the job of `retry()`, which sees each attempt.
      const stream = await client.chat.completions.create(
        { ...request, model, stream: true, stream_options: { include_usage: true } },
        { signal, maxRetries: 0 },
      )
      for await (const chunk of stream) yield deltaOf(chunk)
      signal.throwIfAborted() // the client ends an aborted stream as if it were complete
    },
    // oxlint-disable-next-line no-deprecated -- servers that speak the protocol know the older name of the limit
    size: ({ messages, tools, max_completion_tokens, max_tokens }) => ({
      inputTokens: estimateTokens([messages, tools]),
      maxOutputTokens: max_completion_tokens ?? max_tokens ?? undefined,
    }),
  }
}

function deltaOf({ id, model, choices, usage }: OpenAI.ChatCompletionChunk): LLMDelta {
  // An answer beside the first one would be mixed into its text.
  const choice = choices.find(({ index }) => !(index > 0))
  const { content, refusal, tool_calls: toolCalls } = choice?.delta ?? {}
  return {
    responseId: id,
    responseModel: model,
    text: content,
    // A refusal stands where the answer would, and ends with `stop` as an answer does.
    finishReason: refusal ? 'refusal' : (choice?.finish_reason ?? undefined),
    toolCalls: toolCalls?.map(({ index, id: callId, function: called }) => ({
      index,
      id: callId,
      name: called?.name,
      arguments: called?.arguments,
    })),
    usage: usage
      ? {
          inputTokens: countOf(usage.prompt_tokens),
          outputTokens: countOf(usage.completion_tokens),
          cachedTokens: countOf(usage.prompt_tokens_details?.cached_tokens),
          reasoningTokens: countOf(usage.completion_tokens_details?.reasoning_tokens),
        }
      : undefined,
  }
}
