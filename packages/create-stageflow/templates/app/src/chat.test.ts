import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runStage } from '@stageflow/testing'
import { chat } from './chat.ts'
import { makeInterceptors } from './interceptors.ts'
import type { Model } from './model.ts'
import { devToken } from './token.ts' // plugin: auth

const echo: Model = async function* (_context, prompt) {
  yield* ['echo of ', prompt]
  return { text: `echo of ${prompt}` }
}
const down: Model = () => {
  throw new Error('down')
}

test('a question is answered by the model', async () => {
  const graph = chat.build({ interceptors: makeInterceptors(), ports: { model: echo } })
  const { data } = await graph.run(
    { inputText: ' What is a stage? ' },
    { token: devToken('ada') }, // plugin: auth
  )
  assert.equal(data.answer?.text, 'echo of Ada, who likes graphs, asks: What is a stage?')
})

test('a model that is down fails the run', async () => {
  const result = await chat.build({ ports: { model: down } }).runSettled({ inputText: 'What is a stage?' })
  assert.equal(result.status, 'failed')
  assert.equal(result.report.stages['answer']?.status, 'fail')
})

test('without a question, the model is not asked', async () => {
  const guard = chat.stages.find(({ name }) => name === 'guard')
  assert.ok(guard)
  const { output } = await runStage(guard, { snapshot: { inputText: ' ' } })
  assert.equal(output.status, 'cancel')
})
