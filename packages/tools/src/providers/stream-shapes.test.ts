import { expect, test } from 'vitest'
import { z } from 'zod'

import { defineTool, ToolRegistry } from '../index.ts'
import { streamedCalls } from '../stream.ts'

/** Takes no arguments too: a call whose arguments were lost must not be made with none. */
const search = defineTool({
  name: 'search',
  description: 'Searches.',
  input: z.looseObject({}),
  execute: () => [],
})
const registry = new ToolRegistry({ tools: [search] })

async function seen(chunks: readonly unknown[], options = {}): Promise<readonly unknown[]> {
  const streamed = streamedCalls(options)
  for (const chunk of chunks) streamed.add(chunk)
  const { calls } = await registry.parseAndResolve(streamed.finish())
  return calls.map((call) => (call.status === 'resolved' ? call.input : [call.name, call.reason]))
}

const chat = (call: unknown, index = 0): unknown => ({ choices: [{ index, delta: { tool_calls: [call] } }] })
const end = (finish_reason: string): unknown => ({ choices: [{ index: 0, delta: {}, finish_reason }] })
const begun = chat({ index: 0, id: 'a', function: { name: 'search', arguments: '' } })
const item = { type: 'function_call', call_id: 'a', name: 'search', arguments: '' }
const block = { type: 'tool_use', id: 'a', name: 'search', input: {} }

// ---------- the end

test.each([
  ['OpenAI chat', [begun]],
  ['OpenAI chat, out of tokens', [begun, end('length')]],
  ['OpenAI responses', [{ type: 'response.output_item.added', output_index: 0, item }]],
  [
    'OpenAI responses, out of tokens',
    [{ type: 'response.output_item.done', output_index: 0, item: { ...item, status: 'incomplete' } }],
  ],
  ['Anthropic', [{ type: 'content_block_start', index: 0, content_block: block }]],
  [
    'Anthropic, out of tokens',
    [
      { type: 'content_block_start', index: 0, content_block: block },
      { type: 'content_block_stop', index: 0 },
      { type: 'message_delta', delta: { stop_reason: 'max_tokens' } },
    ],
  ],
  ['Google', [{ candidates: [{ content: { parts: [{ functionCall: { name: 'search', willContinue: true } }] } }] }]],
  ['the AI SDK', [{ type: 'tool-input-start', id: 'a', toolName: 'search' }]],
])(
  'a stream of %s that breaks off before the arguments does not become a call without arguments',
  async (_, chunks) => {
    expect(await seen(chunks)).toEqual([['search', 'malformed_call']])
  },
)

test.each([
  ['OpenAI chat', [begun, end('tool_calls')]],
  [
    'OpenAI responses',
    [
      { type: 'response.output_item.added', output_index: 0, item },
      { type: 'response.function_call_arguments.done', output_index: 0, arguments: '' },
    ],
  ],
  ['OpenAI responses, at once', [{ type: 'response.output_item.done', output_index: 0, item }]],
  [
    'Anthropic',
    [
      { type: 'content_block_start', index: 0, content_block: block },
      { type: 'content_block_delta', index: 0, delta: { type: 'input_json_delta', partial_json: '' } },
      { type: 'content_block_stop', index: 0 },
    ],
  ],
  [
    'the AI SDK',
    [
      { type: 'tool-input-start', id: 'a', toolName: 'search' },
      { type: 'tool-input-end', id: 'a' },
    ],
  ],
  ['Google', [{ candidates: [{ content: { parts: [{ functionCall: { name: 'search' } }] } }] }]],
])('a call of %s without arguments has none once its end has come', async (_, chunks) => {
  expect(await seen(chunks)).toEqual([{}])
})

test('the end of a call changes nothing visible', () => {
  const streamed = streamedCalls()
  streamed.add(begun)
  expect(streamed.add(end('tool_calls'))).toEqual([])
})

test('an unfinished call of a stream is not taken for a complete one', async () => {
  const streamed = streamedCalls()
  streamed.add(chat({ index: 0, id: 'a', function: { name: 'search', arguments: '{"to":"Al' } }))
  expect(streamed.calls[0]?.arguments).toEqual({ to: 'Al' })
  for (const given of [streamed, streamed.calls, streamed.calls[0]]) {
    const { calls } = await registry.parseAndResolve(given)
    expect(calls).toMatchObject([{ status: 'unresolved', reason: 'invalid_json', callId: 'a' }])
  }
  streamed.add(chat({ index: 0, function: { arguments: 'ice"}' } }))
  for (const given of [streamed, streamed.calls, streamed.calls[0], streamed.finish()])
    expect((await registry.parseAndResolve(given)).resolved).toMatchObject([{ input: { to: 'Alice' } }])
})

// ---------- other shapes

