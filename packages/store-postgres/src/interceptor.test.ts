import { Pipeline, StageKind } from '@stageflow/core'
import { idempotency, type IdempotencyOptions } from '@stageflow/interceptor-idempotency'
import { recordingSink } from '@stageflow/testing'
import { Pool } from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'

import type { TestServer } from '../../interceptor-idempotency/test/server-process.ts'
import { startPostgres } from '../test/postgres-server.ts'
import { connect } from '../test/postgres.ts'
import { startSilentServer } from '../../interceptor-idempotency/test/silent-server.ts'
import { postgresStore } from './postgres-store.ts'

let server: TestServer
let pools: Pool[]
let executions: number
beforeAll(async () => {
  server = await startPostgres()
  const pool = new Pool({ connectionString: server.url })
  await postgresStore({ pool }).migrate()
  await pool.end()
}, 120_000)
beforeEach(() => {
  pools = []
  executions = 0
})
afterEach(async () => {
  await Promise.all(pools.map((pool) => pool.end()))
  await server.start()
})
afterAll(() => server.close())

/** A graph with an idempotent payment that uses PostgreSQL. */
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

test('graphs with different pools make a payment once', async () => {
  const [one, two] = [paying(connected()), paying(connected())]
  const input = order()
  const results = await Promise.all([one.run(input), two.run(input), one.run(input), two.run(input)])
  for (const { data } of results) expect(data).toEqual({ pay: { paid: 'ten apples', execution: 1 } })
  expect(executions).toBe(1)
  const again = await two.run(input)
  expect(again).toMatchObject({ data: { pay: { execution: 1 } } })
  expect(again.report.stages['pay']?.notes).toMatchObject({ idempotency: { result: 'hit' } })
})

test('while the server is down, the stage fails with idempotency/store-unavailable, its cause and an event', async () => {
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

test("with onStoreError: 'run' the stage runs without the store, and an event says so", async () => {
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

test('a server that accepts the connection and never answers fails the stage after storeTimeoutMs', async () => {
  const silent = await startSilentServer()
  // By default, pg waits forever.
  const pool = new Pool({ host: '127.0.0.1', port: silent.port })
  pool.on('error', () => {})
  const store = postgresStore({ pool })
  const graph = new Pipeline('shop')
    .withStage('pay', () => ({ execution: ++executions }), StageKind.WORK)
    .build({ interceptors: [idempotency({ store, storeTimeoutMs: 200 })] })
  const result = await graph.runSettled(order())
  expect(result.report.stages['pay']?.error).toMatchObject({
    code: 'idempotency/store-unavailable',
    // Not what the client would report later.
    cause: { message: 'the store did not answer within 200 ms' },
  })
  await silent.close()
  await pool.end()
})

test('a server that restarts during the work gets the output', async () => {
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

test('an output with an own "__proto__" key is stored, and repeats get it', async () => {
  const pool = connected()
  pools.push(pool)
  const store = postgresStore({ pool })
  const foreign = JSON.parse('{"__proto__":{"isAdmin":true}}') as object
  const graph = new Pipeline('shop')
    .withStage('pay', () => ({ foreign, execution: ++executions }), StageKind.WORK)
    .build({ interceptors: [idempotency({ store })] })
  const input = order()
  for (let call = 0; call < 2; call += 1) {
    const { data } = await graph.run(input)
    expect(JSON.stringify(data.pay)).toBe('{"foreign":{"__proto__":{"isAdmin":true}},"execution":1}')
  }
})

test('an output that is too long for the store fails the stage, and the work is not done again', async () => {
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
      message: expect.stringContaining('maxValueBytes is 1000') as string,
    })
  }
  expect(executions).toBe(1)
})

test('a pool that the app has ended counts as an outage', async () => {
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
