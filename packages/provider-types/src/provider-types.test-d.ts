import { expectTypeOf } from 'vitest'

import { LLMAccumulator, LLMResponse, STTResponse, TTSResponse } from './index.ts'
import type { LLMResponseDict, LLMToolCall, ProviderUsage, STTResponseDict, TTSResponseDict } from './index.ts'

export function reading(llm: LLMResponse, stt: STTResponse, tts: TTSResponse): void {
  expectTypeOf(llm.toDict()).toEqualTypeOf<LLMResponseDict>()
  expectTypeOf(llm.toJSON()).toEqualTypeOf<LLMResponseDict>()
  expectTypeOf(stt.toDict()).toEqualTypeOf<STTResponseDict>()
  expectTypeOf(tts.toDict()).toEqualTypeOf<TTSResponseDict>()
  expectTypeOf(llm.inputTokens).toEqualTypeOf<number | undefined>()
  expectTypeOf(llm.totalTokens).toEqualTypeOf<number | undefined>()
  expectTypeOf(llm.toolCalls).toEqualTypeOf<readonly LLMToolCall[]>()
  expectTypeOf(llm.usage).toEqualTypeOf<ProviderUsage | undefined>()
  expectTypeOf(tts.audio).toEqualTypeOf<Uint8Array<ArrayBuffer> | undefined>()
  expectTypeOf(LLMResponse.fromJSON({})).toEqualTypeOf<LLMResponse>()
  // @ts-expect-error the dict has no raw response.
  void llm.toDict().rawResponse
  // @ts-expect-error nor has that of speech its audio.
  void tts.toDict().audio
  // @ts-expect-error nothing of it can be changed.
  llm.content = 'x'
  // @ts-expect-error nor anything below.
  llm.toDict().toolCalls.push({ name: 'a', arguments: '' })
}

/** A dict has what the class has, except for what stays behind: a field that one of them lacks shows here. */
type Kept<Response> = Exclude<
  { [Name in keyof Response]-?: Response[Name] extends (...args: never) => unknown ? never : Name }[keyof Response],
  'rawResponse' | 'audio' | 'usage'
>
expectTypeOf<keyof LLMResponseDict>().toEqualTypeOf<Kept<LLMResponse>>()
expectTypeOf<keyof STTResponseDict>().toEqualTypeOf<Kept<STTResponse>>()
expectTypeOf<keyof TTSResponseDict>().toEqualTypeOf<Kept<TTSResponse>>()

export function making(maybe: number | undefined): void {
  // What may be unknown is passed on as it is.
  void new LLMResponse({ content: '', model: 'm', provider: 'p', inputTokens: maybe })
  void new LLMAccumulator({ model: 'm', provider: 'p', startedAt: maybe, now: () => 1 })
  // @ts-expect-error a response says which model.
  void new LLMResponse({ content: '', provider: 'p' })
  // @ts-expect-error a name of the Python original.
  void new LLMResponse({ content: '', model: 'm', provider: 'p', input_tokens: 1 })
  // @ts-expect-error there is no such convention.
  void new STTResponse({ text: '', provider: 'p' }).toOtelAttributes({ semconv: '1.36' })
  // @ts-expect-error audio is bytes.
  void new TTSResponse({ provider: 'p', audio: [1, 2] })
  // @ts-expect-error a stream cannot change the model that was asked for.
  void new LLMAccumulator({ model: 'm', provider: 'p' }).toResponse({ model: 'x' })
}
