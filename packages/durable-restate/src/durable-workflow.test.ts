import { Pipeline } from '@stageflow/core'
import { expect, test } from 'vitest'
import { durableWorkflow } from './index.ts'
import { serve } from '../test/restate.ts'

test('a run on Restate ends like a run in process', async () => {
  const graph = new Pipeline('sum')
    .withStage('a', () => ({ a: 1 }))
    .withStage('b', async ({ inputs, snapshot }) => ({ b: inputs.from('a').a + 1, text: snapshot.inputText }), { dependencies: ['a'] })
    .build()
  const { client } = await serve<typeof graph>((name) => [durableWorkflow(graph, { name })])
  const result = await client.run('r1', { input: { inputText: 'hi' } })
  console.log(JSON.stringify(result))
  expect(result).toMatchObject({ status: 'completed', data: { a: { a: 1 }, b: { b: 2, text: 'hi' } } })
})
