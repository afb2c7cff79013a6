import { Pipeline, StageOutput, StageflowError } from '@stageflow/core'
import { circuitBreaker } from '@stageflow/interceptor-circuit-breaker'
import { retry } from '@stageflow/interceptor-retry'
import { manualClock } from '@stageflow/testing'
import { expect, test } from 'vitest'

import { jsonResponse, retryAfterOf, statusOf } from './index.ts'
import { STATUSES } from './statuses.ts'

const endOf = (body: () => object) => new Pipeline('shop').withStage('book', body).build().runSettled({})
const failing = (error: unknown) =>
  endOf(() => {
    throw error
  })
const coded = (code: string, cause?: unknown) => new StageflowError(code, 'from the database at 10.0.0.7', { cause })

test.each([
  ['auth/expired', 401],
  ['auth/forbidden', 403],
  ['circuit-breaker/open', 503],
  ['core/timed-out', 504],
  ['idempotency/in-progress', 409],
  ['idempotency/other-input', 422],
  ['core/stage-failed', 500],
])('a run that failed with %s has the status of its error table', async (code, status) => {
  expect(statusOf(await failing(coded(code)))).toBe(status)
})

test('the table has no code of names that every object has', async () => {
  for (const code of ['constructor/name', 'core/constructor', '__proto__/toString', 'toString'])
    expect(statusOf(await failing(coded(code))), code).toBe(500)
  expect(Object.keys(STATUSES).length).toBeGreaterThan(20)
})

test('a completed run is 200, a suspended one 202, a cancelled one 422', async () => {
  expect(statusOf(await endOf(() => ({})))).toBe(200)
  expect(statusOf(await endOf(() => StageOutput.suspend('Pay?')))).toBe(202)
  expect(statusOf(await endOf(() => StageOutput.cancel('sold out')))).toBe(422)
})

test('a cancelled run is 503 when the server shuts down', async () => {
  const stopping = new AbortController()
  const result = await endOf(() => StageOutput.cancel('the server shuts down'))
  expect(statusOf(result, { stopping: stopping.signal })).toBe(422)
  stopping.abort()
  expect(statusOf(result, { stopping: stopping.signal })).toBe(503)
  const { error } = (await jsonResponse(result, { stopping: stopping.signal }).json()) as { error: object }
  expect(error).toMatchObject({ code: 'http/stopping' })
})

test('an unknown code is 500, and clients do not see it', async () => {
  const result = await failing(Object.assign(new Error('password=hunter2'), { code: 'ER_ACCESS_DENIED' }))
  expect(statusOf(result)).toBe(500)
  const text = await jsonResponse(result).text()
  expect(text).not.toMatch(/hunter2|ER_ACCESS/)
  expect(JSON.parse(text)).toEqual({
    error: { code: 'core/stage-failed', message: 'The server failed.' },
    runId: result.report.pipelineRunId,
  })
})

test("an app's own table goes before Stageflow's, for the error and for its causes", async () => {
  const errors = { 'shop/sold-out': 410, 'core/timed-out': { status: 503, message: 'We are busy.' } }
  expect(statusOf(await failing(coded('shop/sold-out')), { errors })).toBe(410)
  expect(statusOf(await failing(coded('core/timed-out')), { errors })).toBe(503)
  expect(statusOf(await failing(coded('auth/expired', coded('shop/sold-out'))), { errors })).toBe(410)
  const response = jsonResponse(await failing(coded('core/timed-out')), { errors })
  expect(await response.json()).toMatchObject({ error: { code: 'core/timed-out', message: 'We are busy.' } })
})

test('an error that wraps a known one has its status: an Error, a retry that gave up, a failed run', async () => {
  expect(statusOf(await failing(new Error('no', { cause: coded('circuit-breaker/open') })))).toBe(503)
  const clock = manualClock()
  const graph = new Pipeline('shop')
    .withStage('book', () => StageOutput.fail(coded('core/timed-out'), { retryable: true }))
    .build({ clock, interceptors: [retry({ attempts: 2 })] })
  const settled = graph.runSettled({})
  await clock.runAll()
  const result = await settled
  expect(result.status === 'failed' && result.errors[0]?.code).toBe('retry/exhausted')
  expect(statusOf(result)).toBe(504)
  const thrown = await new Pipeline('shop')
    .withStage('book', () => StageOutput.fail(coded('auth/forbidden')))
    .build()
    .run({})
    .catch((error: unknown) => error)
  expect(statusOf(thrown)).toBe(403)
})

