import assert from 'node:assert/strict'

import { Pipeline, StageflowError, StageKind, StageOutput } from '@stageflow/core'
import { timeline } from '@stageflow/report'
import { manualClock } from '@stageflow/testing'

const pipeline = new Pipeline('greeting')
  .withStage('name', ({ snapshot }) => ({ name: snapshot.inputText }), StageKind.ENRICH)
  .withStage('greet', ({ inputs }) => StageOutput.ok({ text: `Hello, ${inputs.from('name').name}!` }), {
    dependencies: ['name'],
  })

const result = await pipeline.build({ clock: manualClock() }).run({ inputText: 'Ada' })
assert.equal(result.status, 'completed')
assert.deepEqual(result.data.name, { name: 'Ada' })
assert.deepEqual(result.data.greet, { text: 'Hello, Ada!' })
assert.deepEqual(Object.keys(result.data), ['name', 'greet'])
assert.equal(result.report.stages.greet.status, 'ok')
assert.match(timeline(result.report), /greet/)

const broken = new Pipeline('broken').withStage('greet', () => Promise.reject(new Error('no voice')))
await assert.rejects(broken.build().run({}), (error) => StageflowError.is(error) && error.result.status === 'failed')
