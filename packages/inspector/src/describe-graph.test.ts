import { expect, test } from 'vitest'

import { Pipeline } from '@stageflow/core'
import { createRedactor } from '@stageflow/core/redaction'

import { describeGraph } from './describe-graph.ts'

test('a described graph has its stages in declared order, with edges, joins and child pipelines, and is JSON', () => {
  const child = new Pipeline('bill').withStage('meter', () => ({}))
  const { info } = new Pipeline('order')
    .withStage('price', () => ({}), 'guard')
    .withStage('stock', () => ({}), { when: () => true })
    .withStage('pay', () => ({}), { dependencies: ['price', 'stock'], join: 'any' })
    .withPipeline('bill', child, { dependencies: ['pay'] })
    .build()
  const graph = describeGraph(info, createRedactor())

  expect(graph.stages.map(({ name }) => name)).toEqual(['price', 'stock', 'pay', 'bill'])
  expect(graph.stages[0]).toMatchObject({ kind: 'guard', dependencies: [], conditional: false })
  expect(graph.stages[1]?.conditional).toBe(true)
  expect(graph.stages[2]).toMatchObject({ join: 'any', dependencies: [{ stage: 'price' }, { stage: 'stock' }] })
  expect(graph.stages[3]?.child).toMatchObject({ name: 'bill', stages: [{ name: 'meter' }] })
  expect(JSON.parse(JSON.stringify(graph))).toEqual(JSON.parse(JSON.stringify(info)))
})
