import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { Pipeline } from '@stageflow/core'
import { JsonlExporter } from '@stageflow/exporter-jsonl'

const folder = mkdtempSync(join(tmpdir(), 'stageflow-consumer-'))
const exporter = new JsonlExporter({ path: join(folder, 'log/events.jsonl') })
/** @type {import('@stageflow/core').StageflowEvent[]} */
const events = []
/** @param {typeof events[0]} event */
const take = (event) => void events.push(event)
await new Pipeline('chat')
  .withStage('llm', () => ({ text: 'Hello' }))
  .build({ eventSink: { emit: take, tryEmit: take } })
  .run()
await exporter.export(events)
await exporter.close()
const lines = readFileSync(exporter.path, 'utf8').trimEnd().split('\n')
assert.deepEqual(
  lines.map((line) => JSON.parse(line).seq),
  [0, 1, 2, 3],
)
rmSync(folder, { recursive: true })
