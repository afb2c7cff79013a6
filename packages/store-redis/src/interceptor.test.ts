import { Pipeline, StageKind } from '@stageflow/core'
import { idempotency } from '@stageflow/interceptor-idempotency'
import { Redis } from 'ioredis'
import { afterEach, beforeEach, expect, test } from 'vitest'

import { testServerStore } from '../../interceptor-idempotency/test/server-store-tests.ts'
import { type Breakable, breakableRedis } from '../test/redis-relay.ts'
import { connect } from '../test/redis.ts'
import { redisStore } from './redis-store.ts'

const prefix = `stageflow-test:${crypto.randomUUID()}:`

let server: Breakable
beforeEach(async () => {
  server = await breakableRedis()
})
afterEach(() => server.close())

function patient(client: Redis): Redis {
  client.on('error', () => {})
  return client
}

testServerStore<Redis>({
  unavailable: 'store-redis/unavailable',
  server: () => server,
  connect: () => connect(server.url),
  connectTo: (port) => patient(new Redis(port, '127.0.0.1')),
  disconnect: async (client) => client.disconnect(),
  storeOf: (client, options) => redisStore({ client, prefix, ...options }),
})

test('a client that waits long fails the stage after storeTimeoutMs', async () => {
  // By default, ioredis tries to connect twenty times.
  const client = patient(new Redis(server.url))
  const graph = new Pipeline('shop')
    .withStage('pay', () => ({}), StageKind.WORK)
    .build({ interceptors: [idempotency({ store: redisStore({ client, prefix }), storeTimeoutMs: 200 })] })
  await server.stop()
  const result = await graph.runSettled({ extensions: { idempotencyKey: crypto.randomUUID() } })
  expect(result.report.stages['pay']?.error).toMatchObject({
    code: 'idempotency/unavailable',
    cause: { message: 'the store did not answer within 200 ms' },
  })
  client.disconnect()
})
