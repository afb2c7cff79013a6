import assert from 'node:assert/strict'

import { Pipeline, StageflowError } from '@stageflow/core'
import { BufferedEventSink, fanOutSink, filterSink } from '@stageflow/sink-buffered'

/** @type {string[]} */
const types = []
/** @type {import('@stageflow/core').EventSink} */
const print = { emit: (event) => void types.push(event.type), tryEmit: (event) => types.push(event.type) > 0 }
const eventSink = new BufferedEventSink(fanOutSink({ ends: filterSink(print, { include: 'pipeline.*' }) }))
await new Pipeline('chat')
  .withStage('llm', () => ({}))
  .build({ eventSink })
  .run()
await eventSink.close()
assert.deepEqual(types, ['pipeline.started', 'pipeline.completed'])
assert.equal(eventSink.stats().delivered, 4)
assert.throws(
  () => new BufferedEventSink(print, { capacity: 0 }),
  (error) => StageflowError.is(error, 'sink-buffered/illegal-option'),
)
