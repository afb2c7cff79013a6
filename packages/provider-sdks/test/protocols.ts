import { eventStreamMessage } from './event-stream.ts'
import type { Answer } from './situations.ts'

type InStream = Extract<Answer, { inStream: string }>['inStream']
interface WireFormat {
  readonly contentType: string
  /** The start of a good answer. */
  readonly begin: string | Buffer
  readonly error: (kind: InStream) => string | Buffer
  /** The body of an HTTP error. */
  readonly body: (status: number, code: string | undefined) => object
}

const sse = (data: object, event?: string): string =>
  `${event === undefined ? '' : `event: ${event}\n`}data: ${JSON.stringify(data)}\n\n`
const text = 'It went wrong.'

const OPENAI_ERRORS: Record<InStream, { type: string; code: string | null }> = {
  overloaded: { type: 'server_error', code: null },
  'rate limit': { type: 'rate_limit_error', code: 'rate_limit_exceeded' },
  'server error': { type: 'server_error', code: 'server_error' },
  'used-up quota': { type: 'insufficient_quota', code: 'insufficient_quota' },
  'invalid request': { type: 'invalid_request_error', code: 'context_length_exceeded' },
}
const openaiBody = (status: number, code = 'some_code'): object => ({
  error: { message: text, type: status < 500 ? 'invalid_request_error' : 'server_error', code, param: null },
})
const openaiChat: WireFormat = {
  contentType: 'text/event-stream',
  begin: sse({
    id: 'c',
    object: 'chat.completion.chunk',
    created: 1,
    model: 'm',
    choices: [{ index: 0, delta: { role: 'assistant', content: 'He' } }],
  }),
  error: (kind) => sse({ error: { message: text, param: null, ...OPENAI_ERRORS[kind] } }),
  body: openaiBody,
}

const RESPONSES_CODES: Record<InStream, string> = {
  overloaded: 'server_error',
  'rate limit': 'rate_limit_exceeded',
  'server error': 'server_error',
  'used-up quota': 'insufficient_quota',
  'invalid request': 'invalid_prompt',
}
const ANTHROPIC_TYPES: Record<InStream, string> = {
  overloaded: 'overloaded_error',
  'rate limit': 'rate_limit_error',
  'server error': 'api_error',
  'used-up quota': 'billing_error',
  'invalid request': 'invalid_request_error',
}
const BEDROCK_EXCEPTIONS: Record<InStream, string> = {
  overloaded: 'serviceUnavailableException',
  'rate limit': 'throttlingException',
  'server error': 'modelStreamErrorException',
  'used-up quota': 'throttlingException',
  'invalid request': 'validationException',
}
const HTTP_EXCEPTIONS: Record<number, string> = {
  400: 'ValidationException',
  403: 'AccessDeniedException',
  404: 'ResourceNotFoundException',
  408: 'ModelTimeoutException',
  424: 'ModelErrorException',
  429: 'ThrottlingException',
  500: 'InternalServerException',
  503: 'ServiceUnavailableException',
}

/** How each protocol writes an answer, an error inside of one, and an error with an HTTP status. */
export const PROTOCOLS = {
  'openai-chat': openaiChat,
  'openai-responses': {
    contentType: 'text/event-stream',
    begin: sse(
      { type: 'response.created', sequence_number: 0, response: { id: 'r', created_at: 1, model: 'm' } },
      'response.created',
    ),
    error: (kind) =>
      sse({ type: 'error', sequence_number: 1, code: RESPONSES_CODES[kind], message: text, param: null }, 'error'),
    body: openaiBody,
  },
  anthropic: {
    contentType: 'text/event-stream',
    begin: sse(
      {
        type: 'message_start',
        message: {
          id: 'm',
          type: 'message',
          role: 'assistant',
          model: 'm',
          content: [],
          stop_reason: null,
          stop_sequence: null,
          usage: { input_tokens: 1, output_tokens: 1 },
        },
      },
      'message_start',
    ),
    error: (kind) => sse({ type: 'error', error: { type: ANTHROPIC_TYPES[kind], message: text } }, 'error'),
    body: (status, code) => {
      const type = status < 500 ? 'invalid_request_error' : 'api_error'
      return { type: 'error', error: { type: code === undefined ? type : 'billing_error', message: text } }
    },
  },
  bedrock: {
    contentType: 'application/vnd.amazon.eventstream',
    begin: eventStreamMessage(
      { ':message-type': 'event', ':event-type': 'messageStart', ':content-type': 'application/json' },
      { role: 'assistant' },
    ),
    error: (kind) =>
      eventStreamMessage(
        {
          ':message-type': 'exception',
          ':exception-type': BEDROCK_EXCEPTIONS[kind],
          ':content-type': 'application/json',
        },
        { message: text },
      ),
    body: (status) => ({ __type: HTTP_EXCEPTIONS[status] ?? 'SomeException', message: text }),
  },
  ollama: {
    contentType: 'application/x-ndjson',
    begin: `${JSON.stringify({ model: 'm', message: { role: 'assistant', content: 'He' }, done: false })}\n`,
    error: (kind) => `${JSON.stringify({ error: kind })}\n`,
    body: () => ({ error: text }),
  },
  'hugging-face': openaiChat,
} as const satisfies Record<string, WireFormat>
export type Protocol = keyof typeof PROTOCOLS
