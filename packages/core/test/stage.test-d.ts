import { expectTypeOf } from 'vitest'
import { Pipeline, StageKind, StageOutput, definePorts, defineStage } from '../src/index.ts'
import type { StageContext } from '../src/index.ts'

const profile = defineStage({
  name: 'profile',
  kind: StageKind.ENRICH,
  run: async (context) =>
    context.userId === undefined ? StageOutput.skip('nobody') : StageOutput.ok({ displayName: 'Ada' as string }),
})
const memory = defineStage({ name: 'memory', run: () => ({ facts: ['x'] as string[] }) })
const top = defineStage({
  name: 'top',
  after: { profile, notes: memory },
  run: ({ inputs }) => {
    expectTypeOf(inputs.from('profile')).toEqualTypeOf<{ displayName: string } | undefined>()
    expectTypeOf(inputs.from('notes')).toEqualTypeOf<{ facts: string[] }>()
    // @ts-expect-error Argument of type '"memory"' is not assignable to parameter of type '"profile" | "notes"': it is read under its alias.
    inputs.from('memory')
    return { length: inputs.from('profile')?.displayName.length }
  },
  when: (inputs) => inputs.from('notes').facts.length > 0,
})
const sure = defineStage({
  name: 'sure',
  after: { profile, memory },
  join: 'every',
  run: ({ inputs }) => ({ length: inputs.from('profile').displayName.length }),
})
const settled = defineStage({
  name: 'settled',
  after: { profile },
  join: 'settled',
  run: ({ inputs }) => ({ had: inputs.from('profile') !== undefined }),
})

export async function values(): Promise<void> {
  const result = await Pipeline.from('values', [profile, memory, top, sure, settled]).build().run()
  if (result.status !== 'completed') return
  expectTypeOf(result.data.memory).toEqualTypeOf<{ facts: string[] }>()
  expectTypeOf(result.data.profile).toEqualTypeOf<{ displayName: string } | undefined>()
  expectTypeOf(result.data.top).toEqualTypeOf<{ length: number | undefined } | undefined>()
  expectTypeOf(result.data.sure).toEqualTypeOf<{ length: number } | undefined>()
  expectTypeOf(result.data.settled).toEqualTypeOf<{ had: boolean }>()
  // @ts-expect-error 'result.data.top' is possibly 'undefined'.
  void result.data.top.length
}

// @ts-expect-error Property ''missing stages'' is missing in type … but required in type '{ readonly 'missing stages': "profile" | "memory" }'.
Pipeline.from('values', [top])
// @ts-expect-error 'missing stages': "memory"
Pipeline.from('values', [profile, top])
new Pipeline('mixed').withStage('memory', () => ({ facts: ['x'] as string[] })).withStages([profile, top])
// @ts-expect-error 'missing stages': "profile"
new Pipeline('mixed').withStage('memory', () => ({ facts: ['x'] as string[] })).withStages([top])

// @ts-expect-error Property 'run' is missing
defineStage({ name: 'incomplete' })
// @ts-expect-error return a plain object: { text }, a StageOutput, or nothing
defineStage({ name: 'wrong', run: () => 5 })
// @ts-expect-error return a plain object: a string
defineStage({ name: 'wrong', run: async () => 'text' })
// @ts-expect-error return a plain object: an array, in a stage that has ports
definePorts<{ llm: object }>().defineStage({ name: 'wrong', run: async (context) => [context.ports.llm] })
defineStage({
  name: 'wrong',
  // @ts-expect-error return a plain object: a string at the end
  run: async function* () {
    yield 'token'
    return 'text'
  },
})
/** A function that defines a stage for its caller need not know what that returns. */
export const defines = <Data extends object>(run: () => Promise<Data>) => defineStage({ name: 'generic', run })
// @ts-expect-error Type 'Pipeline' is no stage
defineStage({ name: 'wrong', after: { p: new Pipeline('x') }, run: () => ({}) })

/** A bare context reads anything in the value door too. */
const bare = defineStage({
  name: 'bare',
  run: (context: StageContext) => ({ text: String(context.inputs.from('anything')) }),
})
Pipeline.from('values', [bare])

// Stages handed on from a pipeline are complete by themselves.
Pipeline.from('again', new Pipeline('x').withStage('a', () => ({})).stages)

// ---------- what contexts may stand for one another

declare const wide: StageContext<{ a: { x: number }; b: { y: 1 } }>
declare const unsure: StageContext<{ a: { x: number } | undefined }>
export const narrow: StageContext<{ a: { x: number } }> = wide
export const none: StageContext = wide
export const loose: StageContext<{ a: { x: number } | undefined }> = wide
// @ts-expect-error Property 'c' is missing: it needs more.
export const more: StageContext<{ a: { x: number }; c: {} }> = wide
// @ts-expect-error Type 'undefined' is not assignable to type '{ x: number }': it may be undefined.
export const certain: StageContext<{ a: { x: number } }> = unsure
