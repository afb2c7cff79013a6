import { expect, test } from 'vitest'
import { Pipeline } from './index.ts'
import type { ContextSnapshot } from './index.ts'

test('a run has an id of its own, whichever snapshot of the runs above it is made from', async () => {
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
