// src/quota.test.ts
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Pipeline } from '@stageflow/core'
import { manualClock, runStage } from '@stageflow/testing'
import { quota } from './index.ts'

test('a stage fails until the window of its quota ends', async () => {
  const clock = manualClock()
  const graph = new Pipeline('chat')
    .withStage('llm', () => ({ text: 'Hello' }))
    .build({ clock, interceptors: [quota({ calls: 2, windowMs: 1_000 })] })
  const statuses: string[] = []
  for (const pause of [0, 0, 0, 1_000]) {
    await clock.advance(pause)
    statuses.push((await graph.runSettled({})).status)
  }
  assert.deepEqual(statuses, [
    'completed',
    'completed',
    'failed',
    'completed',
  ])
})

test('an event says that a stage costs more than is left', async () => {
  const { record, events } = await runStage(() => ({}), {
    interceptors: [quota({ calls: 2 })],
    stageOptions: { quota: { cost: 3 } },
  })
  assert.equal(record.error?.code, 'quota/spent')
  assert.equal(record.attempts.length, 0)
  assert.ok(events.some(({ type }) => type === 'quota.spent'))
})

test('a stage without a quota is left alone', async () => {
  const { output } = await runStage(() => ({}), {
    interceptors: [quota({ calls: 0.5 })],
    stageOptions: { quota: false },
  })
  assert.equal(output.status, 'ok')
})

test('wrong options are refused, also those of a stage', async () => {
  assert.throws(() => quota({ calls: Number.NaN }), {
    code: 'quota/illegal-option',
  })
  assert.throws(() => quota({ calls: 1, windowMs: 0 }), {
    code: 'quota/illegal-option',
  })
  const wrong = runStage(() => ({}), {
    interceptors: [quota({ calls: 1 })],
    stageOptions: { quota: { cost: -1 } },
  })
  await assert.rejects(
    wrong,
    /quota\.cost must be a number above 0, not -1/,
  )
})
