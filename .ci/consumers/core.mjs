import assert from 'node:assert/strict'

import { Pipeline, StageflowError } from '@stageflow/core'
import { fromOtherCopy } from '@stageflow/core/kit'
import { createRedactor } from '@stageflow/core/redaction'

const greeting = new Pipeline('greeting')
  .withStage('name', ({ snapshot }) => ({ name: String(snapshot.inputText) }))
  .withStage('greet', ({ inputs }) => ({ text: `Hello, ${inputs.from('name').name}!` }), { dependencies: ['name'] })
const result = await greeting.build().run({ inputText: 'Ada' })
assert.deepEqual(result.data.greet, { text: 'Hello, Ada!' })

const broken = new Pipeline('broken').withStage('greet', () => Promise.reject(new Error('no voice')))
await assert.rejects(broken.build().run(), (error) => StageflowError.is(error, 'core/pipeline-failed'))
assert.equal(fromOtherCopy(greeting), undefined)
assert.equal(JSON.stringify(createRedactor().value({ token: 'abc' })).includes('abc'), false)
