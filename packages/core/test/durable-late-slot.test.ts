import { expect, test } from 'vitest'
import { runDurable } from '../src/durable.ts'
import { Pipeline, StageOutput } from '../src/index.ts'
import { ArrayExecutor } from './array-executor.ts'

test('a stage that waits and is no longer needed gives its slot on before the next fact', async () => {
  const graph = new Pipeline('p')
    .withStage('first', () => ({}))
    .withStage('ask', ({ resumed }) => (resumed === undefined ? StageOutput.suspend('?') : {}), { late: 'abort' })
    .withStage('other', () => ({}))
    .withStage('never', () => ({}), { when: () => false })
    .withStage('join', () => ({}), { dependencies: ['first', 'ask', 'never'], join: { quorum: 3 } })
    .build()
  const start = { options: { maxConcurrency: 1 } }
  const whole = new ArrayExecutor([], { start })
  const { report } = await runDurable(graph, whole)
  expect(report).toMatchObject({ status: 'completed', stages: { ask: { status: 'skip' }, other: { status: 'ok' } } })
  for (let cut = 0; cut <= whole.facts.length; cut++) {
    const resumed = new ArrayExecutor(whole.facts.slice(0, cut), { start, leg: 2 })
    expect(await runDurable(graph, resumed)).toMatchObject({ status: 'completed' })
  }
})
