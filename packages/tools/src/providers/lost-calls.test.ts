import { expect, test } from 'vitest'
import { z } from 'zod'

import { defineTool, ToolRegistry } from '../index.ts'
import { resultsFor } from '../messages.ts'

/** Takes no arguments too: a call whose arguments were lost must not be made with none. */
const search = defineTool({
  name: 'search',
  description: 'Searches.',
  input: z.looseObject({ query: z.string().optional() }),
  execute: () => 'found',
})
const registry = new ToolRegistry({ tools: [search] })

/** How each call ended, in short. */
async function seen(given: unknown): Promise<readonly unknown[]> {
  const { calls } = await registry.parseAndResolve(given)
  return calls.map((call) =>
    call.status === 'resolved' ? [call.name, call.input] : [call.name, call.reason, call.message],
  )
}
const found = [['search', { query: 'x' }]]
const none: readonly unknown[] = []

// ---------- calls that this package does not make

const unsupported = (name: string | undefined, type: string): readonly unknown[] => [
  [
    name,
    'unsupported_call',
    `No tool can handle this kind of call: its type is "${type}", and tools take only functions with JSON arguments.`,
  ],
]

test.each([
  [{ id: 'a', type: 'custom', custom: { name: 'sql', input: 'SELECT 1' } }, 'sql', 'custom'],
  [{ type: 'custom_tool_call', id: 'ct', call_id: 'a', name: 'sql', input: 'SELECT 1' }, 'sql', 'custom_tool_call'],
  [{ type: 'computer_call', id: 'cu', call_id: 'a', action: { type: 'screenshot' } }, undefined, 'computer_call'],
  [
    { type: 'local_shell_call', call_id: 'a', action: { type: 'exec', command: ['ls'] } },
    undefined,
    'local_shell_call',
  ],
  [{ type: 'shell_call', call_id: 'a', action: {}, environment: { type: 'local' } }, undefined, 'shell_call'],
  [{ type: 'apply_patch_call', call_id: 'a', operation: {} }, undefined, 'apply_patch_call'],
  [{ type: 'tool_search_call', call_id: 'a', execution: 'client', arguments: {} }, undefined, 'tool_search_call'],
  [{ type: 'mcp_approval_request', id: 'a', name: 'rm', arguments: '{}' }, 'rm', 'mcp_approval_request'],
  [{ type: 'hologram_call', id: 'a', name: 'search' }, 'search', 'hologram_call'],
  [{ type: 'hologram', id: 'a', name: 'search', input: {} }, 'search', 'hologram'],
  [{ type: 'tool-search', toolCallId: 'a', state: 'input-available', input: {} }, undefined, 'tool-search'],
])('%j is a call but not a function call: it is unresolved, with a reason', async (call, name, type) => {
  const beside = { type: 'function_call', call_id: 'b', name: 'search', arguments: '{"query":"x"}' }
  expect(await seen([call, beside])).toEqual([...unsupported(name, type), ...found])
  expect(await seen([call])).toEqual(unsupported(name, type))
  expect((await registry.parseAndResolve(call)).unresolved[0]?.callId).toBe('a')
})

test.each([
  { type: 'server_tool_use', id: 's', name: 'search', input: {} },
  { type: 'mcp_tool_use', id: 's', name: 'search', server_name: 'x', input: {} },
  { type: 'mcp_call', id: 's', name: 'search', arguments: '{}', server_label: 'x' },
  { type: 'web_search_call', id: 's', status: 'completed' },
  { type: 'file_search_call', id: 's', status: 'completed' },
  { type: 'code_interpreter_call', id: 's', code: '1' },
  { type: 'image_generation_call', id: 's', result: '' },
  { type: 'tool_search_call', id: 's', execution: 'server', arguments: {} },
  { type: 'shell_call', call_id: 's', action: {}, environment: { type: 'container_reference' } },
  { type: 'program', call_id: 's', code: '1' },
  { type: 'function_call_output', call_id: 's', name: 'search', output: '' },
  { type: 'tool_result', tool_use_id: 's', content: '' },
  { type: 'web_search_tool_result', tool_use_id: 's', content: [] },
  { type: 'tool-result', toolCallId: 's', toolName: 'search', input: {}, output: {} },
  { type: 'tool-error', toolCallId: 's', toolName: 'search', input: {}, error: 'x' },
  { type: 'tool-approval-request', approvalId: 's', toolCall: {}, toolCallId: 's' },
  { type: 'tool-search', toolCallId: 's', state: 'output-available', input: {}, output: {} },
  { type: 'thinking', thinking: 'Hm.' },
  { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'Hm.' }] },
  { toolCall: { id: 's', toolType: 'GOOGLE_SEARCH', args: {} } },
  { toolResponse: { id: 's' } },
  { thoughtSignature: 'x' },
])('%j is not a call to make', async (block) => {
  const beside = { type: 'tool_use', id: 'b', name: 'search', input: { query: 'x' } }
  expect(await seen({ role: 'assistant', content: [block, beside] })).toEqual(found)
})

