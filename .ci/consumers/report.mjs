import assert from 'node:assert/strict'

import { Pipeline } from '@stageflow/core'
import { criticalPath, mermaid, timeline } from '@stageflow/report'

const graph = new Pipeline('chat')
  .withStage('memory', ({ clock }) => clock.sleep(5))
  .withStage('llm', () => ({ text: 'Hello' }), { dependencies: ['memory'] })
  .build()
const { report } = await graph.run()
assert.match(timeline(report), /chat · completed[^]*● memory[^]*llm/)
assert.deepEqual(
  criticalPath(report).segments.map(({ stage }) => stage),
  ['memory', 'llm'],
)
assert.match(mermaid(graph.info), /^flowchart/)
