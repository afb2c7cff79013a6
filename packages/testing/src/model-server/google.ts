import { ERROR_TEXT, MODEL, argumentsText, sse } from './protocol.ts'
import type { Protocol, ServedEnding, ServedUsage } from './protocol.ts'

const REASONS: Readonly<Record<ServedEnding, string>> = {
  stop: 'STOP',
  length: 'MAX_TOKENS',
  'tool-calls': 'STOP',
  'content-filter': 'SAFETY',
}

const candidate = (parts: readonly object[], more: object = {}, usage?: ServedUsage): string =>
  sse({
    candidates: [{ content: { role: 'model', parts }, index: 0, ...more }],
    ...(usage && {
      usageMetadata: {
        promptTokenCount: usage.inputTokens,
        candidatesTokenCount: usage.outputTokens,
        totalTokenCount: usage.inputTokens + usage.outputTokens,
      },
    }),
    modelVersion: MODEL,
    responseId: 'r1',
  })

/** https://ai.google.dev/api/generate-content#v1beta.models.streamGenerateContent */
export const google: Protocol = {
  path: /:streamGenerateContent$/,
  begin: () => '',
  // Each chunk has the counts so far: here, one token a chunk.
  text: (text, index, { inputTokens, outputTokens }) =>
    candidate([{ text }], {}, { inputTokens, outputTokens: Math.min(index + 1, outputTokens) }),
  toolCall: (call) =>
    candidate([{ functionCall: { id: call.id, name: call.name, args: JSON.parse(argumentsText(call)) } }]),
  end: (ending, usage) => candidate([], { finishReason: REASONS[ending] }, usage),
  overloaded: () => sse({ error: { code: 503, message: ERROR_TEXT, status: 'UNAVAILABLE' } }),
  refused: (status) => ({
    error: { code: status, message: ERROR_TEXT, status: status < 500 ? 'INVALID_ARGUMENT' : 'UNAVAILABLE' },
  }),
}
