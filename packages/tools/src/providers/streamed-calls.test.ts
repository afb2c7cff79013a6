import { StageflowError } from '@stageflow/core'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { z } from 'zod'

import { propertySettings } from '../../../core/test/property-settings.ts'
import { defineTool, ToolRegistry } from '../index.ts'
import { streamedCalls } from '../stream.ts'
import type { StreamedCallsOptions } from '../stream.ts'

const search = defineTool({
  name: 'search',
  description: 'Searches.',
  input: z.looseObject({}),
  execute: () => [],
})
const registry = new ToolRegistry({ tools: [search] })

interface Call {
  readonly id: string
  readonly name: string
  readonly args: Readonly<Record<string, unknown>>
}

/** The chunks in which each provider streams calls whose arguments come in `pieces`. */
const STREAMS: Readonly<
  Record<string, (calls: readonly Call[], pieces: (text: string) => readonly string[]) => readonly unknown[]>
> = {
  'OpenAI chat': (calls, pieces) =>
    calls.flatMap(({ id, name, args }, index) => [
      chatChunk({ index, id, type: 'function', function: { name, arguments: '' } }),
      ...pieces(JSON.stringify(args)).map((piece) => chatChunk({ index, function: { arguments: piece } })),
    ]),
  'OpenAI chat with the index 0 for all': (calls, pieces) =>
    calls.flatMap(({ id, name, args }) =>
      pieces(JSON.stringify(args)).map((piece) =>
        chatChunk({ index: 0, id, type: 'function', function: { name, arguments: piece } }),
      ),
    ),
  'OpenAI responses': (calls, pieces) =>
    calls.flatMap(({ id, name, args }, index) => {
      const place = { output_index: index + 1, item_id: `fc_${index}` }
      const item = { type: 'function_call', id: place.item_id, call_id: id, name, arguments: '' }
      const text = JSON.stringify(args)
      return [
        { type: 'response.output_item.added', ...place, item },
        ...pieces(text).map((delta) => ({ type: 'response.function_call_arguments.delta', ...place, delta })),
        { type: 'response.function_call_arguments.done', ...place, arguments: text },
        { type: 'response.output_item.done', ...place, item: { ...item, arguments: text } },
      ]
    }),
  Anthropic: (calls, pieces) =>
    calls.flatMap(({ id, name, args }, place) => {
      const index = place + 2
      return [
        { type: 'content_block_start', index, content_block: { type: 'tool_use', id, name, input: {} } },
        ...['', ...pieces(JSON.stringify(args))].map((partial_json) => ({
          type: 'content_block_delta',
          index,
          delta: { type: 'input_json_delta', partial_json },
        })),
        { type: 'content_block_stop', index },
      ]
    }),
  Google: (calls) =>
    calls.map(({ id, name, args }) => ({
      candidates: [{ content: { parts: [{ functionCall: { id, name, args } }] } }],
    })),
  'AI SDK': (calls, pieces) =>
    calls.flatMap(({ id, name, args }) => [
      { type: 'tool-input-start', id, toolName: name },
      ...pieces(JSON.stringify(args)).map((delta) => ({ type: 'tool-input-delta', id, delta })),
      { type: 'tool-input-end', id },
      { type: 'tool-call', toolCallId: id, toolName: name, input: args },
    ]),
}

function chatChunk(call: unknown): unknown {
  return { object: 'chat.completion.chunk', choices: [{ index: 0, delta: { tool_calls: [call] } }] }
}

/** What belongs to none of our tool calls. Its ids are longer than the random ones, so that no id is used twice. */
const OTHERS: readonly unknown[] = [
  {},
  { choices: [] },
  { choices: [{ delta: { content: 'Hm' } }] },
  {
    type: 'content_block_start',
    index: 0,
    content_block: { type: 'server_tool_use', id: 'their-search', name: 'search', input: {} },
  },
  { type: 'content_block_delta', index: 0, delta: { type: 'input_json_delta', partial_json: '{"theirs":1}' } },
  { type: 'content_block_delta', index: 1, delta: { type: 'text_delta', text: 'Hm' } },
  { type: 'message_delta', delta: { stop_reason: 'tool_use' } },
  { type: 'response.output_item.added', output_index: 0, item: { type: 'reasoning' } },
  { type: 'response.output_text.delta', output_index: 0, delta: 'Hm' },
  { type: 'tool-input-start', id: 'their-call', toolName: 'search', providerExecuted: true },
  { type: 'tool-input-delta', id: 'their-call', delta: '{' },
  { type: 'tool-call', toolCallId: 'their-call', toolName: 'search', input: {}, providerExecuted: true },
  { candidates: [{ content: { parts: [{ text: 'Hm' }] } }] },
]

