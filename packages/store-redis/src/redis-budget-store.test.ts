import { StageflowError } from '@stageflow/core'
import { budgetStoreContract } from '@stageflow/models/contract'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, expect, test } from 'vitest'

import { contractWithClients } from '../test/contract-with-clients.ts'
import { relayTo } from '../test/redis-relay.ts'
import { connect, ownPrefix, redisUrl } from '../test/redis.ts'
import { redisBudgetStore } from './redis-budget-store.ts'

const RESERVATION = { token: 't', amount: 30, most: 100, windowMs: 60_000 }

let client: Redis
beforeAll(() => {
  client = connect()
})
afterAll(() => client.quit())

contractWithClients(budgetStoreContract, (own, prefix) => redisBudgetStore({ client: own, prefix }))

test('keys begin with "stageflow:budget:" by default, and expire with their window', async () => {
  const key = `test-${crypto.randomUUID()}`
  await redisBudgetStore({ client }).reserve(key, RESERVATION)
  const left = await client.pttl(`stageflow:budget:${key}`)
  expect(left > 0 && left <= 60_000).toBe(true)
  expect(await client.del(`stageflow:budget:${key}`)).toBe(1)
})

test('a settled window has one field, however many calls it counts', async () => {
  const prefix = ownPrefix()
  const store = redisBudgetStore({ client, prefix })
  for (const token of ['a', 'b', 'c']) {
    await store.reserve('key', { ...RESERVATION, token })
    await store.settle('key', { token, amount: 5 })
  }
  expect(await client.hgetall(`${prefix}key`)).toEqual({ total: '15' })
})

test('a server that lost the scripts gets them again', async () => {
  const store = redisBudgetStore({ client, prefix: ownPrefix() })
  await client.script('FLUSH')
  expect(await store.reserve('key', RESERVATION)).toEqual({ status: 'reserved' })
  await client.script('FLUSH')
  await store.settle('key', { token: 't', amount: 1 })
  expect(await store.reserve('key', { ...RESERVATION, amount: 100 })).toMatchObject({ status: 'refused', left: 99 })
})

test('a key with a value of another program is left alone: store-redis/unavailable, without data or the command', async () => {
  const prefix = ownPrefix()
  await client.set(`${prefix}key`, 'not a window', 'PX', 60_000)
  const store = redisBudgetStore({ client, prefix })
  const error: unknown = await store.reserve('key', { ...RESERVATION, token: 'my token' }).catch((thrown) => thrown)
  expect(StageflowError.is(error, 'store-redis/unavailable')).toBe(true)
  expect(String(error)).toContain('redisBudgetStore(): reserve failed: WRONGTYPE')
  expect(`${String(error)}${JSON.stringify(error)}${JSON.stringify((error as Error).cause)}`).not.toContain('my token')
  await expect(store.settle('key', { token: 't', amount: 1 })).rejects.toThrow('settle failed')
  expect(await client.get(`${prefix}key`)).toBe('not a window')
})

test('commands that the client sends again after a lost answer count once', async () => {
  const relay = await relayTo(redisUrl)
  try {
    // By default, the client sends a command without an answer again, up to twenty times.
    const own = new Redis(relay.url, { retryStrategy: () => 50 })
    own.on('error', () => {})
    const store = redisBudgetStore({ client: own, prefix: ownPrefix() })
    for (let round = 0; round < 10; round += 1) {
      const token = `t${round}`
      for (const operate of [
        () => store.reserve('key', { ...RESERVATION, token, most: 1_000 }),
        () => store.settle('key', { token, amount: 7 }),
      ]) {
        const operating = operate()
        await relay.stop()
        await relay.start()
        await operating
      }
    }
    const answer = await store.reserve('key', { ...RESERVATION, amount: 1_000, most: 1_000 })
    expect(answer).toMatchObject({ status: 'refused', left: 930 })
    own.disconnect()
  } finally {
    await relay.close()
  }
}, 60_000)

test.each([
  [undefined, 'redisBudgetStore(): the options must be an object, not undefined'],
  [{}, 'redisBudgetStore(): client must be an ioredis client: redisBudgetStore({ client: new Redis(url) }).'],
  [{ client: 'redis://user:hunter2@host', maxValueBytes: 1 }, 'unknown option "maxValueBytes"'],
  [{ prefix: '' }, 'prefix must be'],
])('the options %o are refused with store-redis/illegal-option, without a password', (options, says) => {
  let error: unknown
  try {
    redisBudgetStore(options as never)
  } catch (thrown) {
    error = thrown
  }
  expect(error).toMatchObject({ code: 'store-redis/illegal-option' })
  expect(String(error)).toContain(says)
  expect(String(error)).not.toContain('hunter2')
})
