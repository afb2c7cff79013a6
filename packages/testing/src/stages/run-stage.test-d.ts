import { Pipeline, StageKind, StageOutput, defineStage, definePorts } from '@stageflow/core'
import type { StageContext } from '@stageflow/core'
import { stream } from '@stageflow/core/edges'
import { expectTypeOf, test } from 'vitest'
import { runStage } from './run-stage.ts'

interface Profile {
  readonly displayName: string
}
interface Llm {
  ask(text: string): Promise<string>
}

test('the output has the type that the stage gives it', async () => {
  const { output } = await runStage((context) => ({ attempt: context.attempt }))
  if (output.status === 'ok') expectTypeOf(output.data).toEqualTypeOf<{ attempt: number }>()
  const either = await runStage(async ({ attempt }) =>
    attempt > 2 ? StageOutput.skip('no') : StageOutput.ok({ found: 1 }),
  )
  if (either.output.status === 'ok') expectTypeOf(either.output.data).toEqualTypeOf<{ found: number }>()
  const chunks = await runStage(async function* () {
    yield 'a'
    return { text: 'a' }
  })
  expectTypeOf(chunks.chunks).toEqualTypeOf<readonly string[]>()
  if (chunks.output.status === 'ok') expectTypeOf(chunks.output.data).toEqualTypeOf<{ text: string }>()
})

test('a stage that returns something else than data does not compile', () => {
  // @ts-expect-error return a plain object: { text }, a StageOutput, or nothing
  void (() => runStage(async () => 'text'))
  // @ts-expect-error return a plain object: an array
  void (() => runStage(async () => [1], { name: 'list' }))
  const load = async (): Promise<unknown> => ({})
  void (() => runStage(load))
})

test('inputs and ports are those that the stage says it needs', async () => {
  class Greet {
    async execute(context: StageContext<{ profile: Profile }, { llm: Llm }>) {
      return { text: await context.ports.llm.ask(context.inputs.from('profile').displayName) }
    }
  }
  const llm: Llm = { ask: async (text) => text }
  const { output } = await runStage(Greet, { inputs: { profile: { displayName: 'Ada' } }, ports: { llm } })
  if (output.status === 'ok') expectTypeOf(output.data).toEqualTypeOf<{ text: string }>()
  // @ts-expect-error it needs a profile
  void (() => runStage(Greet, { inputs: {}, ports: { llm } }))
  // @ts-expect-error it needs the port
  void (() => runStage(Greet, { inputs: { profile: { displayName: 'Ada' } } }))
  // @ts-expect-error it needs both
  void (() => runStage(Greet))
  // @ts-expect-error the profile has another shape
  void (() => runStage(Greet, { inputs: { profile: { name: 'Ada' } }, ports: { llm } }))
})

test('an inline stage reads what the test gives it', async () => {
  await runStage((context) => ({ length: (context.inputs.from('profile').name as string).length }), {
    inputs: { profile: { name: 'Ada' } },
  })
})

test('a stage of defineStage is given inputs under the names of the stages that it comes after', async () => {
  const profile = defineStage({ name: 'profile', run: () => ({ displayName: 'Ada' }) })
  const greet = definePorts<{ llm: Llm }>().defineStage({
    name: 'greet',
    after: { who: profile },
    run: ({ inputs }) => ({ text: inputs.from('who').displayName }),
  })
  const llm: Llm = { ask: async (text) => text }
  const { output } = await runStage(greet, { inputs: { profile: { displayName: 'Ada' } }, ports: { llm } })
  if (output.status === 'ok') expectTypeOf(output.data).toEqualTypeOf<{ text: string }>()
  // @ts-expect-error it comes after "profile"
  void (() => runStage(greet, { ports: { llm } }))
  // @ts-expect-error it comes after "profile"
  void (() => runStage(greet, { inputs: { who: { displayName: 'Ada' } }, ports: { llm } }))
  await runStage(profile)
})

test('a stage of a pipeline is run by its name, and its inputs have the types of the stages that they come from', async () => {
  const chat = Pipeline.withPorts<{ llm: Llm; limit: number }>('chat')
    .withStage('profile', ({ userId }) => (userId === undefined ? StageOutput.skip('a guest') : { displayName: 'Ada' }))
    .withStage('llm', async function* ({ ports }) {
      yield 1
      return { message: await ports.llm.ask('Hi') }
    })
    .withStage('output_guard', ({ inputs }) => ({ length: inputs.from('llm').message.length }), StageKind.GUARD, {
      dependencies: ['llm'],
    })
  const guard = await runStage(chat, 'output_guard', { inputs: { llm: { message: 'Hi' } } })
  if (guard.output.status === 'ok') expectTypeOf(guard.output.data).toEqualTypeOf<{ length: number }>()
  const llm = await runStage(chat, 'llm', { ports: { llm: { ask: async (text) => text } }, timeoutMs: 5 })
  if (llm.output.status === 'ok') expectTypeOf(llm.output.data).toEqualTypeOf<{ message: string }>()
  expectTypeOf(llm.chunks).toEqualTypeOf<readonly number[]>()
  await runStage(chat, 'output_guard', { inputs: { llm: undefined, profile: { displayName: 'Ada' } } })
  // @ts-expect-error the pipeline has no such stage
  void (() => runStage(chat, 'output_gard'))
  // @ts-expect-error the pipeline has no such stage
  void (() => runStage(chat, 'output_gard', { inputs: { llm: { message: 'Hi' } } }))
  // @ts-expect-error the pipeline has no such input
  void (() => runStage(chat, 'output_guard', { inputs: { lm: { message: 'Hi' } } }))
  // @ts-expect-error the data has no such field
  void (() => runStage(chat, 'output_guard', { inputs: { llm: { text: 'Hi' } } }))
  // @ts-expect-error the field has another type
  void (() => runStage(chat, 'output_guard', { inputs: { llm: { message: 7 } } }))
  // @ts-expect-error the port has another type
  void (() => runStage(chat, 'llm', { ports: { llm: 7 } }))
  // @ts-expect-error the kind is that of the pipeline
  void (() => runStage(chat, 'output_guard', { inputs: { llm: { message: 'Hi' } }, kind: StageKind.WORK }))
  // @ts-expect-error a built graph has no stages to take
  void (() => runStage(chat.build({ ports: { llm: { ask: async (text) => text }, limit: 1 } }), 'llm'))
})

