import { checkArgumentCount } from '@stageflow/core/kit'
import { estimateTokens } from '@stageflow/models'
import type { Model } from '@stageflow/models'
import type { LLMDelta } from '@stageflow/provider-types'
import type OpenAI from 'openai'
import { CODE, modelOfClient } from './model-of-client.ts'
import { countOf } from './count-of.ts'

type ResponseParams = OpenAI.Responses.ResponseCreateParamsStreaming
type ResponseEvent = OpenAI.Responses.ResponseStreamEvent

/** A request of the Responses API, without what its model decides. */
export type ResponsesRequest = Omit<ResponseParams, 'model' | 'stream' | 'stream_options' | 'background'>

const modelOf = modelOfClient('responsesModel', newModel)

/** A model of the Responses API behind the official client. One client has one object for it. */
export function responsesModel(client: OpenAI, model: string): Model<ResponsesRequest> {
  checkArgumentCount(arguments.length, 2, 'responsesModel(client, model)', CODE)
  return modelOf(client, model)
}

function newModel(client: OpenAI, model: string): Model<ResponsesRequest> {
  return {
    id: model,
    provider: 'openai',
    async *stream(request, signal) {
      const stream = await client.responses.create({ ...request, model, stream: true }, { signal, maxRetries: 0 })
      for await (const event of stream) {
        const delta = deltaOf(event)
        if (delta !== undefined) yield delta
      }
      signal.throwIfAborted() // the client ends an aborted stream as if it were complete
    },
    size: ({ input, instructions, tools, max_output_tokens }) => ({
      inputTokens: estimateTokens([input, instructions, tools]),
      maxOutputTokens: max_output_tokens ?? undefined,
    }),
  }
}

/** What an event says of the answer; undefined if it says nothing. Throws what the server reports as an error. */
function deltaOf(event: ResponseEvent): LLMDelta | undefined {
  // oxlint-disable-next-line switch-exhaustiveness-check -- most events say nothing of the answer, and there will be more of them
  switch (event.type) {
    case 'response.created':
      return { responseId: event.response.id, responseModel: event.response.model }
    case 'response.output_text.delta':
      return { text: event.delta }
    case 'response.reasoning_summary_text.delta':
    case 'response.reasoning_text.delta':
      return { reasoning: event.delta }
    case 'response.refusal.delta':
      return { finishReason: 'refusal' }
    case 'response.output_item.added':
      return event.item.type === 'function_call'
        ? { toolCalls: [{ index: event.output_index, id: event.item.call_id, name: event.item.name }] }
        : undefined
    case 'response.function_call_arguments.delta':
      return { toolCalls: [{ index: event.output_index, arguments: event.delta }] }
    case 'response.completed':
    case 'response.incomplete':
      return endOf(event.response)
    case 'response.failed':
      throw Object.assign(new Error(event.response.error?.message ?? 'The response failed.'), {
        code: event.response.error?.code,
      })
    case 'error':
      throw Object.assign(new Error(event.message), { code: event.code ?? undefined })
    default:
      return undefined
  }
}

function endOf({ usage, incomplete_details, output }: OpenAI.Responses.Response): LLMDelta {
  const isRefused = output.some(
    (item) => item.type === 'message' && item.content.some(({ type }) => type === 'refusal'),
  )
  const callsTools = output.some(({ type }) => type === 'function_call')
  const whole = callsTools ? 'tool_calls' : 'stop'
  return {
    finishReason: isRefused ? 'refusal' : (incomplete_details?.reason ?? whole),
    usage: usage && {
      inputTokens: countOf(usage.input_tokens),
      outputTokens: countOf(usage.output_tokens),
      cachedTokens: countOf(usage.input_tokens_details?.cached_tokens),
      reasoningTokens: countOf(usage.output_tokens_details?.reasoning_tokens),
    },
  }
}
