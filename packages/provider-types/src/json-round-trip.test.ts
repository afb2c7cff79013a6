import fc from 'fast-check'
import { expect, test } from 'vitest'

import { propertySettings } from '../../core/test/property-settings.ts'
import { LLMResponse, STTResponse, TTSResponse } from './index.ts'

const name = fc.string({ minLength: 1, unit: 'binary' })
const count = fc.nat({ max: Number.MAX_SAFE_INTEGER })
const amount = fc.double({ min: 0, noNaN: true, noDefaultInfinity: true })
const ratio = fc.double({ min: 0, max: 1, noNaN: true })
const callArguments = fc.oneof(
  fc.string(),
  fc.dictionary(fc.oneof(fc.string(), fc.constant('__proto__')), fc.jsonValue()),
)
const usage = { inputTokens: count, outputTokens: count, costUsd: amount }
const ids = { responseId: name, requestId: name, latencyMs: amount, timeToFirstChunkMs: amount }

const llm = fc.record(
  {
    content: fc.string({ unit: 'binary' }),
    model: name,
    provider: name,
    ...usage,
    ...ids,
    cachedTokens: count,
    cacheWriteTokens: count,
    reasoningTokens: count,
    timeToFirstAnswerChunkMs: amount,
    finishReason: name,
    toolCalls: fc.array(
      fc.record({ id: name, name: fc.string(), arguments: callArguments }, { requiredKeys: ['name', 'arguments'] }),
    ),
    reasoning: fc.string(),
    responseModel: name,
    partial: fc.boolean(),
    rawResponse: fc.constant({ raw: 1n }),
  },
  { requiredKeys: ['content', 'model', 'provider'] },
)
const word = fc.record(
  { text: fc.string(), startMs: amount, endMs: amount, confidence: ratio, speaker: name },
  { requiredKeys: ['text'] },
)
const stt = fc.record(
  {
    text: fc.string({ unit: 'binary' }),
    provider: name,
    model: name,
    ...usage,
    ...ids,
    cachedTokens: count,
    confidence: ratio,
    durationMs: amount,
    language: name,
    words: fc.array(word),
    isFinal: fc.boolean(),
    timeToFinalMs: amount,
  },
  { requiredKeys: ['text', 'provider'] },
)
const tts = fc.record(
  {
    provider: name,
    model: name,
    ...usage,
    ...ids,
    audio: fc.uint8Array(),
    durationMs: amount,
    sampleRate: fc.integer({ min: 1 }),
    channels: fc.integer({ min: 1, max: 8 }),
    format: name,
    voice: name,
    charactersProcessed: count,
    interrupted: fc.boolean(),
  },
  { requiredKeys: ['provider'] },
)

/** Says whether every object below is frozen. */
const isDeepFrozen = (value: unknown): boolean =>
  typeof value !== 'object' || value === null || (Object.isFrozen(value) && Object.values(value).every(isDeepFrozen))

test('any LLMResponse can be restored from its JSON', () => {
  fc.assert(
    fc.property(llm, (fields) => {
      const response = new LLMResponse(fields as never)
      const dict = response.toDict()
      const again = LLMResponse.fromJSON(JSON.parse(JSON.stringify(response)))
      expect(again).toStrictEqual(response)
      expect(again.toDict()).toStrictEqual(dict)
      expect(JSON.parse(JSON.stringify(response))).toStrictEqual(dict)
      expect(again.toOtelAttributes({ semconv: 'dual' })).toStrictEqual(response.toOtelAttributes({ semconv: 'dual' }))
      expect(isDeepFrozen(dict) && isDeepFrozen(again.toDict())).toBe(true)
      expect(Object.hasOwn(dict, 'rawResponse')).toBe(false)
    }),
    propertySettings(100),
  )
})

test('any STTResponse can be restored from its JSON', () => {
  fc.assert(
    fc.property(stt, (fields) => {
      const response = new STTResponse(fields as never)
      const again = STTResponse.fromJSON(JSON.parse(JSON.stringify(response)))
      expect(again).toStrictEqual(response)
      expect(again.toDict()).toStrictEqual(response.toDict())
      expect(isDeepFrozen(again.toDict())).toBe(true)
    }),
    propertySettings(100),
  )
})

