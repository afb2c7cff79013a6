import assert from 'node:assert/strict'

import { Pipeline } from '@stageflow/core'
import { childTracker } from '@stageflow/interceptor-child-tracker'

const { tracker, ...interceptor } = childTracker()
const search = new Pipeline('search').withStage('query', ({ pipelineRunId }) => {
  assert.deepEqual(tracker.children(tracker.root(pipelineRunId)), [pipelineRunId])
})
await new Pipeline('chat')
  .withPipeline('memory', search)
  .build({ interceptors: [interceptor] })
  .run()
const { completedCount, activeChildren, maxDepthSeen } = tracker.stats()
assert.deepEqual(
  { completedCount, activeChildren, maxDepthSeen },
  { completedCount: 1, activeChildren: 0, maxDepthSeen: 1 },
)