test('a browser or a computer of Anthropic is not taken for a tool of the same name', async () => {
  const call = { type: 'tool_use', id: 'a', name: 'search', toolset_name: 'browser', input: {} }
  expect(await seen([call])).toEqual([
    ['search', 'unsupported_call', 'No tool can handle this kind of call: it belongs to the toolset "browser".'],
  ])
})

test('OpenAI gets the result of a custom tool in its own type', async () => {
  const call = { type: 'custom_tool_call', call_id: 'a', name: 'sql', input: 'SELECT 1' }
  const { unresolved } = await registry.parseAndResolve([call])
  expect(resultsFor('openai-responses', unresolved)[0]).toMatchObject({
    type: 'custom_tool_call_output',
    call_id: 'a',
  })
})

// ---------- messages

const openai = { id: 'a', type: 'function', function: { name: 'search', arguments: '{"query":"x"}' } }
const plain = { name: 'search', arguments: '{"query":"x"}' }
const google = { functionCall: { name: 'search', args: { query: 'x' } } }

test.each([
  [{ role: 'assistant', content: null, function_call: plain }],
  [{ role: 'assistant', content: null, tool_calls: [], function_call: plain }],
  [{ choices: [{ message: { role: 'assistant', content: null, function_call: plain }, finish_reason: 'x' }] }],
  [{ role: 'assistant', tool_calls: openai }],
  [{ role: 'assistant', tool_calls: [], content: [{ type: 'tool_use', id: 'a', ...plain, input: { query: 'x' } }] }],
  [{ message: { role: 'assistant', tool_calls: [{ function: { name: 'search', arguments: { query: 'x' } } }] } }],
  [{ content: { role: 'model', parts: [google] }, finishReason: 'STOP' }],
  [{ toolCall: { functionCalls: [{ id: 'a', name: 'search', args: { query: 'x' } }] } }],
  [{ toolCall: { type: 'tool-call', toolCallId: 'a', toolName: 'search', input: { query: 'x' } } }],
])('the call in %j is found', async (message) => {
  expect(await seen(message)).toEqual(found)
})

test('a call that LangChain could not read has a reason', async () => {
  const invalid = { type: 'invalid_tool_call', id: 'a', name: 'search', args: '{"query":', error: 'x' }
  const [first, second] = await seen({ role: 'ai', tool_calls: [openai], invalid_tool_calls: [invalid] })
  expect(first).toEqual(found[0])
  expect(second).toEqual(['search', 'invalid_json', expect.any(String)])
})

const PROMISE = 'This tool call cannot be read: it is a promise; await it first.'
const CHUNK =
  'This tool call cannot be read: it is a chunk of a stream; put chunks together with streamedCalls() of @stageflow/tools/stream.'
const MESSAGE = 'This tool call cannot be read: it is a message; pass only the last message of a conversation.'
const RESPONSE = 'This tool call cannot be read: it is a whole response; pass it alone, not in an array.'
const UNKNOWN = 'This tool call cannot be read: its shape is not that of a known provider.'
const delta = { tool_calls: [{ index: 0, id: 'a', function: { name: 'search', arguments: '' } }] }

