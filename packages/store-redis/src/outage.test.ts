import { Redis } from 'ioredis'
import { afterEach, beforeEach, expect, test } from 'vitest'

import { type Breakable, breakableRedis, relayTo } from '../test/redis-relay.ts'
import { connect } from '../test/redis.ts'
import { redisStore } from './redis-store.ts'

const PARAMETERS = 'a'.repeat(64)
const CLAIM = { token: 'one', parameters: PARAMETERS, leaseMs: 60_000 }
const COMPLETION = { token: 'one', parameters: PARAMETERS, value: 'done', ttlMs: 60_000 }

let server: Breakable
let clients: Redis[]
beforeEach(async () => {
  server = await breakableRedis()
  clients = []
})
afterEach(async () => {
  for (const client of clients) client.disconnect()
  await server.close()
})

function clientOf(client: Redis = connect(server.url)): Redis {
  client.on('error', () => {})
  clients.push(client)
  return client
}

test('every operation rejects while the server is down, and works again afterwards', async () => {
  const prefix = `stageflow-test:${crypto.randomUUID()}:`
  const store = redisStore({ client: clientOf(), prefix })
  await store.claim('key', CLAIM)
  await store.complete('key', COMPLETION)
  await server.stop()
  for (const operate of [
    () => store.claim('key', CLAIM),
    () => store.complete('key', COMPLETION),
    () => store.release('key', 'one'),
  ]) {
    await expect(operate()).rejects.toMatchObject({ code: 'store-redis/unavailable' })
  }
  await server.start()
  expect(await store.claim('key', { ...CLAIM, token: 'two' })).toEqual({
    status: 'completed',
    parameters: PARAMETERS,
    value: 'done',
  })
})

test('operations in progress reject when the server stops', async () => {
  const store = redisStore({ client: clientOf() })
  await store.claim('key', CLAIM)
  const claiming = Promise.allSettled(Array.from({ length: 500 }, (_, index) => store.claim(`key${index}`, CLAIM)))
  await server.stop()
  for (const outcome of await claiming) {
    if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ code: 'store-redis/unavailable' })
    else expect(outcome.value).toEqual({ status: 'claimed' })
  }
  await expect(store.claim('key', CLAIM)).rejects.toMatchObject({ code: 'store-redis/unavailable' })
})

test('a claim that the client sends again after a lost answer is claimed, not running', async () => {
  // By default, the client sends a command without an answer again, up to twenty times.
  const relay = await relayTo(server.url)
  try {
    const client = clientOf(new Redis(relay.url, { retryStrategy: () => 50 }))
    const store = redisStore({ client, prefix: `stageflow-test:${crypto.randomUUID()}:` })
    for (let round = 0; round < 20; round += 1) {
      const claiming = store.claim(`key${round}`, CLAIM)
      await relay.stop()
      await relay.start()
      expect(await claiming).toEqual({ status: 'claimed' })
      expect(await store.claim(`key${round}`, { ...CLAIM, token: 'two' })).toMatchObject({ status: 'running' })
    }
  } finally {
    await relay.close()
  }
})

test('an owner from before the server lost its data does not overwrite a later owner', async () => {
  const prefix = `stageflow-test:${crypto.randomUUID()}:`
  const client = clientOf()
  const store = redisStore({ client, prefix })
  await store.claim('key', CLAIM)
  await client.del(`${prefix}key`)
  expect(await store.claim('key', { ...CLAIM, token: 'two' })).toEqual({ status: 'claimed' })
  expect(await store.complete('key', COMPLETION)).toBe(false)
  expect(await store.complete('key', { ...COMPLETION, token: 'two', value: 'of two' })).toBe(true)
})
