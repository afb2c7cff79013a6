import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isStageEvent, Pipeline } from '@stageflow/core'
import { fakeModelServer } from '@stageflow/testing/model-server'
import type { ServedAnswer } from '@stageflow/testing/model-server'
import { openModel } from './model.ts'

/** Asks a model server on this machine, which gives this answer. */
async function ask(answer: ServedAnswer) {
  const server = await fakeModelServer([answer])
  const model = openModel({ OPENAI_API_KEY: 'sk-test', OPENAI_BASE_URL: `${server.url}/v1`, OPENAI_MODEL: 'tiny' })
  const run = new Pipeline('ask')
    .withStage('answer', (context) => model(context, 'What is a stage?'))
    .build()
    .start()
  const chunks: unknown[] = []
  for await (const event of run) if (isStageEvent(event, 'chunk')) chunks.push(event.data.chunk)
  const result = await run.settled
  await server.close()
  return { result, chunks, requests: server.requests }
}

test('the answer streams from the model and with the key of the environment', async () => {
  const { result, chunks, requests } = await ask({ text: ['A stage is ', 'a function.'] })
  assert.deepEqual(chunks, ['A stage is ', 'a function.'])
  assert.equal(result.data.answer?.text, 'A stage is a function.')
  assert.equal(result.report.usage?.outputTokens, 3)
  assert.equal(requests[0]?.headers.authorization, 'Bearer sk-test')
  const body = JSON.stringify(requests[0]?.body)
  assert.ok(body.includes('"model":"tiny"') && body.includes('What is a stage?'), body)
})

test('half an answer fails the stage', async () => {
  const { result } = await ask({ text: ['A stage is ', 'a function.'], fault: { kind: 'end', afterChunks: 1 } })
  assert.equal(result.status === 'failed' && result.errors[0]?.code, 'models/cut')
})

test('without a key, no model is asked and the answer says so', async () => {
  const model = openModel({})
  const graph = new Pipeline('ask').withStage('answer', (context) => model(context, 'Why?')).build()
  assert.match((await graph.run()).data.answer?.text ?? '', /Set OPENAI_API_KEY/)
})
