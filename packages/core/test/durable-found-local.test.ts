import { expect, test } from 'vitest'
import { runDurable } from '../src/durable.ts'
import { Pipeline, StageOutput } from '../src/index.ts'
import type { StageContext } from '../src/index.ts'
import { ArrayExecutor } from './array-executor.ts'

test('an answer to a stage that has been stopped since it asked changes nothing, in later legs too', async () => {
  const executors: ArrayExecutor[] = []
  const graph = new Pipeline('p')
    .withStage('ask', ({ resumed }: StageContext) => (resumed ? { late: false } : StageOutput.suspend('?')), {
      late: 'abort',
    })
    .withStage('quick', async () => ({ quick: true }))
    .withStage('first', () => ({ first: true }), { dependencies: ['ask', 'quick'], join: 'any' })
    .withStage(
      'tail',
      async () => {
        executors.at(-1)?.answer('ask', 'too late')
        return { tail: true }
      },
      { dependencies: ['first'] },
    )
    .withStage('end', () => ({ end: true }), { dependencies: ['tail'] })
    .build()
  const carry = async (executor: ArrayExecutor) => {
    executors.push(executor)
    return runDurable(graph, executor, {})
  }
  const first = new ArrayExecutor()
  const result = await carry(first)
  expect(result).toMatchObject({ status: 'completed', data: { end: { end: true } } })
  expect(first.facts.some(({ kind }) => kind === 'answer')).toBe(true)
  const second = new ArrayExecutor(first.facts)
  expect((await carry(second)).data).toEqual(result.data)
  expect(second.begun).toEqual([])
})
