import { Pipeline, StageOutput, definePorts, defineStage } from '@stageflow/core'
import { expectTypeOf, test } from 'vitest'
import { runStage } from './run-stage.ts'
import { withStubs } from './with-stubs.ts'

interface Ports {
  readonly ask: (prompt: string) => Promise<string>
  readonly limit: number
}
const chat = Pipeline.withPorts<Ports>('chat')
  .withStage('profile', ({ userId }) => (userId === undefined ? StageOutput.skip('a guest') : { displayName: 'Ada' }))
  .withStage('llm', async function* ({ ports }) {
    yield 1
    return { text: await ports.ask('Hi'), tokens: 3 }
  })
  .withStage('save', () => {}, { dependencies: ['llm'] })

test('a pipeline with stubs has the types of the pipeline, and needs only the ports that are passed', async () => {
  const stubbed = withStubs(chat, { llm: { text: 'Hello', tokens: 1 } })
  const same: typeof chat = stubbed
  void same
  const graph = stubbed.build({ ports: { limit: 1 } })
  const result = await graph.run({})
  if (result.status === 'completed') {
    expectTypeOf(result.data.llm).toEqualTypeOf<{ text: string; tokens: number }>()
    expectTypeOf(result.data.profile).toEqualTypeOf<{ displayName: string } | undefined>()
  }
  await stubbed.build().run({})
  // @ts-expect-error the port has another type
  void (() => stubbed.build({ ports: { limit: 'one' } }))
  const run = await runStage(stubbed, 'llm')
  expectTypeOf(run.chunks).toEqualTypeOf<readonly number[]>()
})

test('a stub is the data of its stage, an output with it, or a function that returns either', () => {
  withStubs(chat, {})
  withStubs(chat, { profile: StageOutput.skip('a guest'), llm: StageOutput.fail('down'), save: {} })
  withStubs(chat, { llm: StageOutput.ok({ text: 'Hello', tokens: 1 }), save: () => {} })
  withStubs(chat, {
    profile: ({ userId }) => (userId === undefined ? StageOutput.skip('a guest') : { displayName: userId }),
    llm: async ({ ports, inputs, signal }) => {
      expectTypeOf(ports.ask).toEqualTypeOf<Ports['ask']>()
      expectTypeOf(signal).toEqualTypeOf<AbortSignal>()
      return { text: `${inputs.from('profile').displayName}`, tokens: 1 }
    },
  })
  withStubs(chat, {
    llm: async function* () {
      yield 1
      return { text: 'Hello', tokens: 1 }
    },
  })
})

test('a wrong name, a missing or wrong field, another chunk and any other value do not compile', () => {
  // @ts-expect-error the pipeline has no such stage
  void (() => withStubs(chat, { lm: { text: 'Hello', tokens: 1 } }))
  // @ts-expect-error the field is missing
  void (() => withStubs(chat, { llm: { text: 'Hello' } }))
  // @ts-expect-error the data has no such field
  void (() => withStubs(chat, { llm: { text: 'Hello', tokens: 1, mesage: '' } }))
  // @ts-expect-error the field has another type
  void (() => withStubs(chat, { llm: { text: 7, tokens: 1 } }))
  // @ts-expect-error a function that returns other data
  void (() => withStubs(chat, { llm: () => ({ text: 'Hello' }) }))
  // @ts-expect-error a function that resolves with other data
  void (() => withStubs(chat, { llm: async () => ({ text: 7, tokens: 1 }) }))
  // @ts-expect-error an output with other data
  void (() => withStubs(chat, { llm: StageOutput.ok({ text: 7, tokens: 1 }) }))
  void (() =>
    withStubs(chat, {
      // @ts-expect-error chunks of another type
      llm: async function* () {
        yield 'a'
        return { text: 'Hello', tokens: 1 }
      },
    }))
  // @ts-expect-error a text
  void (() => withStubs(chat, { llm: 'Hello' }))
  // @ts-expect-error its data is an object
  void (() => withStubs(chat, { llm: () => 'Hello' }))
  // @ts-expect-error a built graph has no stages to replace
  void (() => withStubs(chat.build({ ports: { limit: 1, ask: async () => '' } }), {}))
})

test('stages of defineStage, child pipelines and maps are stubbed by their names', async () => {
  const profile = defineStage({ name: 'profile', run: () => ({ displayName: 'Ada' }) })
  const greet = definePorts<{ tone: string }>().defineStage({
    name: 'greet',
    after: { who: profile },
    run: ({ inputs, ports }) => ({ text: `${ports.tone} ${inputs.from('who').displayName}` }),
  })
  const values = Pipeline.from('values', [profile, greet])
  withStubs(values, { profile: { displayName: 'Bob' }, greet: ({ ports }) => ({ text: ports.tone }) })
  // @ts-expect-error its name is "profile"
  void (() => withStubs(values, { who: { displayName: 'Bob' } }))
  // @ts-expect-error the field has another name
  void (() => withStubs(values, { profile: { name: 'Bob' } }))
  const parent = new Pipeline('parent')
    .withPipeline(
      'answer',
      new Pipeline('child').withStage('write', () => ({ text: 'Hi' })),
    )
    .withMap('all', { over: () => [1, 2], each: (item) => ({ item }) })
  withStubs(parent, { answer: { write: { text: 'Hello' } }, all: { items: [{ item: 1 }] } })
  // @ts-expect-error the child has no such stage
  void (() => withStubs(parent, { answer: { wrote: { text: 'Hello' } } }))
  // @ts-expect-error an item of another type
  void (() => withStubs(parent, { all: { items: [{ item: 'one' }] } }))
})