test('the first of several choices is assembled, whichever comes first in a chunk', async () => {
  const piece = (text: string): unknown => ({ index: 0, function: { arguments: text } })
  const other = chat({ index: 0, id: 'b', function: { name: 'search', arguments: '{"b":' } }, 1)
  expect(await seen([begun, other, chat(piece('{"a":')), chat(piece('2}'), 1), chat(piece('1}'))])).toEqual([{ a: 1 }])
})

test('the function call of older OpenAI models is assembled', async () => {
  const legacy = (function_call: unknown): unknown => ({ choices: [{ index: 0, delta: { function_call } }] })
  expect(await seen([legacy({ name: 'search', arguments: '' }), legacy({ arguments: '{"a":1}' })])).toEqual([{ a: 1 }])
})

test("the AI SDK's stream for a user interface is assembled too", async () => {
  const chunks = [
    { type: 'tool-input-start', toolCallId: 'a', toolName: 'search' },
    { type: 'tool-input-delta', toolCallId: 'a', inputTextDelta: '{"a":' },
    { type: 'tool-input-delta', toolCallId: 'a', inputTextDelta: '1}' },
  ]
  expect(await seen(chunks)).toEqual([{ a: 1 }])
  const input = { type: 'tool-input-available', toolCallId: 'a', toolName: 'search', input: { a: 2 } }
  expect(await seen([...chunks, input])).toEqual([{ a: 2 }])
})

test('arguments of AI SDK 4 are read', async () => {
  expect(await seen([{ type: 'tool-call', toolCallId: 'a', toolName: 'search', args: { a: 1 } }])).toEqual([{ a: 1 }])
})

test('an input that the AI SDK refused is still a call', async () => {
  const chunk = { type: 'tool-input-error', toolCallId: 'a', toolName: 'search', input: '{"a":', errorText: 'x' }
  expect(await seen([chunk])).toEqual([['search', 'invalid_json']])
})

const custom = { type: 'custom_tool_call', id: 'ct', call_id: 'a', name: 'sql', input: '' }
const place = { output_index: 0 }
test.each([
  [
    [
      chat({ index: 0, id: 'a', type: 'custom', custom: { name: 'sql', input: '' } }),
      chat({ index: 0, custom: { input: 'SELECT 1' } }),
    ],
    'sql',
  ],
  [
    [
      { type: 'response.output_item.added', ...place, item: custom },
      { type: 'response.custom_tool_call_input.delta', ...place, delta: 'SELECT 1' },
      { type: 'response.custom_tool_call_input.done', ...place, input: 'SELECT 1' },
      { type: 'response.output_item.done', ...place, item: { ...custom, input: 'SELECT 1' } },
    ],
    'sql',
  ],
  [
    [{ type: 'response.output_item.done', ...place, item: { type: 'computer_call', call_id: 'a', action: {} } }],
    undefined,
  ],
  [[{ type: 'content_block_start', index: 0, content_block: { type: 'hologram_use', id: 'a', name: 'x' } }], 'x'],
])('a streamed call that is not a function call is not lost: %j', async (chunks, name) => {
  expect(await seen(chunks)).toEqual([[name, 'unsupported_call']])
  const streamed = streamedCalls()
  for (const chunk of chunks) streamed.add(chunk)
  expect(streamed.finish()[0]?.id).toBe('a')
})

// ---------- arguments that Google streams

const parts = (...calls: readonly unknown[]): unknown => ({
  candidates: [{ content: { parts: calls.map((functionCall) => ({ functionCall })) } }],
})
const piece = (jsonPath: string, value: object): unknown => ({
  partialArgs: [{ jsonPath, ...value }],
  willContinue: true,
})

test('arguments that Google streams by path are assembled', async () => {
  const streamed = streamedCalls()
  const chunks = [
    parts({ name: 'search', id: 'a', willContinue: true }),
    parts(piece('$.query', { stringValue: 'wea', willContinue: true })),
    parts(piece('$.query', { stringValue: 'ther' })),
    parts(piece('$.limit', { numberValue: 10 }), piece("$['a b'][1].ok", { boolValue: true })),
    parts(piece('$.tags[0]', { stringValue: 'x' }), piece('$["n"]', { nullValue: 'NULL_VALUE' })),
    parts({}),
    parts({ name: 'search', id: 'b', args: { second: true } }),
  ]
  streamed.add(chunks[0])
  streamed.add(chunks[1])
  expect(streamed.calls[0]?.arguments).toEqual({ query: 'wea' })
  for (const chunk of chunks.slice(2)) streamed.add(chunk)
  const { resolved } = await registry.parseAndResolve(streamed.finish())
  expect(resolved.map(({ callId, input }) => [callId, input])).toEqual([
    ['a', { query: 'weather', limit: 10, 'a b': [null, { ok: true }], tags: ['x'], n: null }],
    ['b', { second: true }],
  ])
})