function* around(list: readonly unknown[]): Generator<unknown, never> {
  for (let at = 0; ; at++) yield list[at % list.length]
}

test.each(Object.keys(STREAMS))('a call that %s streams is complete at the end', async (provider) => {
  const call = { id: 'call_1', name: 'search', args: { query: 'weather in Rome', limit: 10 } }
  const streamed = streamedCalls()
  for (const chunk of STREAMS[provider]?.([call], (text) => text.match(/.{1,7}/g) ?? []) ?? []) streamed.add(chunk)
  const { resolved } = await registry.parseAndResolve(streamed.finish())
  expect(resolved.map(({ callId, name, input }) => ({ callId, name, input }))).toEqual([
    { callId: 'call_1', name: 'search', input: call.args },
  ])
})

test('however a stream is cut into pieces, and whatever else is in it, the calls are the same', async () => {
  const args = fc.dictionary(
    fc.string({ maxLength: 8 }).filter((key) => key !== '__proto__'),
    fc.jsonValue({ maxDepth: 3 }).map((value) => JSON.parse(JSON.stringify(value)) as unknown),
    { maxKeys: 3, noNullPrototype: true },
  )
  const calls = fc.uniqueArray(
    fc.record({ id: fc.string({ minLength: 1, maxLength: 8 }), name: fc.constant('search'), args }),
    {
      selector: ({ id }) => id,
      minLength: 1,
      maxLength: 4,
    },
  )
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...Object.values(STREAMS)),
      calls,
      fc.integer({ min: 1, max: 9 }),
      async (write, given, size) => {
        const streamed = streamedCalls()
        const pieces = (text: string): readonly string[] =>
          Array.from({ length: Math.ceil(text.length / size) }, (_, at) => text.slice(at * size, (at + 1) * size))
        const others = around(OTHERS)
        for (const chunk of write(given, pieces)) {
          expect(streamed.add(others.next().value)).toEqual([])
          streamed.add(chunk)
          for (const { arguments: partial } of streamed.calls) expect(partial).toBeTypeOf('object')
        }
        const { resolved, unresolved } = await registry.parseAndResolve(streamed.finish())
        expect(unresolved).toEqual([])
        expect(resolved.map(({ callId, input }) => ({ id: callId, name: 'search', args: input }))).toEqual(given)
        expect(streamed.calls.map(({ arguments: whole }) => whole)).toEqual(given.map((call) => call.args))
      },
    ),
    propertySettings(100),
  )
})

test('arguments can be read while they stream: a string is cut, an unfinished number or word is left out', () => {
  const streamed = streamedCalls()
  streamed.add(chatChunk({ index: 0, id: 'a', function: { name: 'search', arguments: '' } }))
  const seen: unknown[] = []
  for (const piece of ['', '{"qu', 'ery":"wea', 'ther\\', 'n', '","limit":1', '0,"tags":["a",tr', 'ue]}']) {
    const [call] = streamed.add(chatChunk({ index: 0, function: { arguments: piece } }))
    seen.push(call?.arguments)
  }
  expect(seen).toEqual([
    {},
    {},
    { query: 'wea' },
    { query: 'weather' },
    { query: 'weather\n' },
    { query: 'weather\n' },
    { query: 'weather\n', limit: 10, tags: ['a'] },
    { query: 'weather\n', limit: 10, tags: ['a', true] },
  ])
  expect(streamed.calls[0]?.argumentsText).toBe('{"query":"weather\\n","limit":10,"tags":["a",true]}')
})

test('arguments that stop being JSON keep their last value, and are unresolved in the end', async () => {
  const streamed = streamedCalls()
  streamed.add(chatChunk({ index: 0, id: 'a', function: { name: 'search', arguments: '?' } }))
  expect(streamed.calls[0]?.arguments).toEqual({})
  const { unresolved } = await registry.parseAndResolve(streamed.finish())
  expect(unresolved[0]).toMatchObject({ reason: 'invalid_json', position: 0, callId: 'a' })
})

