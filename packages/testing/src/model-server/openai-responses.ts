import { openaiChat } from './openai-chat.ts'
import { ERROR_TEXT, MODEL, argumentsText, sse } from './protocol.ts'
import type { Protocol } from './protocol.ts'

const event = (type: string, more: object): string => sse({ type, sequence_number: 0, ...more }, type)
const base = { id: 'resp_1', object: 'response', created_at: 1, model: MODEL, output: [], parallel_tool_calls: true }

/** https://platform.openai.com/docs/api-reference/responses-streaming */
export const openaiResponses: Protocol = {
  path: /\/responses$/,
  begin: () =>
    event('response.created', { response: { ...base, status: 'in_progress' } }) +
    event('response.output_item.added', {
      output_index: 0,
      item: { id: 'msg_1', type: 'message', role: 'assistant', status: 'in_progress', content: [] },
    }) +
    event('response.content_part.added', {
      item_id: 'msg_1',
      output_index: 0,
      content_index: 0,
      part: { type: 'output_text', text: '', annotations: [] },
    }),
  text: (delta) =>
    event('response.output_text.delta', { item_id: 'msg_1', output_index: 0, content_index: 0, delta, logprobs: [] }),
  toolCall: (call, place) => {
    const output_index = place + 1
    const item = { id: `fc_${place}`, type: 'function_call', call_id: call.id, name: call.name, status: 'in_progress' }
    const given = argumentsText(call)
    return (
      event('response.output_item.added', { output_index, item: { ...item, arguments: '' } }) +
      event('response.function_call_arguments.delta', { item_id: item.id, output_index, delta: given }) +
      event('response.function_call_arguments.done', { item_id: item.id, output_index, arguments: given }) +
      event('response.output_item.done', { output_index, item: { ...item, status: 'completed', arguments: given } })
    )
  },
  end: (ending, { inputTokens, outputTokens }, text) => {
    const isWhole = ending === 'stop' || ending === 'tool-calls'
    const reason = ending === 'length' ? 'max_output_tokens' : 'content_filter'
    const item = {
      id: 'msg_1',
      type: 'message',
      role: 'assistant',
      status: 'completed',
      content: [{ type: 'output_text', text, annotations: [] }],
    }
    return (
      event('response.output_item.done', { output_index: 0, item }) +
      event(isWhole ? 'response.completed' : 'response.incomplete', {
        response: {
          ...base,
          status: isWhole ? 'completed' : 'incomplete',
          incomplete_details: isWhole ? null : { reason },
          output: [item],
          usage: {
            input_tokens: inputTokens,
            input_tokens_details: { cached_tokens: 0 },
            output_tokens: outputTokens,
            output_tokens_details: { reasoning_tokens: 0 },
            total_tokens: inputTokens + outputTokens,
          },
        },
      })
    )
  },
  overloaded: () => event('error', { code: 'server_error', message: ERROR_TEXT, param: null }),
  refused: (status, code) => openaiChat.refused(status, code),
}
