import { Pipeline, StageOutput } from '@stageflow/core'
import { expect, test } from 'vitest'

import { jsonResponse } from './index.ts'

const graph = new Pipeline('shop')
  .withStage('card', () => ({ number: '4111' }))
  .withStage('book', () => ({ seat: 7 }), { dependencies: ['card'] })
  .build()

test('clients get what `body` chooses, and by default nothing of the data', async () => {
  const result = await graph.runSettled({})
  const chosen = jsonResponse(result, { body: ({ book }) => book, status: 201, headers: { 'x-shop': 'yes' } })
  expect([chosen.status, await chosen.text()]).toEqual([201, '{"seat":7}'])
  expect(chosen.headers.get('x-shop')).toBe('yes')
  expect(chosen.headers.get('content-type')).toBe('application/json')
  expect(chosen.headers.get('cache-control')).toBe('no-store')
  const all = await jsonResponse(result).json()
  expect(all).toEqual({ status: 'completed', runId: result.report.pipelineRunId })
})

test('a run that waits for an answer says for which, and not what it asks', async () => {
  const asking = new Pipeline('shop').withStage('boss', () => StageOutput.suspend({ secret: 'Pay 900?' })).build()
  const result = await asking.runSettled({})
  const response = jsonResponse(result)
  expect(response.status).toBe(202)
  expect(await response.json()).toEqual({
    status: 'suspended',
    runId: result.report.pipelineRunId,
    waitsFor: ['boss'],
  })
})

test('a cancelled run gives its reason', async () => {
  const result = await new Pipeline('shop')
    .withStage('guard', () => StageOutput.cancel('sold out'))
    .build()
    .runSettled({})
  expect(await jsonResponse(result).json()).toMatchObject({ error: { code: 'core/cancelled', message: 'sold out' } })
})

test('a refused token asks for another one', () => {
  const response = jsonResponse(Object.assign(new Error('no'), { code: 'auth/expired' }))
  expect([response.status, response.headers.get('www-authenticate')]).toEqual([401, 'Bearer'])
})

test('what JSON cannot hold is http/not-json', async () => {
  const result = await graph.runSettled({})
  for (const body of [() => 1n, () => undefined])
    expect(() => jsonResponse(result, { body })).toThrow(expect.objectContaining({ code: 'http/not-json' }))
})

test.each([204, 205])('a response with the status %i has no body', async (status) => {
  const response = jsonResponse(await graph.runSettled({}), { status, body: ({ book }) => book })
  expect([response.status, response.body, response.headers.get('content-type')]).toEqual([status, null, null])
})

test.each([[{ 'a b': '1' }], [{ a: '€' }], [[['a']]]])('illegal headers are refused (case %#)', async (headers) => {
  const result = await graph.runSettled({})
  expect(() => jsonResponse(result, { headers: headers as never })).toThrow(
    expect.objectContaining({ code: 'http/illegal-option' }),
  )
})
