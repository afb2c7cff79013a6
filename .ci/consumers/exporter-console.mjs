import assert from 'node:assert/strict'
import { PassThrough } from 'node:stream'
import { text } from 'node:stream/consumers'

import { Pipeline } from '@stageflow/core'
import { ConsoleExporter } from '@stageflow/exporter-console'

/** @type {import('@stageflow/core').StageflowEvent[]} */
const events = []
const tryEmit = (/** @type {import('@stageflow/core').StageflowEvent} */ event) => void events.push(event)
const chat = new Pipeline('chat').withStage('llm', () => ({ text: 'Hello' }))
await chat.build({ eventSink: { emit: tryEmit, tryEmit } }).run({ pipelineRunId: 'run-1' })

const stream = new PassThrough()
const exporter = new ConsoleExporter({ stream, color: false })
await exporter.export(events)
await exporter.close()
const lines = (await text(stream.end())).trimEnd().split('\n')
assert.deepEqual(
  lines.map((line) => line.slice(13).split(/ +/).slice(0, 3).join(' ')),
  ['run-1 chat started', 'run-1 llm started', 'run-1 llm completed', 'run-1 chat completed'],
)
