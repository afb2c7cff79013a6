import { Pipeline } from '@stageflow/core'

// The smallest app, in a bundle and in an edge runtime. Its answer is in a global, because an edge runtime has no process.

const answer = new Pipeline('greeting')
  .withStage('name', async () => ({ name: 'Ada' }))
  .withStage('greet', ({ inputs }) => ({ text: `Hello, ${inputs.from('name').name}` }), { dependencies: ['name'] })
  .build()
  .run({})
  .then((result) => (result.status === 'completed' ? result.data.greet.text : result.status))
Object.assign(globalThis, { answer })
void answer.then(console.log)
