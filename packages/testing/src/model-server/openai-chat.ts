import { ERROR_TEXT, MODEL, argumentsText, sse } from './protocol.ts'
import type { Protocol, ServedEnding } from './protocol.ts'

const REASONS: Readonly<Record<ServedEnding, string>> = {
  stop: 'stop',
  length: 'length',
  'tool-calls': 'tool_calls',
  'content-filter': 'content_filter',
}

const chunk = (choices: readonly object[], more: object = {}): string =>
  sse({ id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1, model: MODEL, choices, ...more })
const delta = (given: object, reason: string | null = null): string =>
  chunk([{ index: 0, delta: given, finish_reason: reason }])

/** https://platform.openai.com/docs/api-reference/chat-streaming */
export const openaiChat: Protocol = {
  path: /\/chat\/completions$/,
  begin: () => delta({ role: 'assistant', content: '' }),
  text: (content) => delta({ content }),
  toolCall: (call, index) =>
    delta({
      tool_calls: [
        { index, id: call.id, type: 'function', function: { name: call.name, arguments: argumentsText(call) } },
      ],
    }),
  end: (ending, { inputTokens, outputTokens }) =>
    delta({}, REASONS[ending]) +
    chunk([], {
      usage: { prompt_tokens: inputTokens, completion_tokens: outputTokens, total_tokens: inputTokens + outputTokens },
    }) +
    'data: [DONE]\n\n',
  overloaded: () => sse({ error: { message: ERROR_TEXT, type: 'server_error', code: null, param: null } }),
  refused: (status, code = 'some_code') => ({
    error: { message: ERROR_TEXT, type: status < 500 ? 'invalid_request_error' : 'server_error', code, param: null },
  }),
}
