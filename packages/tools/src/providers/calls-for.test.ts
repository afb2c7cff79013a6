import { LLMResponse } from '@stageflow/provider-types'
import { generateText, modelMessageSchema } from 'ai'
import { MockLanguageModelV4 } from 'ai/test'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { z } from 'zod'

import { propertySettings } from '../../../core/test/property-settings.ts'
import { executedCall } from '../../test/executed-call.ts'
import { garbage } from '../../test/garbage.ts'
import { ANSWERS, type Call, SHAPES } from '../../test/model-responses.ts'
import { defineTool, ToolRegistry, type ParsedCalls, type ToolResult } from '../index.ts'
import { callsFor, resultsFor, type CallMessageShapes } from '../messages.ts'
import { streamedCalls } from '../stream.ts'

const search = defineTool({
  name: 'search',
  description: 'Searches.',
  input: z.looseObject({ query: z.string().optional() }),
  execute: () => 'found',
})
const registry = new ToolRegistry({ tools: [search] })
const TARGETS = ['openai-chat', 'openai-responses', 'anthropic', 'google', 'ai-sdk'] as const

const seen = ({ calls }: ParsedCalls): unknown =>
  calls.map((call) =>
    call.status === 'resolved'
      ? [call.callId, call.name, call.arguments, call.input]
      : [call.callId, call.name, call.reason],
  )
/** What `parseAndResolve` reads in written messages: a list of messages is a conversation, so it gets the one that there is. */
const readBack = (messages: readonly unknown[]): Promise<ParsedCalls> => {
  const [first] = messages
  const isMessage = typeof first === 'object' && first !== null && 'role' in first && !('type' in first)
  return registry.parseAndResolve(isMessage ? first : messages)
}
const resultsOf = ({ calls }: ParsedCalls): readonly ToolResult[] =>
  calls.map((call) => (call.status === 'unresolved' ? call : executedCall(call)))

const oneCall: readonly Call[] = [{ id: 'call_1', name: 'search', args: { query: 'x' } }]
const callsOf = fc.uniqueArray(
  fc.record({
    id: fc.string({ minLength: 1, maxLength: 20 }),
    name: fc.constantFrom('search', 'search', 'serch', '__proto__'),
    args: fc.dictionary(
      fc.string({ maxLength: 9 }).filter((key) => key !== '__proto__' && key !== 'query'),
      fc.jsonValue({ maxDepth: 4 }).map((value) => JSON.parse(JSON.stringify(value)) as unknown),
      { maxKeys: 4, noNullPrototype: true },
    ),
  }),
  { selector: ({ id }) => id, maxLength: 6 },
)

// ---------- round trips

test('whatever the shapes, the written message has the calls of the response, and its results their ids', async () => {
  await fc.assert(
    fc.asyncProperty(callsOf, async (calls) => {
      for (const answer of Object.values(ANSWERS)) {
        const response = answer(calls)
        const parsed = await registry.parseAndResolve(response)
        for (const target of TARGETS) {
          const messages = callsFor(target, response)
          const again = await readBack(messages)
          expect(seen(again)).toEqual(seen(parsed))
          const results = resultsFor(target, resultsOf(parsed))
          expect(JSON.stringify(results)).toBe(JSON.stringify(resultsFor(target, resultsOf(again))))
        }
      }
    }),
    propertySettings(40),
  )
})

