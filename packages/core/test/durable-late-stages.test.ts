import { expect, test } from 'vitest'
import { runDurable } from '../src/durable.ts'
import { Pipeline } from '../src/index.ts'
import { ArrayExecutor } from './array-executor.ts'

test('code that returns after its stage has been settled as late gives its fact at once, and was not abandoned', async () => {
  const end = Promise.withResolvers<void>()
  const graph = new Pipeline('p')
    .withStage('slow', async () => (await end.promise, { slow: true }), { late: 'abort' })
    .withStage('quick', async () => ({ quick: true }))
    .withStage('first', async () => (end.resolve(), { first: true }), { dependencies: ['slow', 'quick'], join: 'any' })
    .build()
  const executor = new ArrayExecutor()
  const result = await runDurable(graph, executor)
  expect(result).toMatchObject({
    status: 'completed',
    report: { stages: { slow: { status: 'skip', reason: 'late' } } },
  })
  const slow = executor.facts.find(({ key }) => key === 'slow')
  expect(slow).toMatchObject({ facts: { status: 'ok' } })
  expect(slow).not.toHaveProperty('facts.abandoned')
  expect(result.report.stages.slow.abandoned).toBeUndefined()
})
