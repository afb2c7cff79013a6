import { expect, test } from 'vitest'

import { LLMResponse, type LLMResponseFields } from './index.ts'

const guide = { content: 'Hello!', model: 'gpt-4', provider: 'openai', inputTokens: 123, outputTokens: 456 }
const full: LLMResponseFields = {
  content: 'Let me look.',
  model: 'claude',
  provider: 'anthropic',
  inputTokens: 1_000,
  outputTokens: 50,
  cachedTokens: 800,
  cacheWriteTokens: 100,
  reasoningTokens: 20,
  costUsd: 0.0125,
  latencyMs: 2_000,
  timeToFirstChunkMs: 250,
  timeToFirstAnswerChunkMs: 900,
  finishReason: 'tool_use',
  toolCalls: [{ id: 'call_1', name: 'search', arguments: { words: ['a', 'b'], deep: { limit: 3 } } }],
  reasoning: 'Where could it be?',
  responseModel: 'claude-20260101',
  responseId: 'msg_1',
  requestId: 'req_1',
}

test('the response of the guide keeps its fields, and adds up the tokens', () => {
  const llm = new LLMResponse(guide)
  expect(llm).toMatchObject(guide)
  expect(llm.totalTokens).toBe(579)
  expect(llm.toDict()).toStrictEqual({ ...guide, totalTokens: 579, toolCalls: [], partial: false })
})

test('an unknown field is undefined, and not in dicts, JSON or attributes: no count, time, cost or reason is made up', () => {
  const llm = new LLMResponse({ content: '', model: 'm', provider: 'p' })
  expect(llm.toolCalls).toEqual([])
  expect(llm.partial).toBe(false)
  for (const [name, value] of Object.entries(llm))
    if (!['content', 'model', 'provider', 'toolCalls', 'partial'].includes(name))
      expect([name, value]).toEqual([name, undefined])
  expect([llm.totalTokens, llm.usage, llm.rawResponse]).toEqual([undefined, undefined, undefined])
  expect(llm.toDict()).toStrictEqual({ content: '', model: 'm', provider: 'p', toolCalls: [], partial: false })
  expect(llm.toOtelAttributes()).toStrictEqual({
    'gen_ai.operation.name': 'chat',
    'gen_ai.provider.name': 'p',
    'gen_ai.request.model': 'm',
  })
})

test('one count alone gives no total', () => {
  expect(new LLMResponse({ ...guide, inputTokens: undefined }).totalTokens).toBeUndefined()
  expect(new LLMResponse({ ...guide, outputTokens: undefined }).totalTokens).toBeUndefined()
  expect(new LLMResponse({ ...guide, inputTokens: 0, outputTokens: 0 }).totalTokens).toBe(0)
})

test('usage is what was counted, and fits the note of a stage', () => {
  expect(new LLMResponse(guide).usage).toStrictEqual({ inputTokens: 123, outputTokens: 456 })
  expect(new LLMResponse(full).usage).toStrictEqual({
    inputTokens: 1_000,
    outputTokens: 50,
    cachedTokens: 800,
    cacheWriteTokens: 100,
    reasoningTokens: 20,
    costUsd: 0.0125,
  })
  expect(new LLMResponse({ content: '', model: 'm', provider: 'p', outputTokens: 0 }).usage).toStrictEqual({
    outputTokens: 0,
  })
})

test('it is a deep frozen copy, and the original stays as it is', () => {
  const words = ['a']
  const call = { name: 'search', arguments: { words } }
  const toolCalls = [call]
  const llm = new LLMResponse({ ...guide, toolCalls })
  words.push('b')
  call.name = 'other'
  toolCalls.length = 0
  expect(llm.toolCalls).toEqual([{ name: 'search', arguments: { words: ['a'] } }])
  expect(() => Object.assign(llm, { content: 'changed' })).toThrow(TypeError)
  for (const part of [
    llm,
    llm.toolCalls,
    llm.toolCalls[0],
    llm.toolCalls[0]?.arguments,
    (llm.toolCalls[0]?.arguments as { words: unknown }).words,
    llm.toDict(),
    llm.usage,
  ])
    expect(Object.isFrozen(part)).toBe(true)
  expect([words, toolCalls].map((list) => Object.isFrozen(list))).toEqual([false, false])
})

