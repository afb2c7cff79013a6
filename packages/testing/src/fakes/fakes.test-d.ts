import type { LLMDelta, LLMResponse, STTResponse, TTSResponse } from '@stageflow/provider-types'
import { expectTypeOf, test } from 'vitest'
import { exploreInterleavings, fakeModel, fakeSTT, fakeTTS, fakeTool, faultInjector, manualClock } from '../index.ts'
import type { FakeModel } from '../index.ts'

const clock = manualClock()

interface Model {
  generate(request: { readonly prompt: string }, options?: { readonly signal?: AbortSignal }): Promise<LLMResponse>
}

test('fakes return the types of providers, and fit the port of an app', () => {
  const model: Model = fakeModel<{ readonly prompt: string }>(clock, ['Hello'])
  expectTypeOf(model.generate({ prompt: 'Hi' })).resolves.toEqualTypeOf<LLMResponse>()
  expectTypeOf(fakeModel(clock, []).stream('Hi')).toEqualTypeOf<AsyncGenerator<LLMDelta, LLMResponse, undefined>>()
  expectTypeOf(fakeSTT(clock, []).transcribe(new Uint8Array())).resolves.toEqualTypeOf<STTResponse>()
  expectTypeOf(fakeTTS(clock, []).speak('Hi')).resolves.toEqualTypeOf<TTSResponse>()
  expectTypeOf(fakeTool(clock, [{ hits: 3 }]))
    .parameter(0)
    .toEqualTypeOf<unknown>()
  expectTypeOf(fakeTool(clock, [{ hits: 3 }, new Error('down')])('tea')).resolves.toEqualTypeOf<{ hits: number }>()
})

test('the script of a function gets the input, and calls have its type', () => {
  const model = fakeModel<{ prompt: string }>(clock, ({ prompt }) => prompt)
  expectTypeOf(model).toEqualTypeOf<FakeModel<{ prompt: string }>>()
  expectTypeOf(model.calls[0]?.input).toEqualTypeOf<{ prompt: string } | undefined>()
  // @ts-expect-error the request has a prompt
  void (() => model.generate('Hi'))
  // @ts-expect-error an answer is a text, its parts, or an error
  void (() => fakeModel(clock, [7]))
  // @ts-expect-error the share of a fault is a number
  void (() => faultInjector({ llm: { fail: true } }))
})

test('the check of an exploration gets what start resolves with', async () => {
  const explored = await exploreInterleavings(
    async () => 7,
    (value) => expectTypeOf(value).toEqualTypeOf<number>(),
  )
  expectTypeOf(explored).toEqualTypeOf<{ readonly orders: number; readonly complete: boolean }>()
})
