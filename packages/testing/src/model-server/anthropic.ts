import { ERROR_TEXT, MODEL, argumentsText, sse } from './protocol.ts'
import type { Protocol, ServedEnding } from './protocol.ts'

const REASONS: Readonly<Record<ServedEnding, string>> = {
  stop: 'end_turn',
  length: 'max_tokens',
  'tool-calls': 'tool_use',
  'content-filter': 'refusal',
}

const event = (type: string, more: object): string => sse({ type, ...more }, type)

/** https://docs.anthropic.com/en/api/messages-streaming */
export const anthropic: Protocol = {
  path: /\/messages$/,
  begin: ({ inputTokens }) =>
    event('message_start', {
      message: {
        id: 'msg_1',
        type: 'message',
        role: 'assistant',
        model: MODEL,
        content: [],
        stop_reason: null,
        stop_sequence: null,
        usage: { input_tokens: inputTokens, output_tokens: 1 },
      },
    }) + event('content_block_start', { index: 0, content_block: { type: 'text', text: '' } }),
  text: (text) => event('content_block_delta', { index: 0, delta: { type: 'text_delta', text } }),
  toolCall: (call, place) => {
    const index = place + 1
    return (
      event('content_block_start', {
        index,
        content_block: { type: 'tool_use', id: call.id, name: call.name, input: {} },
      }) +
      event('content_block_delta', { index, delta: { type: 'input_json_delta', partial_json: argumentsText(call) } }) +
      event('content_block_stop', { index })
    )
  },
  end: (ending, { outputTokens }) =>
    event('content_block_stop', { index: 0 }) +
    event('message_delta', {
      delta: { stop_reason: REASONS[ending], stop_sequence: null },
      usage: { output_tokens: outputTokens },
    }) +
    event('message_stop', {}),
  overloaded: () => event('error', { error: { type: 'overloaded_error', message: ERROR_TEXT } }),
  refused: (status, code) => ({
    type: 'error',
    error: { type: code ?? (status < 500 ? 'invalid_request_error' : 'api_error'), message: ERROR_TEXT },
  }),
}
