import { expectTypeOf } from 'vitest'
import { Pipeline } from '../src/index.ts'
import type { Provides, StageInputs, StageSlot } from '../src/index.ts'

// ---------- which pipelines are assignable to which

const draft = new Pipeline('demo').withStage('draft', () => ({ text: 'hello' }))
const checked = draft.withStage('check', () => ({ passed: true }))
type Draft = StageSlot<{ text: string }, false, never>

// To a pipeline of fewer stages, or of stages that are known less well.
expectTypeOf(checked).toExtend<Pipeline>()
expectTypeOf(checked).toExtend<typeof draft>()
expectTypeOf(checked).toExtend<Pipeline<{ draft: Draft }>>()
expectTypeOf(draft).toExtend<Pipeline<{ draft: StageSlot<{ text: string }> }>>()
expectTypeOf(draft).toExtend<Pipeline<Provides<'draft', Draft>>>()
expectTypeOf<Pipeline<Provides<'draft', Draft>>>().toExtend<typeof draft>()

// Not to one with another stage, other data, or a stage that can't be skipped while this one can.
expectTypeOf(draft).not.toExtend<typeof checked>()
expectTypeOf(draft).not.toExtend<Pipeline<{ draft: StageSlot<{ text: number }, false, never> }>>()
expectTypeOf<Pipeline<{ draft: StageSlot<{ text: string }, true, never> }>>().not.toExtend<typeof draft>()

const withStore = Pipeline.withPorts<{ store: string }>('demo').withStage('draft', () => ({ text: 'hello' }))
expectTypeOf(draft).toExtend<typeof withStore>()
expectTypeOf(withStore).not.toExtend<typeof draft>()

// ---------- code that is generic in what a stage reads

function read<Needs, Key extends keyof Needs & string>(inputs: StageInputs<Needs>, key: Key): Needs[Key] {
  return inputs.from(key)
}
// Whether a stage reads one stream or several is known only of its own streams.
function chunksOf<Chunk>(inputs: StageInputs<{}, { readonly llm: Chunk }>): AsyncIterable<Chunk> {
  return inputs.stream('llm')
}
draft.withStage('llm', (context) => ({ length: read(context.inputs, 'draft').text.length }), {
  dependencies: ['draft'],
})
expectTypeOf(chunksOf<string>).returns.toEqualTypeOf<AsyncIterable<string>>()
