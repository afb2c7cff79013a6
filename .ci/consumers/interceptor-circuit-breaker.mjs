import assert from 'node:assert/strict'

import { Pipeline } from '@stageflow/core'
import { circuitBreaker } from '@stageflow/interceptor-circuit-breaker'

const breaker = circuitBreaker({ breaker: { type: 'consecutive', failures: 2 } })
const llm = new Pipeline('chat').withStage('llm', () => Promise.reject(new Error('503 Service Unavailable')))
const codes = []
for (const graph of Array.from({ length: 3 }, () => llm.build({ interceptors: [breaker] }))) {
  const { report } = await graph.runSettled()
  codes.push(report.stages['llm']?.error?.code)
}
assert.deepEqual(codes, ['core/stage-failed', 'core/stage-failed', 'circuit-breaker/open'])
assert.deepEqual(
  breaker.export().circuits.map(({ key, state }) => [key, state]),
  [['chat/llm', 'open']],
)
