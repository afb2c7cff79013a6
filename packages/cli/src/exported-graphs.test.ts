import { Pipeline, StageOutput } from '@stageflow/core'
import { expect, test } from 'vitest'

import { exportedGraphs, oneGraph } from './exported-graphs.ts'

const order = new Pipeline('order').withStage('price', () => ({}), { timeoutMs: 5 } as never)
const graph = new Pipeline('chat').withStage('llm', () => StageOutput.ok()).build()

test('pipelines and built graphs are found by shape, each once, without the interceptors that act on their options', () => {
  const otherCopy = { info: graph.info, runSettled: () => {} }
  const module = { answer: 42, build: () => {}, chat: graph, default: order, odd: null, order, other: otherCopy }
  expect(exportedGraphs(module, 'order.ts').map(({ name, info }) => [name, info.name])).toEqual([
    ['chat', 'chat'],
    ['default', 'order'],
    ['other', 'chat'],
  ])
})

test('of several graphs one must be named, and a mistyped name is guessed', () => {
  const graphs = exportedGraphs({ chat: graph, order }, 'order.ts')
  expect(oneGraph(graphs, 'order', 'order.ts').info.name).toBe('order')
  expect(() => oneGraph(graphs, undefined, 'order.ts')).toThrow(
    '"order.ts" exports 2 graphs: chat, order. Name one: stageflow graph order.ts chat',
  )
  expect(() => oneGraph(graphs, 'odrer', 'order.ts')).toThrow(
    '"order.ts" exports no graph "odrer". Did you mean "order"? It exports: chat, order.',
  )
})

test.each([
  [{}, 'It exports nothing.'],
  [{ a: 1, default: () => order }, 'It exports: a, default.'],
])('a file without a graph is refused with what to export', (module, has) => {
  expect(() => exportedGraphs(module, 'order.ts')).toThrow(
    `"order.ts" exports no pipeline and no built graph. ${has} Export one:`,
  )
})

test('a pipeline that cannot be built is refused with the problem', () => {
  const broken = new Pipeline('order').withStage('price', () => ({}), { dependencies: ['none'] } as never)
  expect(() => exportedGraphs({ broken }, 'order.ts')).toThrow(
    /^The pipeline "broken" of "order\.ts" can't be built: Pipeline "order" cannot be built; it has a problem:/,
  )
})
