/** A call that a model makes. */
export interface Call {
  readonly id: string
  readonly name: string
  readonly args: Readonly<Record<string, unknown>>
}
type Write = (call: Call) => unknown

/** One call in each shape that a provider gives it in. */
export const SHAPES: Readonly<Record<string, Write>> = {
  'OpenAI chat': ({ id, name, args }) => ({
    id,
    type: 'function',
    function: { name, arguments: JSON.stringify(args) },
  }),
  'OpenAI responses': ({ id, name, args }) => ({
    type: 'function_call',
    id: `fc_${id}`,
    call_id: id,
    name,
    arguments: JSON.stringify(args),
    status: 'completed',
  }),
  Anthropic: ({ id, name, args }) => ({ type: 'tool_use', id, name, input: args }),
  Google: ({ id, name, args }) => ({ functionCall: { id, name, args } }),
  "Google SDK's functionCalls": ({ id, name, args }) => ({ id, name, args }),
  'AI SDK': ({ id, name, args }) => ({ type: 'tool-call', toolCallId: id, toolName: name, input: args }),
  'AI SDK 4': ({ id, name, args }) => ({ type: 'tool-call', toolCallId: id, toolName: name, args }),
  LangChain: ({ id, name, args }) => ({ type: 'tool_call', id, name, args }),
  MCP: ({ id, name, args }) => ({ jsonrpc: '2.0', id, method: 'tools/call', params: { name, arguments: args } }),
  plain: ({ id, name, args }) => ({ id, name, arguments: args }),
  'plain, as text': ({ id, name, args }) => ({ id, name, arguments: JSON.stringify(args) }),
}

/** A whole answer of a model, with other things in it. */
export const ANSWERS: Readonly<Record<string, (calls: readonly Call[]) => unknown>> = {
  'OpenAI chat completion': (calls) => ({
    object: 'chat.completion',
    choices: [{ index: 0, message: openaiMessage(calls), finish_reason: 'tool_calls' }],
  }),
  'OpenAI message': openaiMessage,
  'OpenAI response': (calls) => ({
    object: 'response',
    status: 'completed',
    text: { format: { type: 'text' } },
    output: responsesOutput(calls),
    output_text: 'Hm.',
  }),
  "OpenAI response's output": responsesOutput,
  'Anthropic message': (calls) => ({
    type: 'message',
    role: 'assistant',
    content: anthropicContent(calls),
    stop_reason: 'tool_use',
  }),
  "Anthropic message's content": anthropicContent,
  'Google response': (calls) => ({
    candidates: [{ content: { role: 'model', parts: googleParts(calls) }, finishReason: 'STOP' }],
  }),
  'Google content': (calls) => ({ role: 'model', parts: googleParts(calls) }),
  "Google's parts": googleParts,
  'AI SDK result': (calls) => ({ text: '', toolCalls: written('AI SDK', calls), finishReason: 'tool-calls' }),
  'AI SDK message': (calls) => ({
    role: 'assistant',
    content: [{ type: 'text', text: 'Hm.' }, ...written('AI SDK', calls)],
  }),
}

export function openaiMessage(calls: readonly Call[]): unknown {
  return { role: 'assistant', content: null, refusal: null, tool_calls: written('OpenAI chat', calls) }
}
function responsesOutput(calls: readonly Call[]): unknown {
  const ownTool = { type: 'web_search_call', id: 'ws', status: 'completed' }
  const message = { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'Hm.' }] }
  return [{ type: 'reasoning', id: 'rs', summary: [] }, ownTool, ...written('OpenAI responses', calls), message]
}
function anthropicContent(calls: readonly Call[]): unknown {
  const ownTool = { type: 'server_tool_use', id: 'srv', name: 'search', input: { query: 'theirs' } }
  return [{ type: 'thinking', thinking: 'Hm.' }, { type: 'text', text: 'Hm.' }, ownTool, ...written('Anthropic', calls)]
}
export function googleParts(calls: readonly Call[]): unknown {
  return [{ text: 'Hm.', thought: true }, ...written('Google', calls), { executableCode: { code: '1' } }]
}
function written(shape: string, calls: readonly Call[]): readonly unknown[] {
  return calls.map(SHAPES[shape] as Write)
}