test('what a request or a handler rejected with has the status of its code', () => {
  expect(statusOf(coded('auth/foreign-run'))).toBe(403)
  expect(statusOf(new TypeError('x'))).toBe(500)
  expect(statusOf(undefined)).toBe(500)
  expect(statusOf('auth/expired')).toBe(500)
})

test('an open circuit says when to try again, in a child run too', async () => {
  const clock = manualClock()
  const down = () => {
    throw Object.assign(new Error('down'), { status: 503 })
  }
  const interceptors = [circuitBreaker({ breaker: { type: 'consecutive', failures: 1 }, halfOpenAfterMs: 9_500 })]
  const model = new Pipeline('model').withStage('llm', down).build({ clock, interceptors })
  const graph = new Pipeline('chat')
    .withStage('answer', async ({ runChild }) => {
      const { status } = await runChild(model)
      if (status === 'failed') throw new Error('the model failed')
      return {}
    })
    .build({ clock })
  await graph.runSettled({})
  const result = await graph.runSettled({})
  expect(result.status === 'failed' && result.errors[0]?.code).toBe('core/stage-failed')
  expect(retryAfterOf(result)).toBe(10)

  const open = await model.runSettled({})
  expect(retryAfterOf(open)).toBe(10)
  const response = jsonResponse(open)
  expect([response.status, response.headers.get('retry-after')]).toEqual([503, '10'])
})

test('a server that the run called says when to try again', async () => {
  const busy = Object.assign(new Error('busy'), { status: 429, headers: { 'retry-after': '7' } })
  expect(retryAfterOf(await failing(busy))).toBe(7)
  expect(retryAfterOf(await failing(new Error('no')))).toBeUndefined()
  expect(retryAfterOf(await endOf(() => ({})))).toBeUndefined()
  expect(retryAfterOf(Object.assign(coded('retry/wait-too-long'), { afterMs: 0 }))).toBe(1)
})

test('the data of a stage says when to try again if its error came from a journal', async () => {
  const fail = () => StageOutput.fail(coded('circuit-breaker/open'), { data: { afterMs: 2_000 } })
  expect(retryAfterOf(await endOf(fail))).toBe(2)
})

test.each([
  [{ errors: { 'shop/x': 200 } }],
  [{ errors: { 'shop/x': { status: 404, message: 7 } } }],
  [{ errors: [] as never, stopping: {} as never }],
  [{ error: {} } as never],
])('an illegal option is refused (case %#)', (options) => {
  expect(() => statusOf({}, options as never)).toThrow(expect.objectContaining({ code: 'http/illegal-option' }))
})

test("an app's own table goes before Stageflow's for a cancelled run and for a server that stops", async () => {
  const result = await endOf(() => StageOutput.cancel('sold out'))
  const stopping = AbortSignal.abort('over')
  expect(statusOf(result, { errors: { 'core/cancelled': 409 } })).toBe(409)
  const told = jsonResponse(result, { errors: { 'core/cancelled': { status: 409 } } })
  expect(await told.json()).toMatchObject({ error: { message: 'sold out' } })
  const errors = { 'http/stopping': { status: 502, message: 'Later.' } }
  const stopped = jsonResponse(result, { errors, stopping })
  expect([stopped.status, await stopped.json()]).toEqual([
    502,
    expect.objectContaining({ error: { code: 'http/stopping', message: 'Later.' } }),
  ])
})

test('what waited for a run to begin while the server stopped is 503', () => {
  const stopping = AbortSignal.abort('the server shuts down')
  expect(statusOf('the server shuts down', { stopping })).toBe(503)
  expect(statusOf('another string', { stopping })).toBe(500)
})

test.each([
  [Promise.resolve({})],
  [
    new Pipeline('shop')
      .withStage('book', () => ({}))
      .build()
      .start({}),
  ],
])('a run that was not awaited is refused (case %#)', (run) => {
  const code = { code: 'http/illegal-option' }
  for (const made of [() => statusOf(run), () => jsonResponse(run), () => retryAfterOf(run)])
    expect(made).toThrow(expect.objectContaining(code))
})

test.each([
  [{ status: 'failed', report: null }],
  [{ status: 'failed', report: {}, outputs: {} }],
  [{ status: 'suspended', report: {}, outputs: {} }],
  [{ status: 'completed', report: {} }],
])('what only looks like a result is an unknown failure (case %#)', (value) => {
  expect([statusOf(value), jsonResponse(value).status, retryAfterOf(value)]).toEqual([500, 500, undefined])
})
