import { StageflowError } from '@stageflow/core'
import { keyedStoreContract } from '@stageflow/keyed-work/contract'
import type { Redis } from 'ioredis'
import { afterAll, beforeAll, expect, test } from 'vitest'

import { contractWithClients } from '../test/contract-with-clients.ts'
import { connect, ownPrefix, redisUrl } from '../test/redis.ts'
import type { RedisStoreOptions } from './redis-store-options.ts'
import { redisStore } from './redis-store.ts'

const PARAMETERS = 'a'.repeat(64)
const CLAIM = { token: 'one', parameters: PARAMETERS, leaseMs: 60_000 }
const COMPLETION = { token: 'one', parameters: PARAMETERS, value: 'done', ttlMs: 60_000 }

let client: Redis
beforeAll(() => {
  client = connect()
})
afterAll(() => client.quit())

contractWithClients(keyedStoreContract, (own, prefix) => redisStore({ client: own, prefix }))

test('keys begin with "stageflow:idempotency:" by default', async () => {
  const key = `test-${crypto.randomUUID()}`
  await redisStore({ client }).claim(key, CLAIM)
  expect(await client.pexpire(`stageflow:idempotency:${key}`, 0)).toBe(1)
})

test('stores with different prefixes see neither each other nor other keys of the server', async () => {
  const prefix = ownPrefix()
  const [left, right] = [
    redisStore({ client, prefix: `${prefix}left:` }),
    redisStore({ client, prefix: `${prefix}right:` }),
  ]
  await client.set(`${prefix}key`, 'another value', 'PX', 60_000)
  await left.complete('key', COMPLETION)
  expect(await right.claim('key', CLAIM)).toEqual({ status: 'claimed' })
  expect(await client.get(`${prefix}key`)).toBe('another value')
})

test('every record expires', async () => {
  const prefix = ownPrefix()
  const store = redisStore({ client, prefix })
  const left = async (): Promise<readonly boolean[]> => {
    const keys = await client.keys(`${prefix}*`)
    return Promise.all(keys.map(async (key) => (await client.pttl(key)) > 0))
  }
  await store.claim('claimed', CLAIM)
  await store.claim('completed', CLAIM)
  await store.complete('completed', COMPLETION)
  await store.complete('late', COMPLETION)
  expect(await left()).toEqual([true, true, true])
})

test('a server that lost the scripts gets them again', async () => {
  const store = redisStore({ client, prefix: ownPrefix() })
  await client.script('FLUSH')
  expect(await store.claim('key', CLAIM)).toEqual({ status: 'claimed' })
  await client.script('FLUSH')
  expect(await store.complete('key', COMPLETION)).toBe(true)
  await client.script('FLUSH')
  await store.release('key', 'one')
  expect(await store.claim('key', CLAIM)).toEqual({ status: 'completed', parameters: PARAMETERS, value: 'done' })
})

test('a key with a value of another program is left alone: store-redis/unavailable', async () => {
  const prefix = ownPrefix()
  await client.set(`${prefix}key`, 'not a record', 'PX', 60_000)
  const store = redisStore({ client, prefix })
  await expect(store.claim('key', CLAIM)).rejects.toMatchObject({ code: 'store-redis/unavailable' })
  await expect(store.complete('key', COMPLETION)).rejects.toThrow('WRONGTYPE')
  await expect(store.release('key', 'one')).rejects.toThrow('release failed')
  expect(await client.get(`${prefix}key`)).toBe('not a record')
})

test('an error contains neither data nor the command', async () => {
  const prefix = ownPrefix()
  await client.set(`${prefix}key`, 'a text', 'PX', 60_000)
  const error = await redisStore({ client, prefix })
    .complete('key', { ...COMPLETION, value: 'my secret', token: 'my token' })
    .catch((thrown: unknown) => thrown as StageflowError)
  expect(StageflowError.is(error, 'store-redis/unavailable')).toBe(true)
  const { cause } = error as { cause: Error }
  expect(Object.keys(cause)).toEqual(['name'])
  expect(`${String(error)}${JSON.stringify(error)}${String(cause)}${JSON.stringify(cause)}`).not.toMatch(
    /my secret|my token/,
  )
})

test('a client with a wrong password gets an error without the password', async () => {
  const url = new URL(redisUrl)
  url.password = 'not-the-password'
  const stranger = connect(url.href)
  const silent: string[] = []
  stranger.on('error', (error) => silent.push(error.message))
  try {
    const store = redisStore({ client: stranger, prefix: ownPrefix() })
    const outcome = await store.claim('key', CLAIM).then(
      () => undefined,
      (error: Error) => error,
    )
    // A server without a password accepts the client. Then there is no error.
    expect(`${String(outcome)}${String(outcome?.cause)}`).not.toContain('not-the-password')
  } finally {
    stranger.disconnect()
  }
})

test('a value at the limit is kept, and one above it is refused with store-redis/too-large', async () => {
  const store = redisStore({ client, prefix: ownPrefix(), maxValueBytes: 6 })
  expect(await store.complete('key', { ...COMPLETION, value: 'ééé' })).toBe(true)
  await expect(store.complete('other', { ...COMPLETION, value: 'éééé' })).rejects.toMatchObject({
    code: 'store-redis/too-large',
    message: expect.stringMatching(/has 8 bytes, and maxValueBytes is 6/) as string,
  })
  expect(await store.claim('other', CLAIM)).toEqual({ status: 'claimed' })
})

test('a value can have 16 MiB by default', async () => {
  const store = redisStore({ client, prefix: ownPrefix() })
  const largest = 'x'.repeat(16 * 1024 * 1024)
  expect(await store.complete('key', { ...COMPLETION, value: largest, ttlMs: 1_000 })).toBe(true)
  await expect(store.complete('key', { ...COMPLETION, value: `${largest}x` })).rejects.toThrow(
    'maxValueBytes is 16777216',
  )
})

test.each([
  [undefined, ['redisStore(): the options must be an object, not undefined']],
  [null, ['the options must be an object, not null']],
  [{}, ['redisStore(): client must be an ioredis client: redisStore({ client: new Redis(url) }).']],
  [{ client: 'redis://user:hunter2@host' }, ['client must be an ioredis client']],
  [{ client: { url: 'redis://user:hunter2@host' } }, ['client must be an ioredis client']],
  [{ client: 7, prefix: '', maxValueBytes: 0 }, ['client must be', 'prefix must be', 'maxValueBytes must be']],
  [{ prefix: null, maxValueBytes: Number.NaN }, ['prefix must be', 'maxValueBytes must be']],
  [{ maxValueBytes: 1.5 }, ['maxValueBytes must be']],
  [{ client: 7, keyPrefix: 'hunter2' }, ['client must be', 'unknown option "keyPrefix"']],
  [{ maxValueBytes: Infinity }, ['maxValueBytes must be a whole number from 1 to 536870912, not Infinity']],
])('the options %o are refused with store-redis/illegal-option, all at once, without a password', (options, says) => {
  let error: unknown
  try {
    redisStore(options as unknown as RedisStoreOptions)
  } catch (thrown) {
    error = thrown
  }
  expect(StageflowError.is(error, 'store-redis/illegal-option')).toBe(true)
  for (const part of says) expect(String(error)).toContain(part)
  expect(String(error)).not.toContain('hunter2')
})
