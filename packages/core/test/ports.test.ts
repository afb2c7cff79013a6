import { expect, test } from 'vitest'
import { Pipeline, definePorts } from '../src/index.ts'

interface Llm {
  complete(prompt: string): Promise<string>
}
interface Store {
  save(text: string): Promise<number>
}
const llm: Llm = { complete: async (prompt) => `answer to ${prompt}` }
const store: Store = { save: async (text) => text.length }

const chat = Pipeline.withPorts<{ llm: Llm; store: Store }>('chat')
  .withStage('llm', async (context) => ({ text: await context.ports.llm.complete('why?') }))
  .withStage(
    'persist',
    async (context) => ({ saved: await context.ports.store.save(context.inputs.from('llm').text) }),
    { dependencies: ['llm'] },
  )
const answered = { llm: { text: 'answer to why?' }, persist: { saved: 14 } }

test('ports can be passed to the build, to the run, or some to each', async () => {
  expect((await chat.build({ ports: { llm, store } }).run()).data).toEqual(answered)
  expect((await chat.build().run({}, { ports: { llm, store } })).data).toEqual(answered)
  expect((await chat.build({ ports: { llm } }).run({}, { ports: { store } })).data).toEqual(answered)
})

test('ports of a run replace those of the build, for that run only', async () => {
  const graph = chat.build({ ports: { llm, store } })
  const other = { complete: async () => 'other' }
  expect((await graph.run({}, { ports: { llm: other } } as never)).data).toEqual({
    llm: { text: 'other' },
    persist: { saved: 5 },
  })
  expect((await graph.run()).data).toEqual(answered)
})

test("the ports object is frozen, and the ports in it aren't", async () => {
  const seen: unknown[] = []
  const graph = Pipeline.withPorts<{ store: Store }>('demo')
    .withStage('a', (context) => void seen.push(Object.isFrozen(context.ports), Object.isFrozen(context.ports.store)))
    .build({ ports: { store: { ...store } } })
  await graph.run()
  expect(seen).toEqual([true, false])
})

test('a child given as a pipeline has the ports of its parent, of the run too', async () => {
  const child = Pipeline.withPorts<{ llm: Llm; store: Store }>('child').withStage('inner', async (context) => ({
    text: await context.ports.llm.complete('child?'),
  }))
  const parent = Pipeline.withPorts<{ llm: Llm; store: Store }>('parent').withPipeline('child', child)
  const given = { llm, store }
  expect((await parent.build({ ports: given }).run()).data.child?.inner).toEqual({ text: 'answer to child?' })
  expect((await parent.build().run({}, { ports: given })).data.child?.inner).toEqual({ text: 'answer to child?' })
})

test('stages as values may need ports too', async () => {
  const { defineStage } = definePorts<{ llm: Llm }>()
  const ask = defineStage({
    name: 'ask',
    run: async (context) => ({ text: await context.ports.llm.complete('value?') }),
  })
  expect((await Pipeline.from('demo', [ask]).build({ ports: { llm } }).run()).data).toEqual({
    ask: { text: 'answer to value?' },
  })
})

test('the ports of a pipeline that needs no ports are an empty object', async () => {
  expect(
    (
      await new Pipeline('demo')
        .withStage('a', (context) => ({ ports: Object.keys(context.ports) }))
        .build()
        .run()
    ).data,
  ).toEqual({ a: { ports: [] } })
})
