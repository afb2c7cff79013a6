import { expectTypeOf, test } from 'vitest'
import { Pipeline, StageOutput, defineStage, mapStage } from '../src/index.ts'
import type { ItemResult, RunData, StageContext } from '../src/index.ts'
import { gate, soft, stream } from '../src/edges.ts'

// What the compiler knows about edges.

type Stages<P> = P extends Pipeline<infer S, infer _> ? S : never
type DataOf<P> = RunData<Stages<P>>

const base = new Pipeline('p')
  .withStage('guard', () => ({ allowed: true }))
  .withStage('profile', async () => ({ name: 'Ada' }))
  .withStage('llm', async function* () {
    yield 'word'
    return { tokens: 3 }
  })
  .withStage('numbers', async function* () {
    yield 1
  })
  .withStage('maybe', async function* () {
    if (Math.random() > 2) return StageOutput.skip('none')
    yield true
    return { sure: true }
  })

test('a stream has the chunks of its source, and what that returned, perhaps', () => {
  base.withStage(
    'tts',
    async ({ inputs }) => {
      for await (const word of inputs.stream('llm')) expectTypeOf(word).toEqualTypeOf<string>()
      expectTypeOf(inputs.from('llm')).toEqualTypeOf<{ tokens: number } | undefined>()
      // @ts-expect-error another stage
      inputs.stream('numbers')
      // @ts-expect-error the one stream has a name
      for await (const word of inputs.stream()) inputs.status(word)
    },
    { dependencies: [stream('llm')] },
  )
})

test('several streams are read together, each chunk with its stage', () => {
  base.withStage(
    'both',
    async ({ inputs }) => {
      for await (const item of inputs.stream()) {
        expectTypeOf(item).toEqualTypeOf<
          { readonly stage: 'llm'; readonly chunk: string } | { readonly stage: 'numbers'; readonly chunk: number }
        >()
      }
      // @ts-expect-error a loop over one of them would block the other
      inputs.stream('llm')
    },
    { dependencies: ['guard', stream('llm'), stream('numbers')] },
  )
  // @ts-expect-error a stage without a stream
  base.withStage('none', ({ inputs }) => ({ all: inputs.stream()[Symbol.asyncIterator] }), { dependencies: ['llm'] })
})

test('a soft input may be missing, whatever the join, and a gate gives none', () => {
  base.withStage(
    'answer',
    ({ inputs }) => {
      expectTypeOf(inputs.from('profile')).toEqualTypeOf<{ name: string } | undefined>()
      expectTypeOf(inputs.from('llm')).toEqualTypeOf<{ tokens: number }>()
      // @ts-expect-error a gate isn't read
      inputs.from('guard')
    },
    { dependencies: ['llm', soft('profile', { waitMs: 80 }), gate('guard')], join: 'every' },
  )
})

test('a stage may be skipped behind a gate and behind a stream that may be skipped, and not for a soft edge', () => {
  const more = base
    .withStage('held', () => ({ n: 1 }), { dependencies: [gate('guard')] })
    .withStage('reads', () => ({ n: 1 }), { dependencies: [stream('llm')] })
    .withStage('readsMaybe', () => ({ n: 1 }), { dependencies: [stream('maybe')] })
    .withStage('softly', () => ({ n: 1 }), { dependencies: [soft('maybe', { waitMs: 1 })] })
    .withStage('both', () => ({ n: 1 }), { dependencies: ['guard', soft('maybe', { waitMs: 1 })] })
  expectTypeOf<DataOf<typeof more>['held']>().toEqualTypeOf<{ n: number } | undefined>()
  expectTypeOf<DataOf<typeof more>['reads']>().toEqualTypeOf<{ n: number }>()
  expectTypeOf<DataOf<typeof more>['readsMaybe']>().toEqualTypeOf<{ n: number } | undefined>()
  expectTypeOf<DataOf<typeof more>['softly']>().toEqualTypeOf<{ n: number }>()
  expectTypeOf<DataOf<typeof more>['both']>().toEqualTypeOf<{ n: number }>()
})

test('a map reads a stream as its items, and its results are a stream', () => {
  base
    .withMap('tts', {
      dependencies: [stream('llm')],
      over: (inputs) => inputs.stream('llm'),
      each: async (word) => ({ audio: word.length }),
      stream: true,
    })
    .withStage(
      'play',
      async ({ inputs }) => {
        for await (const result of inputs.stream('tts'))
          expectTypeOf(result).toEqualTypeOf<ItemResult<{ audio: number }>>()
        expectTypeOf(inputs.from('tts')?.items).toEqualTypeOf<readonly { audio: number }[] | undefined>()
      },
      { dependencies: [stream('tts')] },
    )
})

