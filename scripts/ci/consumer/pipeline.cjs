const assert = require('node:assert/strict')

const { Pipeline, StageKind } = require('@stageflow/core')

const pipeline = new Pipeline('greeting')
  .withStage('name', ({ snapshot }) => ({ name: snapshot.inputText }), StageKind.ENRICH)
  .withStage('greet', ({ inputs }) => ({ text: `Hello, ${inputs.from('name').name}!` }), { dependencies: ['name'] })

void pipeline
  .build()
  .run({ inputText: 'Grace' })
  .then((result) => {
    assert.equal(result.status, 'completed')
    assert.deepEqual(result.data.greet, { text: 'Hello, Grace!' })
  })
