import { expect, test } from 'vitest'
import { Pipeline } from '../src/index.ts'
import type { ContextSnapshot } from '../src/index.ts'

test('a child run has an id of its own, if its input is made from the snapshot of any run above it', async () => {
  const ids: string[] = []
  let snapshot: ContextSnapshot | undefined
  const lowest = new Pipeline('lowest').withStage('c', (context) => void ids.push(context.pipelineRunId))
  const middle = new Pipeline('middle').withStage('b', async (context) => {
    ids.push(context.pipelineRunId)
    await context.runChild(lowest, snapshot)
    await context.runChild(lowest, { pipelineRunId: 'chosen' })
  })
  await new Pipeline('root')
    .withStage('a', async (context) => {
      snapshot = context.snapshot
      ids.push(context.pipelineRunId)
      await context.runChild(middle, context.snapshot)
    })
    .build()
    .run({ pipelineRunId: 'root-run' })
  expect(new Set(ids).size).toBe(4)
  expect([ids[0], ids[3]]).toEqual(['root-run', 'chosen'])
})
