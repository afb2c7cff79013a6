import fc from 'fast-check'
import { expect, test } from 'vitest'
import { z } from 'zod'

import { propertySettings } from '../../../core/test/property-settings.ts'
import { defineTool, ToolRegistry } from '../index.ts'
import type { ParsedCalls } from '../index.ts'

const search = defineTool({
  name: 'search',
  description: 'Searches.',
  input: z.looseObject({ query: z.string().optional() }),
  execute: () => [],
})
const registry = new ToolRegistry({ tools: [search] })

interface Call {
  readonly id: string
  readonly name: string
  readonly args: Readonly<Record<string, unknown>>
}
type Write = (call: Call) => unknown

/** One call in each shape that a provider gives it in. */
const SHAPES: Readonly<Record<string, Write>> = {
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
const ANSWERS: Readonly<Record<string, (calls: readonly Call[]) => unknown>> = {
  'OpenAI chat completion': (calls) => ({
    object: 'chat.completion',
    choices: [{ index: 0, message: openaiMessage(calls), finish_reason: 'tool_calls' }],
  }),
  'OpenAI message': openaiMessage,
  'OpenAI response': (calls) => ({ object: 'response', output: responsesOutput(calls), output_text: 'Hm.' }),
  "OpenAI response's output": responsesOutput,
  'Anthropic message': (calls) => ({ type: 'message', role: 'assistant', content: anthropicContent(calls) }),
  "Anthropic message's content": anthropicContent,
  'Google response': (calls) => ({ candidates: [{ content: { role: 'model', parts: googleParts(calls) } }] }),
  'Google content': (calls) => ({ role: 'model', parts: googleParts(calls) }),
  "Google's parts": googleParts,
  'AI SDK result': (calls) => ({ text: '', toolCalls: written('AI SDK', calls) }),
  'AI SDK message': (calls) => ({
    role: 'assistant',
    content: [{ type: 'text', text: 'Hm.' }, ...written('AI SDK', calls)],
  }),
}

function openaiMessage(calls: readonly Call[]): unknown {
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
function googleParts(calls: readonly Call[]): unknown {
  return [{ text: 'Hm.', thought: true }, ...written('Google', calls), { executableCode: { code: '1' } }]
}
function written(shape: string, calls: readonly Call[]): readonly unknown[] {
  return calls.map(SHAPES[shape] as Write)
}

const seen = ({ resolved, unresolved }: ParsedCalls): unknown => [
  resolved.map(({ callId, name, index, input }) => ({ callId, name, index, input })),
  unresolved.map(({ callId, name, index, reason }) => ({ callId, name, index, reason })),
]

const callsOf = fc.uniqueArray(
  fc.record({
    id: fc.string({ minLength: 1, maxLength: 20 }),
    name: fc.constantFrom('search', 'search', 'serch', '__proto__'),
    args: fc.dictionary(
      fc.string({ maxLength: 9 }).filter((key) => key !== '__proto__' && key !== 'query'),
      // What JSON can say: -0 would come back as 0.
      fc.jsonValue({ maxDepth: 4 }).map((value) => JSON.parse(JSON.stringify(value)) as unknown),
      { maxKeys: 4, noNullPrototype: true },
    ),
  }),
  { selector: ({ id }) => id, maxLength: 6 },
)

test.each(Object.entries(SHAPES))('a call in the shape of %s is read without options', async (_, write) => {
  const given = { id: 'call_1', name: 'search', args: { query: 'x' } }
  const expected = [[{ callId: 'call_1', name: 'search', index: 0, input: { query: 'x' } }], []]
  expect(seen(await registry.parseAndResolve([write(given)]))).toEqual(expected)
  expect(seen(await registry.parseAndResolve(write(given)))).toEqual(expected)
})

test.each(Object.entries(ANSWERS))('the calls in a whole %s are found, and nothing else in it', async (_, write) => {
  const given = { id: 'call_1', name: 'search', args: { query: 'x' } }
  const expected = [[{ callId: 'call_1', name: 'search', index: 0, input: { query: 'x' } }], []]
  expect(seen(await registry.parseAndResolve(write([given])))).toEqual(expected)
  expect((await registry.parseAndResolve(write([]))).calls).toEqual([])
})

test('the same calls are the same, whatever the shape', async () => {
  await fc.assert(
    fc.asyncProperty(callsOf, async (calls) => {
      const [first, ...others] = await Promise.all([
        ...Object.values(SHAPES).map(async (write) => seen(await registry.parseAndResolve(calls.map(write)))),
        ...Object.values(ANSWERS).map(async (write) => seen(await registry.parseAndResolve(write(calls)))),
      ])
      for (const other of others) expect(other).toEqual(first)
      const known = calls.filter(({ name }) => name === 'search')
      expect((first as readonly (readonly unknown[])[])[0]).toHaveLength(known.length)
      expect((first as readonly (readonly unknown[])[])[1]).toHaveLength(calls.length - known.length)
    }),
    propertySettings(300),
  )
})

test('calls that the provider has made for the AI SDK are not made again', async () => {
  const call = { type: 'tool-call', toolCallId: 'a', toolName: 'search', input: {}, providerExecuted: true }
  expect((await registry.parseAndResolve({ toolCalls: [call] })).calls).toEqual([])
})

test('every choice of OpenAI and every candidate of Google is read', async () => {
  const choice = (id: string): unknown => ({ message: openaiMessage([{ id, name: 'search', args: {} }]) })
  const candidate = (id: string): unknown => ({
    content: { role: 'model', parts: googleParts([{ id, name: 'search', args: {} }]) },
  })
  for (const given of [
    { choices: [choice('a'), choice('b')] },
    { candidates: [candidate('a'), { finishReason: 'SAFETY' }, candidate('b')] },
  ]) {
    const { calls } = await registry.parseAndResolve(given)
    expect(calls.map(({ callId, status }) => [callId, status])).toEqual([
      ['a', 'resolved'],
      ['b', 'resolved'],
    ])
  }
})

// ---------- garbage

const KEYS = [
  'id',
  'type',
  'name',
  'function',
  'arguments',
  'args',
  'input',
  'functionCall',
  'toolName',
  'toolCallId',
  'method',
  'params',
  'tool_calls',
  'toolCalls',
  'choices',
  'message',
  'candidates',
  'content',
  'parts',
  'output',
  'calls',
  'role',
  'status',
  'custom',
  'delta',
  'toolCall',
  'function_call',
  'functionCalls',
  'partialArgs',
  'stop_reason',
  'then',
]
const WORDS = [
  'function',
  'function_call',
  'tool_use',
  'tool-call',
  'tools/call',
  'custom',
  'message',
  'max_tokens',
  'incomplete',
  'content_block_start',
  'search',
  'serch',
  '',
  '{}',
  '{"a":',
  '\u0000',
]
const { garbage } = fc.letrec<{ garbage: unknown }>((tie) => ({
  garbage: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom<unknown>(...WORDS, null, undefined, 0, NaN, 7n, Symbol('x'), () => {}, new Date(NaN)),
    fc.array(tie('garbage'), { maxLength: 4 }),
    fc.dictionary(fc.constantFrom(...KEYS), tie('garbage'), { maxKeys: 5 }),
  ),
}))

test('it never throws for what a model returns, and each call that it finds is resolved or has a reason', async () => {
  await fc.assert(
    fc.asyncProperty(garbage, async (given) => {
      const events: unknown[] = []
      const parsed = await registry.parseAndResolve(given, { eventEmitter: (type, data) => events.push([type, data]) })
      expect(parsed.resolved.length + parsed.unresolved.length).toBe(parsed.calls.length)
      expect(events).toHaveLength(parsed.calls.length)
      for (const call of parsed.calls) {
        expect(call.callId).not.toBe('')
        if (call.status === 'resolved') expect(call.input).toBeTypeOf('object')
        else
          expect(call.message).toMatch(
            /^(This tool call cannot be read|No tool can handle|There is no tool|"search" was not called)/,
          )
      }
      expect(JSON.stringify(events)).toBeTypeOf('string')
    }),
    propertySettings(300),
  )
})

/** An object that cannot be looked at. */
function throwing(): ProxyHandler<object> {
  const refuse = (): never => {
    throw new Error('not for you')
  }
  return { get: refuse, has: refuse, ownKeys: refuse, getOwnPropertyDescriptor: refuse, getPrototypeOf: refuse }
}

test('a call that cannot be read at all is malformed, and the calls beside it are read', async () => {
  const hostile = new Proxy({}, throwing())
  const call = SHAPES['Anthropic']?.({ id: 'a', name: 'search', args: {} })
  const mixed = await registry.parseAndResolve([hostile, call, { type: 'function', function: hostile }])
  expect(mixed.calls.map(({ status }) => status)).toEqual(['unresolved', 'resolved', 'unresolved'])
  const { proxy, revoke } = Proxy.revocable({}, {})
  revoke()
  for (const given of [hostile, proxy, { content: [hostile] }, { choices: [{ message: hostile }] }]) {
    const { resolved, unresolved } = await registry.parseAndResolve(given)
    expect(resolved).toEqual([])
    expect(unresolved).toHaveLength(1)
    expect(unresolved[0]?.reason).toBe('malformed_call')
  }
})