/** The provider of an answer. */
const providerOf = (name: string): string =>
  name.startsWith('OpenAI response') ? 'openai-responses' : (name.split(/[ ']/)[0]?.toLowerCase() ?? '')
const WITH_TEXT = /^(?:OpenAI response|Anthropic|AI SDK message)/

test.each(Object.entries(ANSWERS))(
  'of a whole %s, the text goes to every provider, and the rest only to its own',
  (name, answer) => {
    const [chat] = callsFor('openai-chat', answer(oneCall))
    expect(chat?.content).toBe(WITH_TEXT.test(name) ? 'Hm.' : null)
    const rest = /"(?:thinking|reasoning|thought|server_tool_use|web_search_call|executableCode)"/
    for (const target of TARGETS) {
      const isOwn = target === providerOf(name) && rest.test(JSON.stringify(answer(oneCall)))
      expect(rest.test(JSON.stringify(callsFor(target, answer(oneCall))))).toBe(isOwn)
    }
  },
)

test.each(Object.entries(SHAPES))(
  'a list of calls in the shape of %s is a message in every shape',
  async (_, write) => {
    for (const target of TARGETS) {
      const messages = callsFor(target, oneCall.map(write))
      expect(seen(await readBack(messages))).toEqual([['call_1', 'search', { query: 'x' }, { query: 'x' }]])
    }
  },
)

test('an LLMResponse of any provider is read, and written, with arguments that are a string or an object', async () => {
  for (const given of ['{"query":"x"}', { query: 'x' }]) {
    const response = new LLMResponse({
      content: 'Hm.',
      model: 'm',
      provider: 'p',
      finishReason: 'tool_calls',
      toolCalls: [{ id: 'call_1', name: 'search', arguments: given }],
    })
    const expected = [['call_1', 'search', { query: 'x' }, { query: 'x' }]]
    for (const one of [response, response.toDict()]) {
      expect(seen(await registry.parseAndResolve(one))).toEqual(expected)
      for (const target of TARGETS) expect(seen(await readBack(callsFor(target, one)))).toEqual(expected)
      expect(callsFor('openai-chat', one)[0]?.content).toBe('Hm.')
    }
  }
})

test('an empty response makes no message, and no results make none', () => {
  for (const target of TARGETS) {
    expect(
      callsFor(target, { choices: [{ message: { role: 'assistant', content: '' }, finish_reason: 'stop' }] }),
    ).toEqual([])
    expect(callsFor(target, [])).toEqual([])
    expect(resultsFor(target, [])).toEqual([])
  }
})

test('an answer without calls is a message with its text', () => {
  const response = { choices: [{ message: { role: 'assistant', content: 'Hello' }, finish_reason: 'stop' }] }
  expect(TARGETS.flatMap((target): unknown[] => callsFor(target, response))).toEqual([
    { role: 'assistant', content: 'Hello' },
    { type: 'message', role: 'assistant', content: 'Hello' },
    { role: 'assistant', content: [{ type: 'text', text: 'Hello' }] },
    { role: 'model', parts: [{ text: 'Hello' }] },
    { role: 'assistant', content: [{ type: 'text', text: 'Hello' }] },
  ])
})

// ---------- what a provider needs again

test('its own provider gets reasoning and signatures again, and another one does not', () => {
  const thinking = { type: 'thinking', thinking: 'Hm.', signature: 's' }
  const use = { type: 'tool_use', id: 'a', name: 'search', input: {} }
  const claude = { type: 'message', role: 'assistant', content: [thinking, use], stop_reason: 'tool_use' }
  expect(callsFor('anthropic', claude)).toEqual([{ role: 'assistant', content: [thinking, use] }])
  const said = { type: 'text', text: '{}' }
  const parsedText = { ...claude, content: [{ ...said, parsed_output: {} }, use] } // what a method of the SDK has added
  expect(callsFor('anthropic', parsedText)).toEqual([{ role: 'assistant', content: [said, use] }])
  expect(callsFor('openai-chat', claude)).toEqual([
    {
      role: 'assistant',
      content: null,
      tool_calls: [{ id: 'a', type: 'function', function: { name: 'search', arguments: '{}' } }],
    },
  ])

  const parts = [
    { text: 'why', thought: true },
    { functionCall: { name: 'search', args: {} }, thoughtSignature: 's' },
  ]
  const gemini = { candidates: [{ content: { role: 'model', parts }, finishReason: 'STOP' }] }
  expect(callsFor('google', gemini)).toEqual([{ role: 'model', parts }])

  const output = [
    { type: 'reasoning', id: 'rs', summary: [], encrypted_content: 'x' },
    { type: 'function_call', id: 'fc', call_id: 'a', name: 'search', arguments: '{}', status: 'completed' },
  ]
  const parsedBySdk = output.map((item) => (item.type === 'function_call' ? { ...item, parsed_arguments: {} } : item))
  expect(callsFor('openai-responses', { object: 'response', status: 'completed', output: parsedBySdk })).toEqual(output)

  const call = SHAPES['OpenAI chat']?.({ id: 'a', name: 'search', args: {} })
  const message = { role: 'assistant', content: null, reasoning_content: 'why', tool_calls: [call], parsed: null }
  expect(callsFor('openai-chat', { choices: [{ message, finish_reason: 'tool_calls' }] })).toEqual([
    { role: 'assistant', content: null, reasoning_content: 'why', tool_calls: [call] },
  ])

  const signed = {
    type: 'tool-call',
    toolCallId: 'a',
    toolName: 'search',
    input: {},
    providerMetadata: { google: { thoughtSignature: 's' } },
  }
  expect(callsFor('ai-sdk', { text: '', toolCalls: [signed], finishReason: 'tool-calls' })).toEqual([
    {
      role: 'assistant',
      content: [
        {
          type: 'tool-call',
          toolCallId: 'a',
          toolName: 'search',
          input: {},
          providerOptions: { google: { thoughtSignature: 's' } },
        },
      ],
    },
  ])
})

test('another kind of call goes back to its own provider as it came, and to another one as a call that it can take', async () => {
  const custom = { type: 'custom_tool_call', id: 'ct', call_id: 'a', name: 'sql', input: 'SELECT 1' }
  const response = { object: 'response', status: 'completed', output: [custom] }
  expect(callsFor('openai-responses', response)).toEqual([custom])
  const { unresolved } = await registry.parseAndResolve(response)
  expect(resultsFor('openai-responses', unresolved)).toMatchObject([{ type: 'custom_tool_call_output', call_id: 'a' }])
  expect(callsFor('anthropic', response)).toEqual([
    { role: 'assistant', content: [{ type: 'tool_use', id: 'a', name: 'sql', input: {} }] },
  ])
})

// ---------- what a model got wrong

test('whatever a model returned is written with as many calls as it was read with, or refused with a code', async () => {
  const refusals = ['tools/illegal-option', 'tools/incomplete-response']
  await fc.assert(
    fc.asyncProperty(garbage, async (given) => {
      const { calls } = await registry.parseAndResolve(given)
      for (const target of TARGETS)
        try {
          const messages: unknown = callsFor(target, given, calls)
          const blocks = JSON.stringify(messages).match(
            /"(?:tool_use|function_call|tool-call|functionCall|function|custom)":?/g,
          )
          expect(calls.length === 0 || blocks !== null).toBe(true)
        } catch (error) {
          expect(refusals).toContain((error as { code?: unknown }).code)
        }
    }),
    propertySettings(300),
  )
})

test('a name that no provider takes is written in a form that they take: otherwise the conversation could not go on', async () => {
  const long = 'x'.repeat(70)
  const call = (name: unknown, id: string) => ({ id, type: 'function', function: { name, arguments: '{}' } })
  const response = {
    role: 'assistant',
    content: null,
    tool_calls: [call('functions.search', 'a'), call('', 'b'), call(long, 'c')],
  }
  const parsed = await registry.parseAndResolve(response)
  const [message] = callsFor('openai-chat', response)
  expect(message?.tool_calls?.map((one) => one.function.name)).toEqual([
    'functions_search',
    'unknown_tool',
    'x'.repeat(64),
  ])
  const [results] = resultsFor('ai-sdk', resultsOf(parsed))
  expect(results?.content.map(({ toolName }) => toolName.slice(0, 20))).toEqual([
    'functions_search',
    'unknown_tool',
    'x'.repeat(20),
  ])
})

test('arguments that are not JSON go back as they came, and as none to a provider that takes only objects', () => {
  for (const given of ['{"query":', '[1]', '7', 'null']) {
    const response = [{ id: 'a', type: 'function', function: { name: 'search', arguments: given } }]
    expect(callsFor('openai-chat', response)[0]?.tool_calls?.[0]?.function.arguments).toBe(given)
    expect(callsFor('openai-responses', response)).toMatchObject([{ arguments: given }])
    expect(callsFor('anthropic', response)[0]?.content).toMatchObject([{ input: {} }])
    expect(callsFor('google', response)[0]?.parts).toMatchObject([{ functionCall: { args: {} } }])
    expect(callsFor('ai-sdk', response)[0]?.content).toMatchObject([{ input: {} }])
  }
  for (const given of ['', ' ', null, undefined, {}])
    expect(
      callsFor('openai-chat', [{ id: 'a', type: 'function', function: { name: 'search', arguments: given } }])[0]
        ?.tool_calls,
    ).toMatchObject([{ function: { arguments: '{}' } }])
})

test('the second call with an id has the id of its result', async () => {
  const twice = ['a', 'a', 'none'].map((id) => SHAPES['Anthropic']?.({ id, name: 'search', args: {} }))
  const response = { type: 'message', role: 'assistant', content: twice, stop_reason: 'tool_use' }
  const { calls } = await registry.parseAndResolve(response)
  for (const target of TARGETS) {
    const { calls: again } = await readBack(callsFor(target, response))
    expect(again.map(({ callId }) => callId)).toEqual(calls.map(({ callId }) => callId))
  }
})

test('calls without ids get those of their results; only Google does without', async () => {
  const parts = ['x', 'y'].map((query) => ({ functionCall: { name: 'search', args: { query } } }))
  const response = { candidates: [{ content: { role: 'model', parts }, finishReason: 'STOP' }] }
  const results = resultsOf(await registry.parseAndResolve(response))
  for (const target of TARGETS.filter((one) => one !== 'google')) {
    expect(() => callsFor(target, response)).toThrow(
      `callsFor(): a call to "search" has no id, and ${target} finds its result by one; pass the results too: callsFor('${target}', response, results)`,
    )
    const { calls } = await readBack(callsFor(target, response, results))
    expect(calls.map(({ callId }) => callId)).toEqual(results.map(({ callId }) => callId))
  }
  expect(callsFor('google', response)).toEqual([{ role: 'model', parts }])
  expect(callsFor('google', response, results)).toEqual([{ role: 'model', parts }])
  expect(() => callsFor('anthropic', response, results.slice(1))).toThrow(
    'calls in the response: 2, results: 1; pass the results of all its calls',
  )
})

test('only the results of the same response give its calls their ids (tools/illegal-option)', async () => {
  const response = { role: 'assistant', content: ['a', 'b'].map((id) => ({ type: 'tool_use', id, name: 'search', input: {} })) } // prettier-ignore
  const parsed = await registry.parseAndResolve(response)
  const results = resultsOf(parsed)
  expect(callsFor('anthropic', response, results)).toEqual(callsFor('anthropic', response))
  for (const [given, problem] of [
    [null, 'the results must be an array, such as execute() returns, or the calls of parseAndResolve(), not null'],
    [
      parsed,
      'the results must be an array, such as execute() returns, or the calls of parseAndResolve(), not an object',
    ],
    [Promise.resolve(results), 'not an instance of Promise'],
    [[null, null], 'results[0].callId must be a string that is not empty, not undefined'],
    [[results[0], { callId: '' }], 'results[1].callId must be a string that is not empty, not ""'],
    [[results[0], { callId: 5 }], 'results[1].callId must be a string that is not empty, not 5'],
    [resultsFor('openai-chat', results), 'results[0].callId must be a string'],
    [
      results.toReversed(),
      'results[0] is of the call "b", and this call of the response is "a"; pass the results of this response',
    ],
  ] as const)
    for (const target of TARGETS) expect(() => callsFor(target, response, given as typeof results)).toThrow(problem)
})

test('results of calls are not calls: they are neither written nor made again', async () => {
  const results = ['completed', 'failed', 'denied', 'cancelled'].map((status) => ({ callId: 'a', name: 'search', attempts: 1, status })) // prettier-ignore
  for (const given of [...results, results]) {
    const { resolved, unresolved } = await registry.parseAndResolve(given)
    expect(resolved).toEqual([])
    expect(unresolved[0]).toMatchObject({ reason: 'malformed_call' })
    expect(unresolved[0]?.message).toContain('it is the result of a call; write results with resultsFor()')
    for (const target of TARGETS) expect(() => callsFor(target, given)).toThrow('it is the result of a call')
  }
})

test('a refusal is what the model said', () => {
  const chatRefusal = { choices: [{ message: { role: 'assistant', content: null, refusal: 'No.' }, finish_reason: 'stop' }] } // prettier-ignore
  const item = { type: 'message', role: 'assistant', content: [{ type: 'refusal', refusal: 'No.' }] }
  for (const response of [chatRefusal, { object: 'response', status: 'completed', output: [item] }])
    for (const target of TARGETS) expect(JSON.stringify(callsFor(target, response))).toContain('"No."')
})

test('a call that could not be read is written too, with the id of its result', async () => {
  const hostile = new Proxy({}, { get: () => { throw new Error('no') } }) // prettier-ignore
  const response = { role: 'assistant', content: [hostile, SHAPES['Anthropic']?.(oneCall[0] as Call)] }
  const { calls } = await registry.parseAndResolve(response)
  expect(() => callsFor('anthropic', response)).toThrow(
    'callsFor(): the response cannot be read: reading it throws: a getter',
  )
  const [message] = callsFor('anthropic', response, calls)
  expect(message?.content).toMatchObject([
    { type: 'tool_use', id: calls[0]?.callId, name: 'unknown_tool', input: {} },
    { type: 'tool_use', id: 'call_1', name: 'search' },
  ])
})

// ---------- half an answer

const chat = (finish_reason: unknown): unknown => ({
  choices: [{ message: { role: 'assistant', content: 'Half an' }, finish_reason }],
})
const gemini = (finishReason: unknown): unknown => ({
  candidates: [{ content: { role: 'model', parts: [{ text: 'Half an' }] }, finishReason }],
})
test.each<[response: unknown, what: string]>([
  [chat('length'), 'ended with "length"'],
  [chat('content_filter'), 'ended with "content_filter"'],
  [chat('a reason of next year'), 'ended with "a reason of next year"'],
  [chat(null), 'has no reason for its end'],
  [chat(undefined), 'has no reason for its end'],
  [gemini('MAX_TOKENS'), 'ended with "MAX_TOKENS"'],
  [gemini('MALFORMED_FUNCTION_CALL'), 'ended with "MALFORMED_FUNCTION_CALL"'],
  [gemini(undefined), 'has no reason for its end'],
  [
    { type: 'message', role: 'assistant', content: [{ type: 'text', text: 'Half' }], stop_reason: 'max_tokens' },
    'ended with "max_tokens"',
  ],
  [
    { type: 'message', role: 'assistant', content: [{ type: 'text', text: 'Half' }], stop_reason: null },
    'has no reason for its end',
  ],
  [{ promptFeedback: { blockReason: 'SAFETY' } }, 'ended with "SAFETY"'],
  [{ object: 'response', status: 'incomplete', output: [] }, 'ended with "incomplete"'],
  [{ object: 'response', status: 'in_progress', output: [] }, 'ended with "in_progress"'],
  [{ text: 'Half an', toolCalls: [], finishReason: 'length' }, 'ended with "length"'],
  [{ text: 'Half an', toolCalls: [], finishReason: 'other' }, 'ended with "other"'],
  [{ text: 'Half an', toolCalls: [], finishReason: 'error' }, 'ended with "error"'],
  [{ content: 'Half an', toolCalls: [], partial: true }, 'is marked as partial'],
  [{ message: { role: 'assistant', content: 'Half' }, done: true, done_reason: 'length' }, 'ended with "length"'],
  [{ message: { role: 'assistant', content: 'Half' }, done: false }, 'has no reason for its end'],
  [{ content: 'Half an', toolCalls: [], partial: false, finishReason: 'max_tokens' }, 'ended with "max_tokens"'],
  [
    [{ type: 'function_call', call_id: 'a', name: 'search', arguments: '{"q', status: 'incomplete' }],
    'has a call to "search" whose end is missing',
  ],
])('half an answer is not written as a whole one: %j (tools/incomplete-response)', (response, what) => {
  for (const target of TARGETS) {
    expect(() => callsFor(target, response)).toThrow(expect.objectContaining({ code: 'tools/incomplete-response' }))
    expect(() => callsFor(target, response)).toThrow(
      `callsFor(): the response ${what}, so it is only the beginning of an answer`,
    )
  }
})

test('a response without an answer is not written as an empty one (tools/incomplete-response)', () => {
  for (const response of [{ choices: [] }, { candidates: [] }])
    for (const target of TARGETS)
      expect(() => callsFor(target, response)).toThrow(
        expect.objectContaining({
          code: 'tools/incomplete-response',
          message: expect.stringContaining(
            'the response has no choices or candidates, so it has no answer. Ask the model again',
          ),
        }),
      )
})

test('a stream that broke off in a call is not written as a whole one, and one that ended is', () => {
  const delta = (tool: object): unknown => ({ choices: [{ index: 0, delta: { tool_calls: [{ index: 0, ...tool }] } }] })
  const streamed = streamedCalls()
  streamed.add(delta({ id: 'a', function: { name: 'search', arguments: '{"query":' } }))
  expect(() => callsFor('anthropic', { text: 'Hm.', toolCalls: streamed.finish() })).toThrow('whose end is missing')
  expect(() => callsFor('anthropic', streamed.calls)).toThrow('whose end is missing')
  streamed.add(delta({ function: { arguments: '"x"}' } }))
  streamed.add({ choices: [{ index: 0, delta: {}, finish_reason: 'tool_calls' }] })
  expect(callsFor('anthropic', { text: 'Hm.', toolCalls: streamed.finish() })).toEqual([
    {
      role: 'assistant',
      content: [
        { type: 'text', text: 'Hm.' },
        { type: 'tool_use', id: 'a', name: 'search', input: { query: 'x' } },
      ],
    },
  ])
})

test.each<[response: unknown, problem: string]>([
  [Promise.resolve([]), 'it is a promise; await it first'],
  ['Hello', 'it is of type string'],
  [Object.defineProperty({}, 'choices', { get: () => { throw new Error('no') } }), 'reading it throws'], // prettier-ignore
  [{ choices: [{ index: 0, delta: { content: 'Hm' } }] }, 'it is a chunk of a stream; put chunks together'],
  [{ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] }, 'it is a chunk of a stream'],
  [undefined, "the response is undefined; pass what the provider's client returned"],
  [null, 'the response is null'],
  [new Error('no answer'), 'it is an error, which has no calls'],
  [new Response('{}'), "known provider; pass what the provider's client returned, and not an instance of Response"],
  [{ role: 'user', content: 'Hi' }, 'the message has the role "user"; pass the message that the model returned'],
  [{ role: 'tool', tool_call_id: 'a', content: '7' }, 'the message has the role "tool"'],
  [{ choices: [{ message: { role: 'system', content: 'Hi' }, finish_reason: 'stop' }] }, 'the role "system"'],
  [{ candidates: [{ content: { role: 'user', parts: [{ text: 'Hi' }] }, finishReason: 'STOP' }] }, 'the role "user"'],
  [
    [{ role: 'assistant', tool_calls: [{ id: 'a', type: 'function', function: { name: 'search', arguments: '' } }] }],
    'pass only the last message',
  ],
  [
    {
      choices: [
        { message: {}, finish_reason: 'stop' },
        { message: {}, finish_reason: 'stop' },
      ],
    },
    'has 2 alternatives',
  ],
])('%j is refused', (response, problem) => {
  for (const target of TARGETS) expect(() => callsFor(target, response)).toThrow(problem)
})

test('a shape that has no assistant message is refused, with those that have (tools/illegal-option)', () => {
  expect(() => callsFor('mcp' as keyof CallMessageShapes, [])).toThrow(
    'callsFor(shape, response): unknown shape "mcp" (known: openai-chat, openai-responses, anthropic, google, ai-sdk).',
  )
})

// ---------- the AI SDK

test('the AI SDK goes on with the written messages, from whatever provider they came', async () => {
  const prompts: unknown[] = []
  const model = new MockLanguageModelV4({
    doGenerate: async ({ prompt }) => {
      prompts.push(prompt)
      return {
        content: [{ type: 'text', text: 'Done.' }],
        finishReason: { unified: 'stop', raw: 'stop' },
        usage: {
          inputTokens: { total: 1, noCache: 1, cacheRead: 0, cacheWrite: 0 },
          outputTokens: { total: 1, text: 1, reasoning: 0 },
        },
        warnings: [],
      }
    },
  })
  for (const answer of Object.values(ANSWERS)) {
    const response = answer([...oneCall, { id: 'call_2', name: 'serch', args: {} }])
    const results = resultsOf(await registry.parseAndResolve(response))
    const messages = [...callsFor('ai-sdk', response), ...resultsFor('ai-sdk', results)]
    for (const message of messages) expect(modelMessageSchema.safeParse(message).error).toBeUndefined()
    const { text } = await generateText({ model, messages: [{ role: 'user', content: 'Go on.' }, ...messages] })
    expect(text).toBe('Done.')
  }
  expect(prompts).toHaveLength(Object.keys(ANSWERS).length)
  expect(JSON.stringify(prompts.at(-1))).toContain('There is no tool')
})

test('messages that the AI SDK wrote itself are taken as they are', async () => {
  const messages = [
    {
      role: 'assistant',
      content: [
        { type: 'reasoning', text: 'Hm.' },
        { type: 'text', text: 'Hello' },
      ],
    },
  ]
  expect(callsFor('ai-sdk', { text: 'Hello', toolCalls: [], finishReason: 'stop', response: { messages } })).toEqual(
    messages,
  )
})
