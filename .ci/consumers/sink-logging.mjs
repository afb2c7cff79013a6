import assert from 'node:assert/strict'

import { Pipeline } from '@stageflow/core'
import { LoggingEventSink } from '@stageflow/sink-logging'
import { pino } from 'pino'

/** @type {string[]} */
const lines = []
const logger = pino({ base: null }, { write: (line) => void lines.push(line) })
const chat = new Pipeline('chat').withStage('llm', () => ({ text: 'Hello' }))
await chat.build({ eventSink: new LoggingEventSink({ logger }) }).run()
assert.deepEqual(
  lines.map((line) => JSON.parse(line).type),
  ['stage.llm.completed', 'pipeline.completed'],
)
