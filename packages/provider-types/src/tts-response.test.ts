import { expect, test } from 'vitest'

import { TTSResponse } from './index.ts'

const facts = {
  provider: 'elevenlabs',
  model: 'flash',
  durationMs: 1_250,
  sampleRate: 24_000,
  channels: 1,
  format: 'pcm_16',
  voice: 'ada',
  charactersProcessed: 11,
  latencyMs: 400,
  timeToFirstChunkMs: 90,
  interrupted: false,
  inputTokens: 3,
  outputTokens: 40,
  costUsd: 0.002,
  responseId: 'r1',
  requestId: 'q1',
}
const audio = () => Uint8Array.of(1, 2, 3, 4)

test('it keeps its fields, counts the bytes, and leaves the audio out of dicts and JSON', () => {
  const tts = new TTSResponse({ ...facts, audio: audio() })
  expect(tts).toMatchObject({ ...facts, byteCount: 4 })
  expect(tts.audio).toEqual(audio())
  expect(tts.toDict()).toStrictEqual({ ...facts, byteCount: 4, totalTokens: 43 })
  expect(tts.usage).toStrictEqual({ inputTokens: 3, outputTokens: 40, costUsd: 0.002 })
})

test('no format, rate, count of channels or bytes is made up', () => {
  const tts = new TTSResponse({ provider: 'p' })
  expect(tts.toDict()).toStrictEqual({ provider: 'p' })
  expect([tts.audio, tts.byteCount, tts.sampleRate, tts.channels, tts.format, tts.usage]).toEqual(
    Array(6).fill(undefined),
  )
  expect(tts.toOtelAttributes()).toStrictEqual({
    'gen_ai.operation.name': 'text_to_speech',
    'gen_ai.provider.name': 'p',
    'gen_ai.output.type': 'speech',
  })
})

test('its audio cannot be changed, neither through the original nor through a copy', () => {
  const given = Buffer.from(audio())
  const tts = new TTSResponse({ ...facts, audio: given })
  given[0] = 99
  tts.audio?.fill(0)
  expect(tts.audio).toEqual(audio())
  expect(Object.isFrozen(tts)).toBe(true)
})

test('audio that was passed on in chunks has a count of bytes too', () => {
  expect(new TTSResponse({ ...facts, byteCount: 48_000 })).toMatchObject({ byteCount: 48_000, audio: undefined })
  expect(new TTSResponse({ ...facts, audio: new Uint8Array(0) }).byteCount).toBe(0)
})

test('its JSON has the count of bytes and not the bytes, and so has a response restored from it', () => {
  const tts = new TTSResponse({ ...facts, audio: audio(), rawResponse: 'sk-raw' })
  const json = JSON.stringify(tts)
  expect(JSON.parse(json)).toStrictEqual({ ...facts, byteCount: 4, totalTokens: 43 })
  const again = TTSResponse.fromJSON(JSON.parse(json))
  expect(again).toMatchObject({ byteCount: 4, audio: undefined, rawResponse: undefined })
  expect(TTSResponse.fromJSON({ ...tts.toJSON(), audio: 'forged' }).audio).toBeUndefined()
})

test('audio that was transferred to a worker is refused by name: its bytes are gone', () => {
  const gone = audio()
  structuredClone(gone, { transfer: [gone.buffer] })
  expect(() => new TTSResponse({ ...facts, audio: gone })).toThrow(
    new TypeError('TTSResponse: audio must be a Uint8Array that still has its bytes, but is an object.'),
  )
})

test.each<[string, object, typeof TypeError | typeof RangeError, string]>([
  ['audio that is a string', { audio: 'UklGRg==' }, TypeError, 'audio must be a Uint8Array, but is "UklGRg=="'],
  ['audio that is a list', { audio: [1, 2] }, TypeError, 'audio must be a Uint8Array, but is an array of 2'],
  ['samples', { audio: new Int16Array(2) }, TypeError, 'audio must be a Uint8Array, but is an object'],
  [
    'another count of bytes',
    { audio: audio(), byteCount: 5 },
    RangeError,
    'byteCount must be that of audio, 4, but is 5',
  ],
  ['a rate of 0', { sampleRate: 0 }, RangeError, 'sampleRate must be a whole number of 1 or more, but is 0'],
  ['half a channel', { channels: 0.5 }, RangeError, 'channels must be a whole number of 1 or more, but is 0.5'],
  ['negative characters', { charactersProcessed: -1 }, RangeError, 'charactersProcessed'],
  ['an empty voice', { voice: '' }, RangeError, 'voice must be a string that is not empty'],
  ['no provider', { provider: undefined }, TypeError, 'provider must be given'],
])('%s is refused', (_, wrong, kind, says) => {
  const make = () => new TTSResponse({ ...facts, ...wrong })
  expect(make).toThrow(kind)
  expect(make).toThrow(`TTSResponse: ${says}`)
})

test.each([['1.41'], ['genai-main'], ['dual']] as const)(
  'attributes of %s: what is known, times in seconds',
  (semconv) => {
    expect(new TTSResponse({ ...facts, audio: audio() }).toOtelAttributes({ semconv })).toStrictEqual({
      'gen_ai.operation.name': 'text_to_speech',
      'gen_ai.provider.name': 'elevenlabs',
      'gen_ai.request.model': 'flash',
      'gen_ai.response.id': 'r1',
      'gen_ai.output.type': 'speech',
      'gen_ai.usage.input_tokens': 3,
      'gen_ai.usage.output_tokens': 40,
      'stageflow.tts.voice': 'ada',
      'stageflow.tts.characters': 11,
      'stageflow.tts.audio.duration': 1.25,
      'stageflow.tts.sample_rate': 24_000,
      'stageflow.tts.channels': 1,
      'stageflow.tts.format': 'pcm_16',
      'stageflow.tts.bytes': 4,
      'stageflow.tts.latency': 0.4,
      'stageflow.tts.time_to_first_byte': 0.09,
      'stageflow.tts.interrupted': false,
      'stageflow.usage.cost_usd': 0.002,
      'stageflow.tts.request_id': 'q1',
    })
  },
)
