import assert from 'node:assert/strict'

import { Pipeline } from '@stageflow/core'
import { timeout } from '@stageflow/interceptor-timeout'

const graph = new Pipeline('chat')
  .withStage('slow', ({ clock, signal }) => clock.sleep(60_000, signal), { timeoutMs: 20 })
  .build({ interceptors: [timeout()] })
const { status, report } = await graph.runSettled()
assert.equal(status, 'failed')
assert.equal(report.stages['slow']?.error?.code, 'timeout/exceeded')
assert.deepEqual(report.stages['slow']?.notes.timeout, { kind: 'total', limitMs: 20, expired: true })