test('a stream that broke off leaves an unresolved call', async () => {
  const streamed = streamedCalls()
  streamed.add(chatChunk({ index: 0, id: 'a', function: { name: 'search', arguments: '{"query":"Ro' } }))
  const { unresolved } = await registry.parseAndResolve(streamed.finish())
  expect(unresolved[0]?.message).toContain('but the text ends')
})

test('a key __proto__ in unfinished arguments changes no prototype', () => {
  for (const text of ['{"__proto__":{"admin":true},"a":', '{"a":{"\\u005f_proto__":{"admin":true']) {
    const streamed = streamedCalls()
    streamed.add(chatChunk({ index: 0, id: 'a', function: { name: 'search', arguments: text } }))
    const partial = streamed.calls[0]?.arguments as Readonly<Record<string, Record<string, unknown>>>
    expect(Object.getPrototypeOf(partial)).toBe(Object.prototype)
    expect(partial['admin']).toBeUndefined()
    expect(partial['a']?.['admin']).toBeUndefined()
    expect(({} as Record<string, unknown>)['admin']).toBeUndefined()
  }
})

test('by default 128 calls and arguments of 1 Mi characters are kept, and one more, so that it is refused', async () => {
  const streamed = streamedCalls()
  for (let index = 0; index < 200; index++)
    streamed.add(chatChunk({ index, id: `c${index}`, function: { name: 'search', arguments: '{}' } }))
  expect(streamed.calls).toHaveLength(129)
  expect((await registry.parseAndResolve(streamed.finish())).unresolved[0]?.reason).toBe('too_many_calls')

  const long = streamedCalls()
  for (let count = 0; count < 20; count++)
    long.add(chatChunk({ index: 0, id: 'a', function: { name: 'search', arguments: 'x'.repeat(100_000) } }))
  expect(long.calls[0]?.argumentsText).toHaveLength(1_048_577)
  expect((await registry.parseAndResolve(long.finish())).unresolved[0]?.reason).toBe('too_large')
})

test('other limits can be set', () => {
  const streamed = streamedCalls({ maxCalls: 1, maxArgumentsLength: 3 })
  for (const index of [0, 1, 2])
    streamed.add(chatChunk({ index, id: `c${index}`, function: { name: 'search', arguments: '123456' } }))
  expect(streamed.calls.map(({ argumentsText }) => argumentsText)).toEqual(['1234', '1234'])
})

test('arguments nested deeper than a stack can hold do not overflow it', () => {
  const streamed = streamedCalls()
  streamed.add(chatChunk({ index: 0, id: 'a', function: { name: 'search', arguments: '{"a":'.repeat(200_000) } }))
  expect(streamed.calls[0]?.arguments).toBeTypeOf('object')
})

test('chunks without tool calls are ignored', () => {
  const streamed = streamedCalls()
  for (const other of OTHERS) expect(streamed.add(other)).toEqual([])
  expect(streamed.finish()).toEqual([])
})

test.each([undefined, null, 7, 7n, 'data: [DONE]', true])('the chunk %o is refused (tools/illegal-option)', (chunk) => {
  expect(() => streamedCalls().add(chunk)).toThrow(expect.objectContaining({ code: 'tools/illegal-option' }))
  expect(() => streamedCalls().add(chunk)).toThrow('add(): a chunk must be an object, as the provider')
})

test('it never throws for a chunk that is an object', () => {
  const hostile = new Proxy({}, { get: () => { throw new Error('no') } }) // prettier-ignore
  const streamed = streamedCalls()
  for (const chunk of [hostile, { choices: [hostile] }, { type: 'content_block_start', content_block: hostile }, [7]])
    expect(streamed.add(chunk)).toEqual([])
  fc.assert(
    fc.property(fc.object(), (chunk) => {
      streamed.add(chunk)
      streamed.finish()
    }),
    propertySettings(100),
  )
})

test.each([
  [{ maxCalls: 0 }, 'maxCalls must be'],
  [{ maxArgumentsLength: 1.5 }, 'maxArgumentsLength must be'],
  [{ size: 1 }, 'unknown option "size"'],
  [null, 'must be an object, not null'],
])('streamedCalls(%j) is refused (tools/illegal-option)', (options, problem) => {
  let error: unknown
  try {
    streamedCalls(options as unknown as StreamedCallsOptions)
  } catch (thrown) {
    error = thrown
  }
  expect(StageflowError.is(error, 'tools/illegal-option')).toBe(true)
  expect(String(error)).toContain(problem)
})
