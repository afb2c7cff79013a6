import assert from 'node:assert/strict'

import { Pipeline } from '@stageflow/core'
import { createStageflow } from '@stageflow/defaults'
import { pino } from 'pino'

let saves = 0
const app = createStageflow({ logger: pino({ level: 'silent' }), interceptors: { timeout: { ms: 50 } } })
const chat = new Pipeline('chat')
  .withStage('persist', () => ({ save: ++saves }), 'work')
  .withStage('slow', ({ clock, signal }) => clock.sleep(60_000, signal), { onFailure: 'skip' })
for (const time of ['first', 'second']) {
  const { data, report } = await app.run(chat, { extensions: { idempotencyKey: 'message-7' } })
  assert.deepEqual(data.persist, { save: 1 }, time)
  assert.equal(report.stages['slow']?.error?.code, 'timeout/exceeded')
}
assert.match(await app.registry.metrics(), /^stageflow_runs_total\{pipeline="chat",status="completed"\} 2$/m)
await app.close()