test('the raw response is kept as it is, and written nowhere', () => {
  const raw = { secret: 'sk-raw', list: [1] }
  const llm = new LLMResponse({ ...guide, rawResponse: raw })
  expect(llm.rawResponse).toBe(raw)
  raw.list.push(2)
  expect(raw.list).toEqual([1, 2])
  expect(JSON.stringify([llm, llm.toDict(), Object.entries(llm), llm.toOtelAttributes()])).not.toContain('sk-raw')
  expect(LLMResponse.fromJSON(llm.toJSON()).rawResponse).toBeUndefined()
})

test.each<[string, object, typeof TypeError | typeof RangeError, string]>([
  ['negative tokens', { inputTokens: -1 }, RangeError, 'inputTokens must be a whole number of 0 or more, but is -1'],
  ['half a token', { outputTokens: 1.5 }, RangeError, 'outputTokens must be a whole number of 0 or more, but is 1.5'],
  ['NaN', { cachedTokens: NaN }, RangeError, 'cachedTokens must be a whole number of 0 or more, but is NaN'],
  ['more than can be counted', { cacheWriteTokens: 2 ** 53 }, RangeError, 'cacheWriteTokens'],
  [
    'a string for a number',
    { reasoningTokens: '12' },
    TypeError,
    'reasoningTokens must be a whole number of 0 or more, but is "12"',
  ],
  ['a bigint', { inputTokens: 1n }, TypeError, 'but is 1n'],
  ['null', { inputTokens: null }, TypeError, 'inputTokens must be a whole number of 0 or more, but is null'],
  ['a negative cost', { costUsd: -0.01 }, RangeError, 'costUsd must be a finite number of 0 or more, but is -0.01'],
  [
    'an endless latency',
    { latencyMs: Infinity },
    RangeError,
    'latencyMs must be a finite number of 0 or more, but is Infinity',
  ],
  ['a negative time', { timeToFirstChunkMs: -1 }, RangeError, 'timeToFirstChunkMs'],
  ['a negative time', { timeToFirstAnswerChunkMs: -1 }, RangeError, 'timeToFirstAnswerChunkMs'],
  ['no content', { content: undefined }, TypeError, 'content must be given, but is undefined'],
  ['no text', { content: ['Hello'] }, TypeError, 'content must be a string, but is an array of 1'],
  ['an empty model', { model: '' }, RangeError, 'model must be a string that is not empty, but is ""'],
  ['an empty provider', { provider: '' }, RangeError, 'provider must be'],
  ['an empty reason', { finishReason: '' }, RangeError, 'finishReason must be'],
  ['an empty id', { responseId: '' }, RangeError, 'responseId must be'],
  ['an id that is a number', { requestId: 7 }, TypeError, 'requestId must be a string, but is 7'],
  ['a model that is an object', { responseModel: {} }, TypeError, 'responseModel must be a string, but is an object'],
  ['reasoning that is a function', { reasoning: () => {} }, TypeError, 'reasoning must be a string, but is a function'],
  ['a word for a flag', { partial: 'no' }, TypeError, 'partial must be true or false, but is "no"'],
  ['one tool call', { toolCalls: {} }, TypeError, 'toolCalls must be an array, but is an object'],
  ['a tool call of null', { toolCalls: [null] }, TypeError, 'toolCalls[0] must be an object, but is null'],
  [
    'a call of the OpenAI API as it is',
    { toolCalls: [{ id: 'a', function: {} }] },
    TypeError,
    'toolCalls[0].function is an unknown field (known: id, name, arguments); toolCalls[0].name must be given',
  ],
  [
    'arguments that are a number',
    { toolCalls: [{ name: 'a', arguments: 1 }] },
    TypeError,
    'toolCalls[0].arguments must be a string or an object, but is 1',
  ],
  [
    'a date in arguments',
    { toolCalls: [{ name: 'a', arguments: { at: [new Date(0)] } }] },
    TypeError,
    'toolCalls[0].arguments.at[0] must be a JSON value, but is an object',
  ],
  [
    'NaN in arguments',
    { toolCalls: [{ name: 'a', arguments: { n: NaN } }] },
    RangeError,
    'toolCalls[0].arguments.n must be a finite number, but is NaN',
  ],
  [
    'a name of the Python original',
    { finish_reason: 'stop' },
    TypeError,
    'finish_reason is an unknown field (did you mean "finishReason"? known: content, model, ',
  ],
  ['a misspelt field', { tokens: 1 }, TypeError, 'tokens is an unknown field'],
  ['what is computed', { totalTokens: 579 }, TypeError, 'totalTokens is an unknown field'],
])('%s is refused', (_, wrong, kind, says) => {
  const make = () => new LLMResponse({ ...guide, ...wrong })
  expect(make).toThrow(kind)
  expect(make).toThrow('LLMResponse: ')
  expect(make).toThrow(says)
})