test('any TTSResponse can be restored from its JSON, except for its audio', () => {
  fc.assert(
    fc.property(tts, (fields) => {
      const response = new TTSResponse(fields as never)
      const again = TTSResponse.fromJSON(JSON.parse(JSON.stringify(response)))
      expect(again.toDict()).toStrictEqual(response.toDict())
      expect(again.byteCount).toBe((fields as { audio?: Uint8Array }).audio?.byteLength)
      expect(again.audio).toBeUndefined()
    }),
    propertySettings(100),
  )
})

test('any value from outside makes a response or one of the two errors, and changes nothing else', () => {
  const members = fc.dictionary(
    fc.constantFrom(
      'content',
      'text',
      'model',
      'provider',
      'toolCalls',
      'words',
      'byteCount',
      'isFinal',
      '__proto__',
      'constructor',
    ),
    fc.anything(),
  )
  fc.assert(
    fc.property(fc.oneof(fc.anything(), members), (outside) => {
      for (const kind of [LLMResponse, STTResponse, TTSResponse]) {
        try {
          expect(kind.fromJSON(outside)).toBeInstanceOf(kind)
        } catch (error) {
          expect(error instanceof TypeError || error instanceof RangeError).toBe(true)
          expect((error as Error).message).toContain(`${kind.name}: `)
        }
      }
      expect(({} as { polluted?: unknown }).polluted).toBeUndefined()
    }),
    propertySettings(100),
  )
})

test('members named __proto__ and constructor are data of a tool call, and nothing at the top', () => {
  const json = `{"content":"","model":"m","provider":"p","__proto__":{"polluted":true,"partial":true},"constructor":1,
    "toolCalls":[{"name":"__proto__","arguments":{"__proto__":{"polluted":true},"constructor":"c"}}]}`
  const response = LLMResponse.fromJSON(JSON.parse(json))
  expect(response.partial).toBe(false)
  const given = response.toolCalls[0]?.arguments as Record<string, unknown>
  expect(Object.keys(given)).toEqual(['__proto__', 'constructor'])
  expect(given['polluted']).toBeUndefined()
  expect(({} as { polluted?: unknown }).polluted).toBeUndefined()
  expect(JSON.stringify(response)).toContain('"arguments":{"__proto__":{"polluted":true},"constructor":"c"}')
})

test('members of a later version are ignored, and computed ones are computed again', () => {
  const response = LLMResponse.fromJSON({
    content: 'a',
    model: 'm',
    provider: 'p',
    inputTokens: 1,
    outputTokens: 2,
    totalTokens: 99,
    mood: 'good',
  })
  expect(response.totalTokens).toBe(3)
  expect(response.toDict()).not.toHaveProperty('mood')
})

test('members of a later version are ignored in tool calls and words too', () => {
  const llm = LLMResponse.fromJSON({
    content: 'a',
    model: 'm',
    provider: 'p',
    toolCalls: [{ name: 'x', arguments: { kind: 'mine' }, kind: 'function' }],
  })
  expect(llm.toolCalls).toStrictEqual([{ name: 'x', arguments: { kind: 'mine' } }])
  const stt = STTResponse.fromJSON({ text: 'a', provider: 'p', words: [{ text: 'a', mood: 'good' }] })
  expect(stt.words).toStrictEqual([{ text: 'a' }])
  expect(() => STTResponse.fromJSON({ text: 'a', provider: 'p', words: [{ mood: 'good' }] })).toThrow(
    new TypeError('STTResponse: words[0].text must be given, but is undefined.'),
  )
})

test('a raw response is neither written to JSON nor read from it', () => {
  const forged = { content: 'a', text: 'a', model: 'm', provider: 'p', rawResponse: { forged: true }, audio: [1] }
  for (const kind of [LLMResponse, STTResponse, TTSResponse]) expect(kind.fromJSON(forged).rawResponse).toBeUndefined()
})

test('the error for a JSON string says to parse it first', () => {
  for (const kind of [LLMResponse, STTResponse, TTSResponse])
    expect(() => kind.fromJSON('{"secret":1}')).toThrow(
      new TypeError(`${kind.name}: the JSON value must be an object, but is a string; read it with JSON.parse first.`),
    )
})

test('inherited fields of a JSON value do not count', () => {
  expect(() => LLMResponse.fromJSON(Object.create({ content: 'a', model: 'm', provider: 'p' }))).toThrow(TypeError)
})
