import type { STTResponse } from '@stageflow/provider-types'
import { expect, test } from 'vitest'
import { manualClock } from '../clock/manual-clock.ts'
import { httpError } from '../faults/http-error.ts'
import { fakeSTT, fakeTTS } from './fake-speech.ts'

const audio = new Uint8Array([1, 2, 3])

/** Reads a stream to its end. */
async function read<Chunk, Last>(stream: AsyncGenerator<Chunk, Last>) {
  const chunks: Chunk[] = []
  for (;;) {
    const step = await stream.next()
    if (step.done === true) return { chunks, last: step.value }
    chunks.push(step.value)
  }
}

const shown = ({ text, isFinal }: STTResponse): string => `${text}${isFinal ? '.' : ' …'}`

test('a transcript is the whole response, and a stream of transcripts that still change', async () => {
  const clock = manualClock()
  const stt = fakeSTT(
    clock,
    [
      'turn on the light',
      'turn on the light',
      { text: 'ja', partials: ['j'], language: 'de-AT', confidence: 0.9 },
      httpError(503),
    ],
    { latencyMs: 100, chunkMs: 10, provider: 'deepgram' },
  )
  const whole = stt.transcribe(audio)
  await clock.runAll()
  expect((await whole).toDict()).toEqual({
    text: 'turn on the light',
    provider: 'deepgram',
    model: 'fake-model',
    latencyMs: 100,
    words: [],
    isFinal: true,
  })
  const streamed = read(stt.stream(audio))
  await clock.runAll()
  const { chunks, last } = await streamed
  expect([...chunks, last].map(shown)).toEqual(['turn …', 'turn on …', 'turn on the …', 'turn on the light.'])
  expect(last.latencyMs).toBe(130)
  const given = read(stt.stream(audio))
  await clock.runAll()
  expect((await given).chunks).toMatchObject([{ text: 'j', language: 'de-AT', isFinal: false }])
  expect((await given).last).toMatchObject({ text: 'ja', language: 'de-AT', confidence: 0.9, isFinal: true })
  const failing = expect(stt.transcribe(audio)).rejects.toMatchObject({ status: 503 })
  await clock.runAll()
  await failing
  expect(stt.calls).toMatchObject([
    { input: audio, status: 'ok' },
    { status: 'ok' },
    { status: 'ok' },
    { status: 'fail' },
  ])
})

test('speech is one response, or a stream of its chunks', async () => {
  const clock = manualClock()
  const chunks = [new Uint8Array([1, 2]), new Uint8Array([3])]
  const tts = fakeTTS(
    clock,
    [chunks, chunks, audio, { audio, durationMs: 1_000, format: 'pcm_16', sampleRate: 24_000 }],
    {
      latencyMs: 80,
      chunkMs: 20,
    },
  )
  const spoken = tts.speak('Hello')
  await clock.runAll()
  expect((await spoken).audio).toEqual(audio)
  expect(await spoken).toMatchObject({ byteCount: 3, latencyMs: 80, provider: 'fake' })
  const streamed = read(tts.stream('Hello'))
  await clock.runAll()
  expect((await streamed).chunks).toEqual(chunks)
  expect((await streamed).last).toMatchObject({
    byteCount: 3,
    latencyMs: 100,
    timeToFirstChunkMs: 80,
    audio: undefined,
  })
  const single = read(tts.stream('Hello'))
  await clock.runAll()
  expect((await single).chunks).toEqual([audio])
  const described = tts.speak('Hello')
  await clock.runAll()
  expect(await described).toMatchObject({ durationMs: 1_000, format: 'pcm_16', sampleRate: 24_000 })
  expect(tts.calls.map(({ input }) => input)).toEqual(['Hello', 'Hello', 'Hello', 'Hello'])
})

test('a listener that interrupts ends the call, and no timer is left', async () => {
  const clock = manualClock()
  const tts = fakeTTS(clock, [[audio, audio, audio]], { latencyMs: 80, chunkMs: 20 })
  const caller = new AbortController()
  const heard: Uint8Array[] = []
  const speaking = (async () => {
    for await (const chunk of tts.stream('Hello', { signal: caller.signal })) heard.push(chunk)
  })()
  const ended = expect(speaking).rejects.toThrow('the user speaks')
  await clock.advance(90)
  caller.abort(new Error('the user speaks'))
  await ended
  expect(heard).toHaveLength(1)
  expect(tts.calls).toMatchObject([{ status: 'cancel', endedAt: 90 }])
  expect(clock.timers).toEqual([])
})

test('a script that is a function can read a stream of audio before it answers', async () => {
  const clock = manualClock()
  const stt = fakeSTT<AsyncIterable<Uint8Array>>(clock, async (chunks) => {
    let size = 0
    for await (const chunk of chunks) size += chunk.byteLength
    return `${size} bytes`
  })
  const microphone = async function* () {
    yield audio
    await clock.sleep(20)
    yield audio
  }
  const transcript = stt.transcribe(microphone())
  await clock.runAll()
  expect((await transcript).text).toBe('6 bytes')
})