test.each([
  // What the AI SDK's streamText answers has promises for its calls and its content.
  [{ toolCalls: Promise.resolve([]), content: Promise.resolve([]), usage: Promise.resolve({}) }, PROMISE],
  [{ role: 'assistant', content: Promise.resolve([]) }, PROMISE],
  [{ choices: [{ index: 0, delta }] }, CHUNK],
  [[{ choices: [{ index: 0, delta }] }], CHUNK],
  [[{ candidates: [{ content: { parts: [google] } }] }], RESPONSE],
  [[{ choices: [{ message: { role: 'assistant', tool_calls: [openai] } }] }], RESPONSE],
  [[{ choices: [{ index: 0, delta }] }], CHUNK],
  [[{ type: 'content_block_delta', index: 1, delta: { type: 'input_json_delta', partial_json: '{' } }], CHUNK],
  [[{ type: 'response.function_call_arguments.delta', output_index: 0, delta: '{' }], CHUNK],
  [[{ type: 'tool-input-start', id: 'a', toolName: 'search' }], CHUNK],
  [{ functionCall: { name: 'search', willContinue: true } }, CHUNK],
  [{ functionCall: { name: 'search', partialArgs: [{ jsonPath: '$.query', stringValue: 'x' }] } }, CHUNK],
  [
    (async function* () {})(),
    'This tool call cannot be read: it is a stream; put its chunks together with streamedCalls() of @stageflow/tools/stream.',
  ],
  [[{ type: 'message', role: 'assistant', content: [{ type: 'tool_use', id: 'a', ...plain }] }], MESSAGE],
  [[{ role: 'assistant', tool_calls: [openai] }], MESSAGE],
  [{ output: { message: { role: 'assistant', content: [{ toolUse: { name: 'search' } }] } }, usage: {} }, UNKNOWN],
  [{ role: 'assistant', tool_calls: 'search' }, 'This tool call cannot be read: it is of type string, not an object.'],
])('%j is unresolved, with a reason', async (given, message) => {
  const { calls } = await registry.parseAndResolve(given)
  expect(calls).toMatchObject([{ status: 'unresolved', reason: 'malformed_call', message }])
})

test.each([
  [{ choices: [{ index: 0, delta: { content: 'Hm' } }] }],
  [{ role: 'assistant', content: 'Hm', function_call: null, tool_calls: null }],
  [{ candidates: [{ content: {}, finishReason: 'MAX_TOKENS' }] }],
])('%j has no call', async (message) => {
  expect(await seen(message)).toEqual(none)
})

test('the output of an AI SDK result, which throws if none was asked for, is not read', async () => {
  const result = { toolCalls: [], content: [{ type: 'text' }], get output(): never { throw new Error('no output') } } // prettier-ignore
  expect(await seen(result)).toEqual(none)
})

test('the call in a request for approval is not made', async () => {
  const toolCall = { type: 'tool-call', toolCallId: 'a', toolName: 'search', input: {} }
  const { resolved } = await registry.parseAndResolve({ type: 'tool-approval-request', approvalId: 'b', toolCall })
  expect(resolved).toEqual([])
})

// ---------- calls that were cut off

test.each([
  { type: 'function_call', call_id: 'a', name: 'search', arguments: '', status: 'incomplete' },
  { type: 'function_call', call_id: 'a', name: 'search', arguments: '', status: 'in_progress' },
  { id: 'a', name: 'search', arguments: {}, status: 'incomplete' },
])('%j is not made without arguments: they had only begun', async (call) => {
  expect(await seen([call])).toEqual([
    [
      'search',
      'malformed_call',
      '"search" was not called: its arguments are incomplete, because the response was cut off.',
    ],
  ])
})

const cut = [
  'search',
  'malformed_call',
  '"search" was not called: its arguments are incomplete, because the response was cut off.',
]
const block = { type: 'tool_use', id: 'a', name: 'search', input: { query: 'x' } }
const blank = { id: 'a', type: 'function', function: { name: 'search', arguments: '' } }
test.each([
  // Anthropic gives as much of the input as there was.
  [{ role: 'assistant', content: [block, block], stop_reason: 'max_tokens' }, [...found, cut]],
  [{ role: 'assistant', content: [block], stop_reason: 'model_context_window_exceeded' }, [cut]],
  [{ role: 'assistant', content: [block, { type: 'text', text: 'Hm' }], stop_reason: 'max_tokens' }, found],
  [{ role: 'assistant', content: [block], stop_reason: 'tool_use' }, found],
  [
    { choices: [{ message: { role: 'assistant', tool_calls: [openai, blank] }, finish_reason: 'length' }] },
    [...found, cut],
  ],
  [{ choices: [{ message: { role: 'assistant', tool_calls: [openai] }, finish_reason: 'length' }] }, found],
  [{ candidates: [{ content: { parts: [google] }, finishReason: 'MAX_TOKENS' }] }, [cut]],
  [{ candidates: [{ content: { parts: [google] }, finishReason: 'STOP' }] }, found],
  [
    { toolCalls: [{ type: 'tool-call', toolCallId: 'a', toolName: 'search', input: {} }], finishReason: 'length' },
    [cut],
  ],
])(
  'the last call of an answer that ran out of tokens is not made with the half of its arguments: %j',
  async (given, calls) => {
    expect(await seen(given)).toEqual(calls)
  },
)

