import type { Clock } from '@stageflow/core'
import { STTResponse, TTSResponse } from '@stageflow/provider-types'
import type { STTResponseFields, TTSResponseFields } from '@stageflow/provider-types'
import { fakeCalls, STREAM_RULES } from './fake-calls.ts'
import type { FakeCall, FakeCallOptions, FakeScript, FakeStreamOptions } from './fake-calls.ts'
import { chunksOf } from './fake-model.ts'

/** An answer of a fake speech recognition. A string is short for `{ text }`. */
export interface TranscriptAnswer extends Partial<STTResponseFields> {
  readonly text: string
  /** The transcripts that may still change, for `stream`. Default: the text, one word longer each time. */
  readonly partials?: readonly string[]
}

/** A fake speech recognition (STT). */
export interface FakeSTT<Audio> {
  /** Resolves with the final transcript. Throws what the script says, or the signal's reason. */
  transcribe(audio: Audio, options?: FakeCallOptions): Promise<STTResponse>
  /** Yields the transcripts that may still change (`isFinal: false`) and returns the final one. Throws like `transcribe`. */
  stream(audio: Audio, options?: FakeCallOptions): AsyncGenerator<STTResponse, STTResponse, undefined>
  /** Every call so far, in order. */
  readonly calls: readonly FakeCall<Audio>[]
}

/** Makes a speech recognition (STT) that answers as scripted. Throws `testing/script-ended` after the last answer. */
export function fakeSTT<Audio = Uint8Array>(
  clock: Clock,
  script: FakeScript<Audio, string | TranscriptAnswer>,
  options: FakeStreamOptions = {},
): FakeSTT<Audio> {
  const calls = fakeCalls('fakeSTT', clock, script, options, STREAM_RULES)
  const { provider = 'fake', model = 'fake-model' } = options
  const transcriptOf = (answer: string | TranscriptAnswer, startedAt: number): STTResponse => {
    const { partials: _, ...fields } = fieldsOf(answer)
    return new STTResponse({ provider, model, latencyMs: clock.now() - startedAt, ...fields })
  }
  return {
    transcribe: (audio, callOptions) =>
      calls.whole(audio, callOptions, ({ answer, startedAt }) => transcriptOf(answer, startedAt)),
    stream: (audio, callOptions) =>
      calls.stream(audio, callOptions, async function* ({ answer, startedAt, chunkPause }) {
        const { text, partials = growing(text), language } = fieldsOf(answer)
        for (const partial of partials) {
          await chunkPause()
          yield new STTResponse({ provider, model, text: partial, language, isFinal: false })
        }
        await chunkPause()
        return transcriptOf(answer, startedAt)
      }),
    get calls() {
      return calls.all
    },
  }
}

const fieldsOf = (answer: string | TranscriptAnswer): TranscriptAnswer =>
  typeof answer === 'string' ? { text: answer } : answer

/** The beginnings of a text, one word longer each time, without the whole. */
function growing(text: string): readonly string[] {
  const words = chunksOf(text)
  return words.slice(1).map((_, place) =>
    words
      .slice(0, place + 1)
      .join('')
      .trimEnd(),
  )
}

/** An answer of a fake speech synthesis. Bytes are short for `{ audio }`, and an array of them for its chunks. */
export type SpeechAnswer = Uint8Array | readonly Uint8Array[] | SpeechFields

/** The answer of a fake speech synthesis, with what its provider says about it. */
export interface SpeechFields extends Partial<Omit<TTSResponseFields, 'audio'>> {
  readonly audio: Uint8Array | readonly Uint8Array[]
}

/** A fake speech synthesis (TTS). */
export interface FakeTTS<Text> {
  /** Resolves with the spoken text. Throws what the script says, or the signal's reason. */
  speak(text: Text, options?: FakeCallOptions): Promise<TTSResponse>
  /** Yields the audio in chunks and returns the response without it. Throws like `speak`. */
  stream(text: Text, options?: FakeCallOptions): AsyncGenerator<Uint8Array, TTSResponse, undefined>
  /** Every call so far, in order. */
  readonly calls: readonly FakeCall<Text>[]
}

/** Makes a speech synthesis (TTS) that answers as scripted. Throws `testing/script-ended` after the last answer. */
export function fakeTTS<Text = string>(
  clock: Clock,
  script: FakeScript<Text, SpeechAnswer>,
  options: FakeStreamOptions = {},
): FakeTTS<Text> {
  const calls = fakeCalls('fakeTTS', clock, script, options, STREAM_RULES)
  const { provider = 'fake', model = 'fake-model' } = options
  return {
    speak: (text, callOptions) =>
      calls.whole(text, callOptions, ({ answer, startedAt }) => {
        const { audio, ...fields } = speechOf(answer)
        return new TTSResponse({ provider, model, latencyMs: clock.now() - startedAt, audio: joined(audio), ...fields })
      }),
    stream: (text, callOptions) =>
      calls.stream(text, callOptions, async function* ({ answer, startedAt, chunkPause }) {
        const { audio, ...fields } = speechOf(answer)
        let firstAt: number | undefined
        for (const chunk of audio) {
          await chunkPause()
          firstAt ??= clock.now()
          yield chunk
        }
        return new TTSResponse({
          provider,
          model,
          latencyMs: clock.now() - startedAt,
          timeToFirstChunkMs: firstAt === undefined ? undefined : firstAt - startedAt,
          byteCount: lengthOf(audio),
          ...fields,
        })
      }),
    get calls() {
      return calls.all
    },
  }
}

function speechOf(answer: SpeechAnswer): Omit<SpeechFields, 'audio'> & { readonly audio: readonly Uint8Array[] } {
  const given = 'audio' in answer ? answer : { audio: answer }
  return { ...given, audio: ArrayBuffer.isView(given.audio) ? [given.audio] : given.audio }
}

function joined(chunks: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(lengthOf(chunks))
  let at = 0
  for (const chunk of chunks) {
    bytes.set(chunk, at)
    at += chunk.byteLength
  }
  return bytes
}

const lengthOf = (chunks: readonly Uint8Array[]): number => chunks.reduce((sum, { byteLength }) => sum + byteLength, 0)