test('resumed has an answer, and nothing but what a resumed stage gets', async () => {
  const order = new Pipeline('order').withStage('approve', ({ resumed }) =>
    resumed === undefined ? StageOutput.suspend('Pay?') : { by: String(resumed.answer) },
  )
  const { output } = await runStage(order, 'approve', { resumed: { answer: 'Ann' } })
  if (output.status === 'ok') expectTypeOf(output.data).toEqualTypeOf<{ by: string }>()
  await runStage(({ resumed }) => ({ ...resumed }), { resumed: { answer: true, request: 'Pay?', state: [1] } })
  // @ts-expect-error the answer is missing
  void (() => runStage(order, 'approve', { resumed: {} }))
  // @ts-expect-error a request without an answer
  void (() => runStage(order, 'approve', { resumed: { request: 'Pay?' } }))
  // @ts-expect-error the answer stands in an object
  void (() => runStage(order, 'approve', { resumed: true }))
  // @ts-expect-error misspelled
  void (() => runStage(order, 'approve', { resumed: { anwser: true } }))
  // @ts-expect-error it has no such field
  void (() => runStage(order, 'approve', { resumed: { answer: true, by: 'Ann' } }))
})

test('an item of a map has the data of the item', async () => {
  const letters = new Pipeline('letters')
    .withStage('list', () => ({ docs: [{ text: 'a' }] }))
    .withMap('answer', {
      dependencies: ['list'],
      over: (inputs) => inputs.from('list').docs,
      each: ({ text }) => ({ length: text.length }),
    })
  const { output } = await runStage(letters, 'answer', { inputs: { list: { docs: [] } }, item: 0 })
  if (output.status === 'ok') expectTypeOf(output.data).toEqualTypeOf<{ length: number }>()
  const whole = await runStage(letters, 'answer', { inputs: { list: { docs: [] } } })
  if (whole.output.status === 'ok') expectTypeOf(whole.output.data.items[0]).toExtend<{ length: number } | undefined>()
  const collecting = new Pipeline('collecting').withMap('all', {
    over: () => [1],
    each: (item) => ({ item }),
    onItemFailure: 'collect',
  })
  const one = await runStage(collecting, 'all', { item: 0 })
  if (one.output.status === 'ok') expectTypeOf(one.output.data).toEqualTypeOf<{ item: number }>()
  // @ts-expect-error neither an index nor a key
  void (() => runStage(letters, 'answer', { item: true }))
})

test('the chunks of streams are those that the stage says it reads', async () => {
  const speak = async ({ inputs }: StageContext<{}, {}, { readonly llm: string }>) => {
    for await (const word of inputs.stream('llm')) expectTypeOf(word).toEqualTypeOf<string>()
    return { said: 1 }
  }
  const { output } = await runStage(speak, { streams: { llm: ['Hi'] } })
  if (output.status === 'ok') expectTypeOf(output.data).toEqualTypeOf<{ said: number }>()
  await runStage(speak, { streams: { llm: StageOutput.skip('no') } })
  await runStage(speak, {
    streams: {
      llm: async function* () {
        yield 'Hi'
      },
    },
  })
  // @ts-expect-error a chunk of another type
  void (() => runStage(speak, { streams: { llm: [7] } }))
  // @ts-expect-error it reads no such stream
  void (() => runStage(speak, { streams: { llm: ['Hi'], tts: ['Hi'] } }))
  // @ts-expect-error it reads a stream
  void (() => runStage(speak))
  // @ts-expect-error it reads a stream
  void (() => runStage(speak, {}))
})

test('the streams of a stage of a pipeline have the chunks of its stages', () => {
  const chat = new Pipeline('chat')
    .withStage('llm', async function* () {
      yield 1
      return { text: 'Hello' }
    })
    .withStage('sum', () => ({ sum: 1 }), { dependencies: [stream('llm')] })
  void (() => runStage(chat, 'sum', { streams: { llm: [1, 2] } }))
  // @ts-expect-error a chunk of another type
  void (() => runStage(chat, 'sum', { streams: { llm: ['one'] } }))
  // @ts-expect-error the pipeline has no such stage
  void (() => runStage(chat, 'sum', { streams: { lm: [1] } }))
})

test('a stage of defineStage takes a played stream in the place of the data of its source', () => {
  const llm = defineStage({
    name: 'llm',
    run: async function* () {
      yield 'Hi'
      return {}
    },
  })
  const profile = defineStage({ name: 'profile', run: () => ({ displayName: 'Ada' }) })
  const loud = defineStage({
    name: 'loud',
    after: { words: stream(llm), who: profile },
    run: () => ({ text: 'HI' }),
  })
  void (() => runStage(loud, { streams: { llm: ['Hi'] }, inputs: { profile: { displayName: 'Ada' } } }))
  // @ts-expect-error it needs the profile
  void (() => runStage(loud, { streams: { llm: ['Hi'] } }))
})
