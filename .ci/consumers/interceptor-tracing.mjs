import assert from 'node:assert/strict'

import { trace } from '@opentelemetry/api'
import { Pipeline } from '@stageflow/core'
import { tracing } from '@stageflow/interceptor-tracing'

/** @type {string[]} */
const names = []
const ids = { traceId: '1'.repeat(32), spanId: '2'.repeat(16), traceFlags: 1 }
const span = Object.assign(trace.wrapSpanContext(ids), { isRecording: () => true })
const startSpan = (/** @type {string} */ name) =>
  (names.push(name), span)
trace.setGlobalTracerProvider({ getTracer: () => ({ startSpan, startActiveSpan: () => assert.fail() }) })
const chat = new Pipeline('chat').withStage('llm', () => ({ text: 'Hello' }))
assert.equal((await chat.build({ interceptors: [tracing()] }).run()).status, 'completed')
assert.deepEqual(names, ['invoke_workflow chat', 'stage llm'])
