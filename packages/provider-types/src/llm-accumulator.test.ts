import { expect, test } from 'vitest'

import { LLMAccumulator, type LLMDelta } from './index.ts'

const model = { model: 'gpt-4', provider: 'openai' }

function accumulate(deltas: readonly LLMDelta[], options = {}) {
  const accumulator = new LLMAccumulator({ ...model, ...options })
  for (const delta of deltas) accumulator.add(delta)
  return accumulator
}

test('the deltas of a stream become the response that a call without streaming gives', () => {
  const response = accumulate([
    { responseId: 'chatcmpl-1', responseModel: 'gpt-4-0613' },
    { reasoning: 'Greet' },
    { reasoning: ' back.' },
    { text: 'Hel' },
    { text: 'lo!' },
    { finishReason: 'stop' },
    { usage: { inputTokens: 12, outputTokens: 3, reasoningTokens: 2 }, requestId: 'req_1' },
  ]).toResponse({ costUsd: 0.001 })
  expect(response.toDict()).toStrictEqual({
    content: 'Hello!',
    ...model,
    inputTokens: 12,
    outputTokens: 3,
    reasoningTokens: 2,
    totalTokens: 15,
    costUsd: 0.001,
    finishReason: 'stop',
    toolCalls: [],
    reasoning: 'Greet back.',
    responseId: 'chatcmpl-1',
    responseModel: 'gpt-4-0613',
    requestId: 'req_1',
    partial: false,
  })
})

test('an aborted stream has the text and the counts until then', () => {
  const accumulator = accumulate([
    { usage: { inputTokens: 25, outputTokens: 1 } },
    { text: 'Once' },
    { usage: { outputTokens: 9 } },
  ])
  const response = accumulator.toResponse()
  expect(response).toMatchObject({
    content: 'Once',
    inputTokens: 25,
    outputTokens: 9,
    partial: true,
    finishReason: undefined,
  })
  expect(accumulator.toResponse({ finishReason: 'aborted' })).toMatchObject({ finishReason: 'aborted', partial: true })
})

test('a stream without counts has no usage, and an empty one is an empty partial response', () => {
  expect(accumulate([{ text: 'a' }, { finishReason: 'stop' }]).toResponse().usage).toBeUndefined()
  expect(new LLMAccumulator(model).toResponse().toDict()).toStrictEqual({
    content: '',
    ...model,
    toolCalls: [],
    partial: true,
  })
})

test('a stream without a finish reason is complete if its reader says so', () => {
  expect(accumulate([{ text: 'a' }]).toResponse({ partial: false }).partial).toBe(false)
})

test('it can be read while it grows', () => {
  const accumulator = accumulate([{ text: 'a' }])
  const before = accumulator.toResponse()
  accumulator.add({ text: 'b' })
  expect([before.content, accumulator.content, accumulator.toResponse().content]).toEqual(['a', 'ab', 'ab'])
})

test('extras override what was streamed, unless they are undefined, but not model and provider', () => {
  const response = accumulate([{ text: 'a', usage: { inputTokens: 5 }, responseId: 'x' }]).toResponse({
    inputTokens: 7,
    responseId: undefined,
    rawResponse: 'raw',
    model: 'another',
  } as object)
  expect(response).toMatchObject({ inputTokens: 7, responseId: 'x', rawResponse: 'raw', model: 'gpt-4' })
})

test('times are measured from the request, by the given clock', () => {
  let time = 1_000
  const accumulator = new LLMAccumulator({ ...model, now: () => time })
  const at = (ms: number, delta: LLMDelta) => {
    time = ms
    accumulator.add(delta)
  }
  at(1_200, {})
  at(1_500, { reasoning: 'hm' })
  at(1_900, { text: 'a' })
  at(2_500, { finishReason: 'stop' })
  time = 9_000
  expect(accumulator.toResponse()).toMatchObject({
    timeToFirstChunkMs: 200,
    timeToFirstAnswerChunkMs: 900,
    latencyMs: 1_500,
  })
})

test('times that are passed override the clock, and work without one', () => {
  const accumulator = new LLMAccumulator({ ...model, startedAt: 100 })
  accumulator.add({ toolCalls: [{ name: 'a', arguments: '{}' }] }, 150)
  accumulator.add({ text: 'a' }, 175)
  expect(accumulator.toResponse()).toMatchObject({
    timeToFirstChunkMs: 50,
    timeToFirstAnswerChunkMs: 50,
    latencyMs: 75,
  })
  const clocked = new LLMAccumulator({ ...model, startedAt: 100, now: () => 900 })
  clocked.add({ text: 'a' }, 130)
  expect(clocked.toResponse().latencyMs).toBe(30)
})

test('without a clock, and with one that goes back, times are not known', () => {
  const without = accumulate([{ text: 'a' }]).toResponse()
  const back = new LLMAccumulator({ ...model, startedAt: 100 })
  back.add({ text: 'a' }, 50)
  for (const response of [without, back.toResponse()])
    expect([response.latencyMs, response.timeToFirstChunkMs, response.timeToFirstAnswerChunkMs]).toEqual(
      Array(3).fill(undefined),
    )
})