test('pieces that cannot be read, or are not values, do not throw', async () => {
  const hostile = new Proxy({}, { get: () => { throw new Error('no') } }) // prettier-ignore
  for (const odd of [hostile, null, 7, { jsonPath: '$.a', stringValue: () => 1 }, { jsonPath: hostile }]) {
    const streamed = streamedCalls()
    streamed.add(parts({ name: 'search', partialArgs: [odd] }))
    expect(streamed.calls[0]?.arguments).toEqual({})
    const { unresolved } = await registry.parseAndResolve(streamed.finish())
    expect(unresolved).toMatchObject([{ reason: 'malformed_call' }])
  }
})

test.each([
  ['nowhere', { stringValue: 'x' }],
  ['$', { stringValue: 'x' }],
  ['$..query', { stringValue: 'x' }],
  ['$[99999999]', { stringValue: 'x' }],
  ['$.a', {}],
  [`$${'.a'.repeat(100)}`, { stringValue: 'x' }],
])('a piece at %s that does not fit leaves the call unresolved', async (path, value) => {
  expect(await seen([parts({ name: 'search', willContinue: true }), parts(piece(path, value)), parts({})])).toEqual([
    ['search', 'malformed_call'],
  ])
})

test('a piece under __proto__ reaches no prototype', async () => {
  const chunks = [parts({ name: 'search', willContinue: true }), parts(piece('$.__proto__.admin', { boolValue: true }))]
  expect(await seen([...chunks, parts({})])).toEqual([['search', 'invalid_input']])
  expect(({} as Record<string, unknown>)['admin']).toBeUndefined()
})

test('pieces beyond the limit are dropped, and the call is not made', async () => {
  const more = Array.from({ length: 20 }, (_, at) => parts(piece(`$.k${at}`, { stringValue: 'x'.repeat(10) })))
  const chunks = [parts({ name: 'search', willContinue: true }), ...more, parts({})]
  expect(await seen(chunks, { maxArgumentsLength: 50 })).toEqual([['search', 'malformed_call']])
  const long = parts(piece('$.a', { stringValue: 'x'.repeat(60) }))
  expect(await seen([chunks[0], long, parts({})], { maxArgumentsLength: 50 })).toEqual([['search', 'malformed_call']])
})

// ---------- servers with rules of their own: ToolCallAccumulator of @stageflow/provider-types decides

const part = (call: { id?: string; index?: number; name?: string; text: string }): unknown =>
  chat({
    ...(call.index === undefined ? undefined : { index: call.index }),
    ...(call.id === undefined ? undefined : { id: call.id }),
    function: { ...(call.name === undefined ? undefined : { name: call.name }), arguments: call.text },
  })

test.each([
  [
    'two names, no ids and no indexes',
    [part({ name: 'search', text: '{"a":1}' }), part({ name: 'search', text: '{"b":' }), part({ text: '2}' })],
    [{ a: 1 }, { b: 2 }],
  ],
  [
    'the index 0 for all, with fragments that alternate and repeat their ids',
    [
      part({ index: 0, id: 'a', name: 'search', text: '{"a":' }),
      part({ index: 0, id: 'b', name: 'search', text: '{"b":' }),
      part({ index: 0, id: 'a', text: '1}' }),
      part({ index: 0, id: 'b', text: '2}' }),
    ],
    [{ a: 1 }, { b: 2 }],
  ],
  [
    'a new id in every fragment, without a name',
    [part({ index: 0, id: 'a', name: 'search', text: '{"a":' }), part({ index: 0, id: 'b', text: '1}' })],
    [{ a: 1 }],
  ],
  [
    'indexes in later fragments alone',
    [
      part({ id: 'a', name: 'search', text: '{"a":' }),
      part({ id: 'b', name: 'search', text: '{"b":' }),
      part({ index: 0, text: '1}' }),
      part({ index: 1, text: '2}' }),
    ],
    [{ a: 1 }, { b: 2 }],
  ],
  [
    'one id for every call',
    [
      part({ index: 0, id: 'a', name: 'search', text: '{"a":' }),
      part({ index: 1, id: 'a', name: 'search', text: '{"b":2}' }),
      part({ index: 0, id: 'a', text: '1}' }),
    ],
    [{ a: 1 }, { b: 2 }],
  ],
])('the calls of a server with %s are whole', async (_, chunks, calls) => {
  expect(await seen([...chunks, end('tool_calls')])).toEqual(calls)
})

test('calls of Google with the same id are separate calls', async () => {
  const call = (args: object): unknown => parts({ id: 'a', name: 'search', args })
  expect(await seen([call({ a: 1 }), call({ b: 2 })])).toEqual([{ a: 1 }, { b: 2 }])
})