test('arguments that are complete JSON are complete, whatever the status says', async () => {
  const call = { type: 'function_call', call_id: 'a', name: 'search', arguments: '{"query":"x"}', status: 'incomplete' }
  expect(await seen([call])).toEqual(found)
  expect(await seen([{ ...call, arguments: '{"query":"x' }])).toEqual([['search', 'invalid_json', expect.any(String)]])
})

// ---------- calls in items that aren't calls themselves

const sdk = { type: 'tool-call', toolCallId: 'a', toolName: 'search', input: { query: 'x' } }
const step = (toolCalls: readonly unknown[], more: object = {}): object => ({ text: 'Hm', toolCalls, ...more })
/** As the AI SDK has them: a class whose calls are getters. */
class Step {
  readonly content: readonly unknown[]
  readonly finishReason = 'tool-calls'
  constructor(content: readonly unknown[]) {
    this.content = content
  }
  get text(): string {
    return 'Hm'
  }
  get toolCalls(): readonly unknown[] {
    return this.content.filter((part) => (part as { type: string }).type === 'tool-call')
  }
  get toolResults(): readonly unknown[] {
    return this.content.filter((part) => (part as { type: string }).type === 'tool-result')
  }
}
const result = (id: string): object => ({ type: 'tool-result', toolCallId: id, toolName: 'search', output: 'found' })

test.each([
  ['text with toolCalls beside it', [step([sdk])]],
  ['text with tool_calls beside it', [{ text: 'Hm', tool_calls: [openai] }]],
  ['text with a function_call beside it', [{ text: 'Hm', function_call: plain }]],
  ['text with content beside it', [{ text: 'Hm', content: [block] }]],
  ['text with a function beside it', [{ ...openai, text: 'Hm', type: undefined }]],
  ['text that is a call of the AI SDK too', [{ ...sdk, text: 'Hm', type: undefined }]],
  ['a text block with toolCalls', [{ type: 'text', text: 'Hm', toolCalls: [sdk] }]],
  ['steps of the AI SDK', [new Step([{ type: 'text', text: 'Hm' }, sdk]), new Step([{ type: 'text', text: 'Hm' }])]],
  ['a result of the AI SDK with steps alone', { steps: [new Step([sdk])] }],
  ['a result of the AI SDK', { text: 'Hm', toolCalls: [sdk], steps: [new Step([sdk])] }],
  ['a choice that is a call', { choices: [{ index: 0, function: openai.function }] }],
])('the call in %s is found, once', async (_, given) => {
  expect(await seen(given)).toEqual(found)
})

test('calls of every step are found, except for those whose results stand beside them', async () => {
  const call = (toolCallId: string): object => ({ ...sdk, toolCallId })
  const steps = [new Step([call('a'), result('a')]), new Step([call('b'), call('c'), result('c')]), step([call('d')])]
  for (const given of [steps, { toolCalls: [call('d')], steps }]) {
    const { resolved, unresolved } = await registry.parseAndResolve(given)
    expect(resolved.map(({ callId }) => callId)).toEqual(['b', 'd'])
    expect(unresolved).toEqual([])
  }
  expect(await seen({ toolCalls: [call('a')], toolResults: [result('a')] })).toEqual(none)
  expect(await seen([call('a'), result('a')])).toEqual(none)
})

test('what looks like a call in such an item and cannot be read is unresolved', async () => {
  for (const given of [
    [{ text: 'Hm', toolCalls: [{ toolCallId: 'a' }] }],
    [{ text: 'Hm', tool_calls: ['search'] }],
    [{ text: 'Hm', toolCalls: Promise.resolve([sdk]) }],
    [{ text: 'Hm', function: 'search' }],
    { steps: [{ text: 'Hm', toolCalls: [7] }] },
  ])
    expect((await registry.parseAndResolve(given)).unresolved).toMatchObject([{ reason: 'malformed_call' }])
})

test('a conversation is not taken for steps: its calls may have been made', async () => {
  for (const given of [
    [{ role: 'assistant', text: 'Hm', toolCalls: [sdk] }],
    [{ role: 'assistant', text: 'Hm', content: [block] }],
    [{ type: 'ai', content: 'Hm', tool_calls: [openai] }],
  ])
    expect((await registry.parseAndResolve(given)).unresolved).toMatchObject([{ message: MESSAGE }])
})

test('the last call of a step that ran out of tokens is not made', async () => {
  expect(await seen([step([sdk, { ...sdk, toolCallId: 'b' }], { finishReason: 'length' })])).toEqual([...found, cut])
  expect(await seen({ candidates: [{ content: { parts: [google] }, finishReason: 'MAX_TOKENS' }, { content: { parts: [google] } }] })).toEqual([cut, ...found]) // prettier-ignore
})