test('a response is not longer than allowed, reasoning and arguments included, and a delta that exceeds it is left out', () => {
  const accumulator = new LLMAccumulator({ ...model, maxLength: 10 })
  accumulator.add({ text: 'four', reasoning: 'two' })
  const tooLong = new RangeError('LLMDelta: the response is longer than 10 characters (maxLength).')
  expect(() => accumulator.add({ text: 'four', finishReason: 'stop' })).toThrow(tooLong)
  expect(() => accumulator.add({ toolCalls: [{ name: 'ab', arguments: { a: 1 } }] })).toThrow(tooLong)
  expect(accumulator.toResponse()).toMatchObject({ content: 'four', reasoning: 'two', toolCalls: [], partial: true })
  for (const part of [{ name: 'search' }, { id: 'call_1' }])
    expect(() => accumulator.add({ toolCalls: [part] })).toThrow(tooLong)
  accumulator.add({ text: 'six' })
  expect(accumulator.content).toBe('foursix')
})

test('by default a response has at most 4,000,000 characters and 128 tool calls', () => {
  const accumulator = new LLMAccumulator(model)
  accumulator.add({ text: 'x'.repeat(4_000_000) })
  expect(() => accumulator.add({ text: 'x' })).toThrow(RangeError)
  const calls = Array.from({ length: 128 }, (_, index) => ({ index, name: 'x' }))
  const many = new LLMAccumulator(model)
  many.add({ toolCalls: calls })
  expect(() => many.add({ toolCalls: [{ index: 128, name: 'x' }] })).toThrow(
    new RangeError('LLMDelta: more than 128 tool calls (maxToolCalls) in one response.'),
  )
  const few = new LLMAccumulator({ ...model, maxToolCalls: 1 })
  expect(() => few.add({ toolCalls: calls.slice(0, 2) })).toThrow(RangeError)
})

test.each<[string, object, typeof TypeError | typeof RangeError, string]>([
  [
    'negative usage',
    { usage: { outputTokens: -1 } },
    RangeError,
    'usage.outputTokens must be a whole number of 0 or more, but is -1',
  ],
  [
    'usage in the words of the API',
    { usage: { prompt_tokens: 1 } },
    TypeError,
    'usage.prompt_tokens is an unknown field',
  ],
  ['text that is a number', { text: 7 }, TypeError, 'text must be a string, but is 7'],
  [
    'a negative index',
    { toolCalls: [{ index: -1 }] },
    RangeError,
    'toolCalls[0].index must be a whole number of 0 or more, but is -1',
  ],
  ['a misspelt field', { content: 'a' }, TypeError, 'content is an unknown field'],
  ['an empty reason', { finishReason: '' }, RangeError, 'finishReason must be a string that is not empty'],
])('a delta with %s is refused, and left out', (_, delta, kind, says) => {
  const accumulator = new LLMAccumulator(model)
  const add = () => accumulator.add({ reasoning: 'r', ...delta })
  expect(add).toThrow(kind)
  expect(add).toThrow(`LLMDelta: ${says}`)
  expect(accumulator.toResponse().reasoning).toBeUndefined()
})

test.each<[object, typeof TypeError | typeof RangeError, string]>([
  [{ model: '' }, RangeError, 'model must be a string that is not empty'],
  [{ provider: undefined }, TypeError, 'provider must be given'],
  [{ now: 5 }, TypeError, 'now must be a function, but is 5'],
  [{ startedAt: NaN }, RangeError, 'startedAt must be a finite number, but is NaN'],
  [{ startedAt: '1' }, TypeError, 'startedAt must be a number, but is "1"'],
  [{ maxLength: 0 }, RangeError, 'maxLength must be a whole number of 1 or more, but is 0'],
  [{ maxToolCalls: Infinity }, RangeError, 'maxToolCalls must be a whole number of 1 or more, but is Infinity'],
  [{ maxTokens: 1 }, TypeError, 'maxTokens is an unknown field'],
])('the options %o are refused', (options, kind, says) => {
  const make = () => new LLMAccumulator({ ...model, ...options } as never)
  expect(make).toThrow(kind)
  expect(make).toThrow(`LLMAccumulator: ${says}`)
})

test('an illegal time is refused', () => {
  expect(() => new LLMAccumulator(model).add({}, NaN)).toThrow(
    new RangeError('LLMAccumulator: a time must be a finite number, but is NaN.'),
  )
  expect(() => new LLMAccumulator({ ...model, now: () => 'now' as never })).toThrow(TypeError)
})

test('the newest of each count wins: growing sums are not added up, and a count that came once stays', () => {
  const cumulative = accumulate([
    { usage: { inputTokens: 25, cachedTokens: 5, outputTokens: 1 } },
    { usage: { outputTokens: 8 } },
    { usage: { outputTokens: 15, inputTokens: undefined } },
  ])
  expect(cumulative.toResponse().usage).toStrictEqual({ inputTokens: 25, cachedTokens: 5, outputTokens: 15 })
})

test('extras are checked as all fields are', () => {
  for (const wrong of [null, 'a', [1], 7])
    expect(() => new LLMAccumulator(model).toResponse(wrong as never)).toThrow(
      /^LLMAccumulator\.toResponse: extras must be an object, but is /,
    )
  expect(() => new LLMAccumulator(model).toResponse({ costUsd: -1 })).toThrow(RangeError)
  expect(() => new LLMAccumulator(model).toResponse({ cost: 1 } as never)).toThrow(TypeError)
})

test('the null that OpenAI sends instead of text does not count as text', () => {
  const accumulator = new LLMAccumulator({ model: 'gpt-4', provider: 'openai', now: () => 5 })
  accumulator.add({ text: null, toolCalls: [{ index: 0, id: 'a', name: 'search', arguments: '{}' }] })
  accumulator.add({ text: 'Done.' })
  accumulator.add({ text: null, finishReason: 'stop' })
  expect(accumulator.toResponse()).toMatchObject({ content: 'Done.', partial: false })
})
