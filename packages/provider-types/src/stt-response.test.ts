import { expect, test } from 'vitest'

import { STTResponse } from './index.ts'

const full = {
  text: 'good morning',
  provider: 'deepgram',
  model: 'nova-3',
  confidence: 0.92,
  durationMs: 1_500,
  language: 'en',
  words: [
    { text: 'good', startMs: 0, endMs: 400, confidence: 0.95 },
    { text: 'morning', startMs: 420, endMs: 900, speaker: 'a' },
  ],
  isFinal: false,
  latencyMs: 300,
  timeToFirstChunkMs: 120,
  timeToFinalMs: 80,
  inputTokens: 10,
  outputTokens: 2,
  cachedTokens: 1,
  costUsd: 0.001,
  responseId: 'r1',
  requestId: 'q1',
}

test('it keeps its fields, and adds up the tokens', () => {
  const stt = new STTResponse(full)
  expect(stt).toMatchObject(full)
  expect(stt.toDict()).toStrictEqual({ ...full, totalTokens: 12 })
  expect(stt.usage).toStrictEqual({ inputTokens: 10, outputTokens: 2, cachedTokens: 1, costUsd: 0.001 })
})

test('no confidence, language or duration is made up; a transcript is final unless it says otherwise', () => {
  const stt = new STTResponse({ text: '', provider: 'p' })
  expect(stt.toDict()).toStrictEqual({ text: '', provider: 'p', words: [], isFinal: true })
  expect([stt.confidence, stt.language, stt.durationMs, stt.usage, stt.totalTokens]).toEqual(Array(5).fill(undefined))
  expect(stt.toOtelAttributes()).toStrictEqual({
    'gen_ai.operation.name': 'speech_to_text',
    'gen_ai.provider.name': 'p',
    'stageflow.stt.is_final': true,
  })
})

test('it is a deep frozen copy, without the raw response', () => {
  const word = { text: 'good' }
  const words = [word]
  const raw = { secret: 'sk-raw' }
  const stt = new STTResponse({ text: 'good', provider: 'p', words, rawResponse: raw })
  word.text = 'bad'
  words.length = 0
  expect(stt.words).toEqual([{ text: 'good' }])
  for (const part of [stt, stt.words, stt.words[0], stt.toDict()]) expect(Object.isFrozen(part)).toBe(true)
  expect(stt.rawResponse).toBe(raw)
  expect(JSON.stringify([stt, stt.toDict(), stt.toOtelAttributes()])).not.toContain('sk-raw')
})

test.each<[string, object, typeof TypeError | typeof RangeError, string]>([
  ['a confidence over 1', { confidence: 1.01 }, RangeError, 'confidence must be a number from 0 to 1, but is 1.01'],
  ['a confidence below 0', { confidence: -0.1 }, RangeError, 'confidence must be a number from 0 to 1, but is -0.1'],
  [
    'a confidence in per cent',
    { confidence: '92%' },
    TypeError,
    'confidence must be a number from 0 to 1, but is "92%"',
  ],
  ['NaN', { confidence: NaN }, RangeError, 'confidence'],
  ['no text', { text: undefined }, TypeError, 'text must be given'],
  ['no provider', { provider: undefined }, TypeError, 'provider must be given'],
  ['a negative duration', { durationMs: -1 }, RangeError, 'durationMs'],
  ['a word that is a string', { words: ['good'] }, TypeError, 'words[0] must be an object, but is "good"'],
  [
    'the confidence of a word',
    { words: [{ text: 'a' }, { text: 'b', confidence: 2 }] },
    RangeError,
    'words[1].confidence must be a number from 0 to 1, but is 2',
  ],
  ['a word without its text', { words: [{ startMs: 1 }] }, TypeError, 'words[0].text must be given'],
  ['an empty language', { language: '' }, RangeError, 'language must be a string that is not empty'],
  [
    'a name of the Python original',
    { is_final: true },
    TypeError,
    'is_final is an unknown field (did you mean "isFinal"? known: text, ',
  ],
])('%s is refused', (_, wrong, kind, says) => {
  const make = () => new STTResponse({ ...full, ...wrong })
  expect(make).toThrow(kind)
  expect(make).toThrow(`STTResponse: ${says}`)
})

test.each([['1.41'], ['genai-main'], ['dual']] as const)(
  'attributes of %s: what is known, times in seconds, no words',
  (semconv) => {
    expect(new STTResponse(full).toOtelAttributes({ semconv })).toStrictEqual({
      'gen_ai.operation.name': 'speech_to_text',
      'gen_ai.provider.name': 'deepgram',
      'gen_ai.request.model': 'nova-3',
      'gen_ai.response.id': 'r1',
      'gen_ai.usage.input_tokens': 10,
      'gen_ai.usage.output_tokens': 2,
      'gen_ai.usage.cache_read.input_tokens': 1,
      'stageflow.stt.confidence': 0.92,
      'stageflow.stt.audio.duration': 1.5,
      'stageflow.stt.language': 'en',
      'stageflow.stt.is_final': false,
      'stageflow.stt.latency': 0.3,
      'stageflow.stt.time_to_first_chunk': 0.12,
      'stageflow.stt.time_to_final': 0.08,
      'stageflow.usage.cost_usd': 0.001,
      'stageflow.stt.request_id': 'q1',
    })
  },
)

test('an unknown convention is refused', () => {
  expect(() => new STTResponse(full).toOtelAttributes({ semconv: 'old' as never })).toThrow(RangeError)
})
