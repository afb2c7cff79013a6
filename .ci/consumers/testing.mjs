import assert from 'node:assert/strict'

import { Pipeline } from '@stageflow/core'
import { interceptorContract, manualClock, recordingSink, runStage } from '@stageflow/testing'

const [clock, sink] = [manualClock(), recordingSink()]
const slow = new Pipeline('slow').withStage('wait', (context) => context.clock.sleep(20_000, context.signal))
const settled = slow.build({ clock, eventSink: sink }).runSettled({}, { timeoutMs: 10_000 })
await clock.advance(10_000)
assert.equal((await settled).status, 'failed')
assert.equal(sink.types().at(-1), 'pipeline.failed')
assert.equal((await runStage(() => ({ text: 'Hello' }))).output.status, 'ok')
/** @type {import('@stageflow/core').Interceptor} */
const bystander = {
  name: 'bystander',
  wrap: (next) => next,
  onCall: () => () => ({ enter: (next) => next(), ended: () => {} }),
  onRun: () => ({ settled: () => {}, ended: () => {} }),
}
for (const { run } of interceptorContract(() => bystander)) await run()