test('a child has the chunks of the stage that it names', () => {
  const agent = new Pipeline('agent')
    .withStage('ask', async function* () {
      yield { token: 'x' }
      return { done: true }
    })
    .withStage('check', () => ({}))
  base.withPipeline('answer', agent, { chunks: 'ask' }).withStage(
    'speak',
    async ({ inputs }) => {
      for await (const chunk of inputs.stream('answer')) expectTypeOf(chunk).toEqualTypeOf<{ token: string }>()
    },
    { dependencies: [stream('answer')] },
  )
  // @ts-expect-error the stage yields no chunks
  base.withPipeline('answer', agent, { chunks: 'check' })
  // @ts-expect-error the child has no such stage
  base.withPipeline('answer', agent, { chunks: 'aks' })
  // @ts-expect-error without chunks it yields none
  base.withPipeline('answer', agent).withStage('speak', () => ({}), { dependencies: [stream('answer')] })
})

test('stages as values have the same edges, under the names that they give them', () => {
  const llm = defineStage({
    name: 'llm',
    async *run() {
      yield 'word'
      return { tokens: 3 }
    },
  })
  const guard = defineStage({ name: 'guard', run: () => ({ ok: true }) })
  const answer = defineStage({
    name: 'answer',
    after: { words: stream(llm), maybe: soft(guard, { waitMs: 5 }), check: gate(guard) },
    async run({ inputs }) {
      for await (const word of inputs.stream('words')) expectTypeOf(word).toEqualTypeOf<string>()
      expectTypeOf(inputs.from('maybe')).toEqualTypeOf<{ ok: boolean } | undefined>()
      // @ts-expect-error a gate isn't read
      inputs.from('check')
      return { n: 1 }
    },
  })
  const many = mapStage({
    name: 'many',
    after: { llm: stream(llm) },
    over: (inputs) => inputs.stream('llm'),
    each: (word) => ({ word }),
  })
  const pipeline = Pipeline.from('p', [llm, guard, answer, many])
  expectTypeOf<DataOf<typeof pipeline>['answer']>().toEqualTypeOf<{ n: number } | undefined>()
  expectTypeOf<DataOf<typeof pipeline>['many']>().toEqualTypeOf<{ readonly items: readonly { word: string }[] }>()
  // @ts-expect-error the source of an edge is missing in the list
  Pipeline.from('p', [answer])
})

test('a class says which chunks it needs, and a pipeline that has others does not compile', () => {
  class Speak {
    name = 'speak' as const
    async execute({ inputs }: StageContext<{}, {}, { readonly llm: string }>) {
      for await (const word of inputs.stream('llm')) expectTypeOf(word).toEqualTypeOf<string>()
      return {}
    }
  }
  base.withStage(Speak, { dependencies: [stream('llm')] })
  // @ts-expect-error numbers instead of words
  base.withStage('other', Speak, { dependencies: [stream('numbers')] })
  // @ts-expect-error a value instead of a stream
  base.withStage(Speak, { dependencies: ['llm'] })
})

test('toChunks gets the data of its stage and makes its chunks, through both doors', () => {
  const llm = async function* () {
    yield 'Hel'
    return StageOutput.ok({ text: 'Hello' })
  }
  new Pipeline('p').withStage('llm', llm, { toChunks: ({ text }) => [text] })
  new Pipeline('p').withStage('llm', llm, 'transform', { toChunks: ({ text }) => text.split(' ') })
  defineStage({ name: 'llm', run: llm, toChunks: ({ text }) => [text] })
  // @ts-expect-error numbers instead of words
  new Pipeline('p').withStage('llm', llm, { toChunks: ({ text }) => [text.length] })
  // @ts-expect-error no such field
  new Pipeline('p').withStage('llm', llm, { toChunks: ({ txt }) => [txt] })
  // @ts-expect-error numbers instead of words
  defineStage({ name: 'llm', run: llm, toChunks: ({ text }) => [text.length] })
  // @ts-expect-error a stage that yields nothing has no chunks
  new Pipeline('p').withStage('llm', () => ({ text: 'Hello' }), { toChunks: ({ text }) => [text] })
})

test('the handle has the chunks of each stage', () => {
  const run = base.build().start()
  expectTypeOf(run.chunks('llm')).toEqualTypeOf<AsyncIterableIterator<string>>()
  expectTypeOf(run.chunks('guard')).toEqualTypeOf<AsyncIterableIterator<never>>()
  // @ts-expect-error no such stage
  run.chunks('lm')
})
