import assert from 'node:assert/strict'

import { Pipeline } from '@stageflow/core'
import { BufferedExporter, fanOutExporter, filterExporter } from '@stageflow/exporter-buffered'
import { exporterContract } from '@stageflow/exporter-buffered/contract'
import { closeOnSignal } from '@stageflow/exporter-buffered/node'

/** @type {string[]} */
const written = []
/** @type {import('@stageflow/exporter-buffered').Exporter} */
const list = { export: async (events) => void written.push(...events.map(({ type }) => type)) }
const exporter = new BufferedExporter(fanOutExporter([filterExporter(list, { include: ['*.completed'] })]))
const remove = closeOnSignal(exporter)
await new Pipeline('chat')
  .withStage('llm', () => ({ text: 'Hello' }))
  .build({ eventSink: exporter })
  .run()
const { received, lost } = await exporter.close({ timeoutMs: 1_000 })
remove()
assert.deepEqual({ received, lost }, { received: 4, lost: 0 })
assert.deepEqual(written, ['stage.llm.completed', 'pipeline.completed'])
for (const { run } of exporterContract(() => ({ exporter: list, written: () => [] })).slice(3, 4)) await run()