test.each([[undefined], [null], ['Hello'], [[]], [7]])('%o is refused as a response', (nothing) => {
  expect(() => new LLMResponse(nothing as never)).toThrow(TypeError)
  expect(() => LLMResponse.fromJSON(nothing)).toThrow(TypeError)
})

test('one error has all problems, and stays short', () => {
  const wrong = { ...guide, inputTokens: -1, costUsd: 'much', finishReason: '' }
  expect(() => new LLMResponse(wrong as never)).toThrow(
    new TypeError(
      'LLMResponse: inputTokens must be a whole number of 0 or more, but is -1; ' +
        'costUsd must be a finite number of 0 or more, but is "much"; ' +
        'finishReason must be a string that is not empty, but is "".',
    ),
  )
  const many = { ...guide, toolCalls: Array.from({ length: 1_000 }, () => 'x'.repeat(10_000)) }
  let message = ''
  try {
    new LLMResponse(many as never)
  } catch (error) {
    message = (error as Error).message
  }
  expect(message).toContain('and 990 more problems')
  expect(message.length).toBeLessThan(2_000)
})

test('no name of a field can break the line of an error, or control a terminal', () => {
  const name = 'a\nb\u001b[31m\u2028'
  for (const wrong of [{ [name]: 1 }, { toolCalls: [{ name: 'a', arguments: { [name]: NaN } }] }])
    expect(() => new LLMResponse({ ...guide, ...wrong })).toThrow(/a\\u000ab\\u001b\[31m\\u2028/)
})

test('a name of a field is cut in an error', () => {
  const long = 'k'.repeat(10_000)
  for (const wrong of [{ [long]: 1 }, { toolCalls: [{ name: 'a', arguments: { [long]: NaN } }] }])
    expect(() => new LLMResponse({ ...guide, ...wrong })).toThrow(/^(?!.*k{121}).*k{40}.*$/)
})

test('-0 becomes 0, because JSON does not have it', () => {
  const llm = new LLMResponse({ ...guide, inputTokens: -0, costUsd: -0, latencyMs: -0 })
  expect([llm.inputTokens, llm.costUsd, llm.latencyMs]).toEqual([0, 0, 0])
})

test('attributes are those of the released conventions; times are in seconds', () => {
  expect(new LLMResponse(full).toOtelAttributes()).toStrictEqual({
    'gen_ai.operation.name': 'chat',
    'gen_ai.provider.name': 'anthropic',
    'gen_ai.request.model': 'claude',
    'gen_ai.request.stream': true,
    'gen_ai.response.model': 'claude-20260101',
    'gen_ai.response.id': 'msg_1',
    'gen_ai.response.finish_reasons': ['tool_use'],
    'gen_ai.response.time_to_first_chunk': 0.25,
    'gen_ai.usage.input_tokens': 1_000,
    'gen_ai.usage.output_tokens': 50,
    'gen_ai.usage.cache_read.input_tokens': 800,
    'gen_ai.usage.cache_creation.input_tokens': 100,
    'gen_ai.usage.reasoning.output_tokens': 20,
    'stageflow.usage.cost_usd': 0.0125,
    'stageflow.llm.latency': 2,
    'stageflow.llm.time_to_first_answer_chunk': 0.9,
    'stageflow.llm.tokens_per_second': 25,
    'stageflow.llm.tool_calls': 1,
    'stageflow.llm.request_id': 'req_1',
  })
})

test('a rate of tokens needs a time', () => {
  const attributes = new LLMResponse({ ...guide, latencyMs: 0 }).toOtelAttributes()
  expect(attributes['stageflow.llm.latency']).toBe(0)
  expect(attributes).not.toHaveProperty(['stageflow.llm.tokens_per_second'])
})

test('the unreleased conventions have another name for tokens written to a cache, and dual has both', () => {
  const written = (semconv?: '1.41' | 'genai-main' | 'dual') =>
    Object.keys(new LLMResponse(full).toOtelAttributes({ semconv })).filter((name) =>
      /cache_(write|creation)/.test(name),
    )
  expect(written()).toEqual(['gen_ai.usage.cache_creation.input_tokens'])
  expect(written('1.41')).toEqual(['gen_ai.usage.cache_creation.input_tokens'])
  expect(written('genai-main')).toEqual(['gen_ai.usage.cache_write.input_tokens'])
  expect(written('dual')).toEqual(['gen_ai.usage.cache_creation.input_tokens', 'gen_ai.usage.cache_write.input_tokens'])
})

test('attributes have no deprecated names and no content', () => {
  for (const semconv of ['1.41', 'genai-main', 'dual'] as const) {
    const attributes = new LLMResponse({ ...full, partial: true }).toOtelAttributes({ semconv })
    expect(attributes['stageflow.llm.partial']).toBe(true)
    for (const dead of [
      'gen_ai.system',
      'gen_ai.usage.prompt_tokens',
      'gen_ai.usage.completion_tokens',
      'gen_ai.completion',
    ])
      expect(attributes).not.toHaveProperty([dead])
    expect(JSON.stringify(attributes)).not.toMatch(/Let me look|Where could|search/)
  }
})

test('an unknown convention or option is refused', () => {
  const llm = new LLMResponse(guide)
  expect(() => llm.toOtelAttributes({ semconv: '1.40' as never })).toThrow(
    new RangeError('LLMResponse.toOtelAttributes: semconv must be "1.41", "genai-main" or "dual", but is "1.40".'),
  )
  expect(() => llm.toOtelAttributes({ version: '1.41' } as never)).toThrow(TypeError)
  expect(() => llm.toOtelAttributes('dual' as never)).toThrow(TypeError)
})

test('each caller gets attributes of its own', () => {
  const llm = new LLMResponse(full)
  llm.toOtelAttributes()['mine'] = true
  expect(llm.toOtelAttributes()).not.toHaveProperty('mine')
})

test('the content null of an OpenAI response with tool calls is the empty string, in JSON too', () => {
  const response = new LLMResponse({ content: null, model: 'gpt-4', provider: 'openai' })
  expect(response.content).toBe('')
  expect(LLMResponse.fromJSON({ ...response.toJSON(), content: null }).content).toBe('')
})

test('fields may be getters of a class', () => {
  class Fields {
    readonly provider = 'openai'
    get model(): string {
      return 'gpt-5'
    }
    get content(): string {
      return 'Hello'
    }
    get inputTokens(): number {
      return 7
    }
  }
  expect(new LLMResponse(new Fields())).toMatchObject({ content: 'Hello', inputTokens: 7 })
})
