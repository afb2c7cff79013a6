import { Pipeline, StageKind } from '@stageflow/core'
import { idempotency, type IdempotencyOptions } from '@stageflow/interceptor-idempotency'
import { recordingSink } from '@stageflow/testing'
import { Redis } from 'ioredis'
import { afterEach, beforeEach, expect, test } from 'vitest'

import { type Breakable, breakableRedis } from '../test/redis-relay.ts'
import { connect } from '../test/redis.ts'
import { startSilentServer } from '../../interceptor-idempotency/test/silent-server.ts'
import { redisStore } from './redis-store.ts'

let server: Breakable
let clients: Redis[]
let executions: number
beforeEach(async () => {
  server = await breakableRedis()
  clients = []
  executions = 0
})
afterEach(async () => {
  for (const client of clients) client.disconnect()
  await server.close()
})

/** A graph with an idempotent payment that uses Redis. */
function paying(client: Redis, options: IdempotencyOptions = {}) {
  client.on('error', () => {})
  clients.push(client)
  const store = redisStore({ client, prefix })
  return new Pipeline('shop')
    .withStage('pay', ({ snapshot }) => ({ paid: snapshot.inputText, execution: ++executions }), StageKind.WORK)
    .build({ interceptors: [idempotency({ store, ...options })] })
}

const prefix = `stageflow-test:${crypto.randomUUID()}:`
const order = () => ({ inputText: 'ten apples', extensions: { idempotencyKey: crypto.randomUUID() } })

test('graphs with different clients make a payment once', async () => {
  const [one, two] = [paying(connect(server.url)), paying(connect(server.url))]
  const input = order()
  const results = await Promise.all([one.run(input), two.run(input), one.run(input), two.run(input)])
  for (const { data } of results) expect(data).toEqual({ pay: { paid: 'ten apples', execution: 1 } })
  expect(executions).toBe(1)
  const again = await two.run(input)
  expect(again).toMatchObject({ data: { pay: { execution: 1 } } })
  expect(again.report.stages['pay']?.notes).toMatchObject({ idempotency: { result: 'hit' } })
})

test('while the server is down, the stage fails with idempotency/store-unavailable, its cause and an event', async () => {
  const graph = paying(connect(server.url))
  await server.stop()
  const sink = recordingSink()
  const result = await graph.runSettled(order(), { eventSink: sink })
  expect(result.status).toBe('failed')
  expect(result.report.stages['pay']?.error).toMatchObject({
    code: 'idempotency/store-unavailable',
    cause: { code: 'store-redis/unavailable' },
  })
  expect(sink.events).toContainEqual(
    expect.objectContaining({
      type: 'idempotency.store_failed',
      data: expect.objectContaining({
        operation: 'claim',
        code: 'store-redis/unavailable',
        consequence: 'fail',
      }) as object,
    }),
  )
  expect(executions).toBe(0)
  await server.start()
  expect(await graph.run(order())).toMatchObject({ data: { pay: { execution: 1 } } })
})

test("with onStoreError: 'run' the stage runs without the store, and an event says so", async () => {
  const graph = paying(connect(server.url), { onStoreError: 'run' })
  await server.stop()
  const sink = recordingSink()
  const result = await graph.run(order(), { eventSink: sink })
  expect(result).toMatchObject({ status: 'completed', data: { pay: { execution: 1 } } })
  expect(result.report.stages['pay']?.notes).toMatchObject({ idempotency: { result: 'store-error' } })
  expect(sink.events).toContainEqual(
    expect.objectContaining({
      type: 'idempotency.store_failed',
      data: expect.objectContaining({ code: 'store-redis/unavailable', consequence: 'run' }) as object,
    }),
  )
})

test('a client that waits long fails the stage after storeTimeoutMs', async () => {
  // By default, ioredis tries to connect twenty times.
  const graph = paying(new Redis(server.url), { storeTimeoutMs: 200 })
  await server.stop()
  const result = await graph.runSettled(order())
  expect(result.report.stages['pay']?.error).toMatchObject({
    code: 'idempotency/store-unavailable',
    // Not what the client would report later.
    cause: { message: 'the store did not answer within 200 ms' },
  })
})

test('a server that accepts the connection and never answers fails the stage after storeTimeoutMs', async () => {
  const silent = await startSilentServer()
  try {
    const graph = paying(new Redis(silent.port, '127.0.0.1'), { storeTimeoutMs: 200 })
    const result = await graph.runSettled(order())
    expect(result.report.stages['pay']?.error).toMatchObject({
      code: 'idempotency/store-unavailable',
      // Not what the client would report later.
      cause: { message: 'the store did not answer within 200 ms' },
    })
  } finally {
    await silent.close()
  }
})

test('a server that restarts during the work gets the output', async () => {
  const client = connect(server.url)
  client.on('error', () => {})
  clients.push(client)
  const store = redisStore({ client, prefix })
  const graph = new Pipeline('shop')
    .withStage(
      'pay',
      async () => {
        await server.stop()
        setTimeout(() => void server.start(), 50)
        return { execution: ++executions }
      },
      StageKind.WORK,
    )
    .build({ interceptors: [idempotency({ store })] })
  const input = order()
  expect(await graph.run(input)).toMatchObject({ data: { pay: { execution: 1 } } })
  expect(await graph.run(input)).toMatchObject({ data: { pay: { execution: 1 } } })
})

test('an output with an own "__proto__" key is stored, and repeats get it', async () => {
  const client = connect(server.url)
  clients.push(client)
  const store = redisStore({ client, prefix })
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
  const client = connect(server.url)
  clients.push(client)
  const store = redisStore({ client, prefix, maxValueBytes: 1_000 })
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

test('a client that the app has closed counts as an outage', async () => {
  const client = connect(server.url)
  const graph = paying(client)
  client.disconnect()

  const { report } = await graph.runSettled(order())
  expect(report.stages['pay']?.error).toMatchObject({
    code: 'idempotency/store-unavailable',
    cause: { code: 'store-redis/unavailable' },
  })
})
