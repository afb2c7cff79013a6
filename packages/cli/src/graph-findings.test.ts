import { Pipeline, StageKind } from '@stageflow/core'
import type { PipelineInfo } from '@stageflow/core'
import { gate, soft } from '@stageflow/core/edges'
import { expect, test } from 'vitest'

import { graphFindings } from './graph-findings.ts'

const { GUARD, WORK } = StageKind
const stage = () => ({})

const found = (pipeline: { build(): { readonly info: PipelineInfo } }) =>
  graphFindings(pipeline.build().info).map(({ rule, stage: name }) => `${rule} ${name}`)

test('WORK without a GUARD before it is found, and what to do is said', () => {
  const { info } = new Pipeline('order').withStage('charge', stage, WORK).build()
  expect(graphFindings(info)).toEqual([
    {
      rule: 'unguarded-work',
      stage: 'charge',
      message: '"charge" is WORK, and may run before any GUARD has decided. Put a GUARD stage among its dependencies.',
    },
  ])
})

test('a GUARD any number of stages before the WORK is enough', () => {
  expect(
    found(
      new Pipeline('order')
        .withStage('check', stage, GUARD)
        .withStage('price', stage, { dependencies: ['check'] })
        .withStage('charge', stage, WORK, { dependencies: ['price'] }),
    ),
  ).toEqual([])
})

test('a GUARD that runs beside the WORK does not count', () => {
  expect(
    found(
      new Pipeline('order')
        .withStage('price', stage)
        .withStage('check', stage, GUARD, { dependencies: ['price'] })
        .withStage('charge', stage, WORK, { dependencies: ['price'] }),
    ),
  ).toEqual(['unguarded-work charge'])
})

test('a GUARD whose end the WORK does not wait for does not count', () => {
  const base = new Pipeline('order').withStage('check', stage, GUARD).withStage('price', stage)
  expect(found(base.withStage('charge', stage, WORK, { dependencies: ['check', 'price'], join: 'any' }))).toEqual([
    'unguarded-work charge',
  ])
  expect(
    found(base.withStage('charge', stage, WORK, { dependencies: [soft('check', { waitMs: 5 }), 'price'] })),
  ).toEqual(['unguarded-work charge'])
})

test('what reads a stage behind a gate waits for that GUARD', () => {
  expect(
    found(
      new Pipeline('order')
        .withStage('check', stage, GUARD)
        .withStage('answer', stage, { dependencies: [gate('check')] })
        .withStage('charge', stage, WORK, { dependencies: ['answer'] }),
    ),
  ).toEqual([])
})

test('WORK in a child pipeline is looked at there, and guarded by a GUARD of the outer one', () => {
  const child = new Pipeline('child').withStage('charge', stage, WORK)
  expect(found(new Pipeline('order').withPipeline('kid', child))).toEqual(['unguarded-work kid/charge'])
  const guarded = new Pipeline('order').withStage('check', stage, GUARD)
  expect(found(guarded.withPipeline('kid', child, { dependencies: ['check'] }))).toEqual([])
})

test('a GUARD in a child pipeline guards what comes after the child', () => {
  const child = new Pipeline('child').withStage('check', stage, GUARD)
  expect(
    found(new Pipeline('order').withPipeline('kid', child).withStage('charge', stage, WORK, { dependencies: ['kid'] })),
  ).toEqual([])
})

test('a stage that nothing reads is found, unless it is WORK or among the last', () => {
  const { info } = new Pipeline('chat')
    .withStage('check', stage, GUARD)
    .withStage('profile', stage)
    .withStage('log', stage, WORK, { dependencies: ['check'] })
    .withStage('answer', stage, { dependencies: ['check'] })
    .withStage('title', stage, { dependencies: ['check'] })
    .build()
  expect(graphFindings(info)).toEqual([
    {
      rule: 'unread-stage',
      stage: 'profile',
      message:
        'No stage reads "profile", and the pipeline goes on after it. Name it in the dependencies of a stage, make it WORK, or remove it.',
    },
  ])
})

test('a GUARD that nothing waits for is found', () => {
  const { info } = new Pipeline('chat')
    .withStage('check', stage, GUARD)
    .withStage('memory', stage)
    .withStage('answer', stage, { dependencies: ['memory'] })
    .build()
  expect(graphFindings(info).map(({ message }) => message)).toEqual([
    '"check" is a GUARD that no stage waits for, so stages go on before it has decided. Name it in their dependencies.',
  ])
})

test('stages are looked at in the order of their edges, not in declared order', () => {
  const names = Array.from({ length: 500 }, (_, index) => `s${index}`)
  const stages = names.map((name, index) => ({
    name,
    kind: index === 0 ? GUARD : WORK,
    dependencies: index === 0 ? [] : [{ stage: `s${index - 1}`, edge: 'value' }],
    dependents: index === 499 ? [] : [`s${index + 1}`],
    join: 'all',
  }))
  expect(graphFindings({ name: 'long', stages: stages.toReversed() } as never)).toEqual([])
})

test('a pipeline or a graph instead of its info is refused with what to pass', () => {
  const graph = new Pipeline('order').withStage('charge', stage).build()
  expect(() => graphFindings(graph as never)).toThrow(
    expect.objectContaining({
      code: 'cli/not-a-pipeline',
      message: "graphFindings() can't read an object: it isn't the description of a pipeline. Pass graph.info.",
    }),
  )
  expect(() => (graphFindings as (...given: unknown[]) => unknown)(graph.info, {})).toThrow(
    expect.objectContaining({ code: 'cli/illegal-option' }),
  )
})
