import { Pipeline, StageKind } from '@stageflow/core'
import { idempotency, type IdempotencyOptions } from '@stageflow/interceptor-idempotency'
import { recordingSink } from '@stageflow/testing'
import { Pool } from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'

import { startPostgres, type PostgresServer } from '../test/postgres-server.ts'
import { connect } from '../test/postgres.ts'
import { startSilentServer } from '../test/silent-server.ts'
import { postgresStore } from './postgres-store.ts'

let server: PostgresServer
let pools: Pool[]
let executions: number
beforeAll(async () => {
  server = await startPostgres()
  const pool = new Pool({ connectionString: server.url })
  await postgresStore({ pool }).migrate()
  await pool.end()
}, 30_000)
beforeEach(() => {
  pools = []
  executions = 0
})
afterEach(async () => {
  await Promise.all(pools.map((pool) => pool.end()))
  await server.start()
})
afterAll(() => server.close())

/** A graph with a payment in it, whose idempotency is kept in PostgreSQL. */
function paying(pool: Pool, options: IdempotencyOptions = {}) {
  pool.on('error', () => {})
  pools.push(pool)
  const store = postgresStore({ pool })
  return new Pipeline('shop')
    .withStage('pay', ({ snapshot }) => ({ paid: snapshot.inputText, execution: ++executions }), StageKind.WORK)
    .build({ interceptors: [idempotency({ store, ...options })] })
}

const connected = () => connect({ connectionString: server.url })
const order = () => ({ inputText: 'ten apples', extensions: { idempotencyKey: crypto.randomUUID() } })

test('a payment is made once, however many graphs with pools of their own ask for it', async () => {
  const [one, two] = [paying(connected()), paying(connected())]
  const input = order()
  const results = await Promise.all([one.run(input), two.run(input), one.run(input), two.run(input)])
  for (const { data } of results) expect(data).toEqual({ pay: { paid: 'ten apples', execution: 1 } })
  expect(executions).toBe(1)
  const again = await two.run(input)
  expect(again).toMatchObject({ data: { pay: { execution: 1 } } })
  expect(again.report.stages['pay']?.notes).toMatchObject({ idempotency: { result: 'hit' } })
})

test('while the server is down the stage fails with idempotency/store-unavailable, says why, and tells it as an event', async () => {
  const graph = paying(connected())
  await server.stop()
  const sink = recordingSink()
  const result = await graph.runSettled(order(), { eventSink: sink })
  expect(result.status).toBe('failed')
  expect(result.report.stages['pay']?.error).toMatchObject({
    code: 'idempotency/store-unavailable',
    cause: { code: 'store-postgres/unavailable' },
  })
  expect(sink.events).toContainEqual(
    expect.objectContaining({
      type: 'idempotency.store_failed',
      data: expect.objectContaining({
        operation: 'claim',
        code: 'store-postgres/unavailable',
        consequence: 'fail',
      }) as object,
    }),
  )
  expect(executions).toBe(0)
  await server.start()
  expect(await graph.run(order())).toMatchObject({ data: { pay: { execution: 1 } } })
})

test("with onStoreError: 'run' the stage runs without, and it is an event", async () => {
  const graph = paying(connected(), { onStoreError: 'run' })
  await server.stop()
  const sink = recordingSink()
  const result = await graph.run(order(), { eventSink: sink })
  expect(result).toMatchObject({ status: 'completed', data: { pay: { execution: 1 } } })
  expect(result.report.stages['pay']?.notes).toMatchObject({ idempotency: { result: 'store-error' } })
  expect(sink.events).toContainEqual(
    expect.objectContaining({
      type: 'idempotency.store_failed',
      data: expect.objectContaining({ code: 'store-postgres/unavailable', consequence: 'run' }) as object,
    }),
  )
})

test('a server that takes the connection and never answers keeps the stage no longer than storeTimeoutMs', async () => {
  const silent = await startSilentServer()
  // The defaults of pg: it waits for ever.
  const pool = new Pool({ host: '127.0.0.1', port: silent.port })
  pool.on('error', () => {})
  const store = postgresStore({ pool })
  const graph = new Pipeline('shop')
    .withStage('pay', () => ({ execution: ++executions }), StageKind.WORK)
    .build({ interceptors: [idempotency({ store, storeTimeoutMs: 200 })] })
  const began = performance.now()
  const result = await graph.runSettled(order())
  expect(result.report.stages['pay']?.error).toMatchObject({ code: 'idempotency/store-unavailable' })
  expect(performance.now() - began).toBeLessThan(5_000)
  await silent.close()
  await pool.end()
})

test('a server that stops while the work is done and comes back in time takes the output all the same', async () => {
  const pool = connected()
  pools.push(pool)
  let restarted: Promise<void> | undefined
  const store = postgresStore({ pool })
  const graph = new Pipeline('shop')
    .withStage(
      'pay',
      async () => {
        await server.stop()
        restarted = server.start()
        return { execution: ++executions }
      },
      StageKind.WORK,
    )
    .build({ interceptors: [idempotency({ store })] })
  const input = order()
  expect(await graph.run(input)).toMatchObject({ data: { pay: { execution: 1 } } })
  await restarted
  expect(await graph.run(input)).toMatchObject({ data: { pay: { execution: 1 } } })
})

test('an output that is too long for the store fails the stage, says so, and the work is not done again', async () => {
  const pool = connected()
  pools.push(pool)
  const store = postgresStore({ pool, maxValueBytes: 1_000 })
  const graph = new Pipeline('shop')
    .withStage('pay', () => ({ execution: ++executions, receipt: 'x'.repeat(1_000) }), StageKind.WORK)
    .build({ interceptors: [idempotency({ store })] })
  const input = order()
  for (let call = 0; call < 2; call += 1) {
    const { report } = await graph.runSettled(input)
    expect(report.stages['pay']?.error).toMatchObject({
      code: 'idempotency/unstorable-output',
      message: expect.stringContaining('1000 are allowed') as string,
    })
  }
  expect(executions).toBe(1)
})

test('a pool that the app has ended is an outage like any other', async () => {
  const pool = connected()
  const graph = paying(pool)
  await pool.end()
  pools = []
  const { report } = await graph.runSettled(order())
  expect(report.stages['pay']?.error).toMatchObject({
    code: 'idempotency/store-unavailable',
    cause: { code: 'store-postgres/unavailable' },
  })
})
