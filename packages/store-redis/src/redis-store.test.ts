import { setTimeout as wait } from 'node:timers/promises'
import { StageflowError } from '@stageflow/core'
import type { IdempotencyStore } from '@stageflow/interceptor-idempotency'
import { storeContract } from '@stageflow/interceptor-idempotency/contract'
import { Redis } from 'ioredis'
import { Redis as Redis5 } from 'ioredis-5'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { connect, redisUrl } from '../test/redis.ts'
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

/** Keys that no other test and no earlier run has used. */
const ownPrefix = (): string => `stageflow-test:${crypto.randomUUID()}:`

function contractWith(name: string, open: () => Redis | Redis5): void {
  // Most of it is waiting for the server's clock: the clients take turns at it, the cases of each one after the other.
  describe.concurrent(`the store contract with ${name}`, () => {
    let own: Redis | Redis5
    beforeAll(() => {
      own = open()
    })
    afterAll(() => own.quit())
    const opened = () => {
      const store: IdempotencyStore = redisStore({ client: own, prefix: ownPrefix() })
      return { store, advance: (ms: number) => wait(ms) }
    }
    for (const { name: title, run } of storeContract(opened, { shortMs: 500 })) {
      test(title, { concurrent: false, timeout: 60_000 }, run)
    }
  })
}

contractWith('ioredis 6', () => connect())
contractWith('ioredis 5', () => new Redis5(redisUrl))
contractWith('a client that has a key prefix, answers with strings and pipelines by itself', () => {
  const options = { keyPrefix: 'app:', stringNumbers: true, enableAutoPipelining: true, protocol: 2 } as const
  return new Redis(redisUrl, options)
})

test('without a prefix the keys begin with "stageflow:idempotency:"', async () => {
  const key = `test-${crypto.randomUUID()}`
  await redisStore({ client }).claim(key, CLAIM)
  expect(await client.pexpire(`stageflow:idempotency:${key}`, 0)).toBe(1)
})

test('stores with other prefixes do not see each other, nor other keys of the server', async () => {
  const prefix = ownPrefix()
  const [left, right] = [
    redisStore({ client, prefix: `${prefix}left:` }),
    redisStore({ client, prefix: `${prefix}right:` }),
  ]
  await client.set(`${prefix}key`, 'of something else', 'PX', 60_000)
  await left.complete('key', COMPLETION)
  expect(await right.claim('key', CLAIM)).toEqual({ status: 'claimed' })
  expect(await client.get(`${prefix}key`)).toBe('of something else')
})

test('no record is ever without an end', async () => {
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

test('a server that has forgotten the scripts is given them again', async () => {
  const store = redisStore({ client, prefix: ownPrefix() })
  await client.script('FLUSH')
  expect(await store.claim('key', CLAIM)).toEqual({ status: 'claimed' })
  await client.script('FLUSH')
  expect(await store.complete('key', COMPLETION)).toBe(true)
  await client.script('FLUSH')
  await store.release('key', 'one')
  expect(await store.claim('key', CLAIM)).toEqual({ status: 'completed', parameters: PARAMETERS, value: 'done' })
})

test('what somebody else keeps under a key is left alone: store-redis/unavailable', async () => {
  const prefix = ownPrefix()
  await client.set(`${prefix}key`, 'a text, no record', 'PX', 60_000)
  const store = redisStore({ client, prefix })
  await expect(store.claim('key', CLAIM)).rejects.toMatchObject({ code: 'store-redis/unavailable' })
  await expect(store.complete('key', COMPLETION)).rejects.toThrow('WRONGTYPE')
  await expect(store.release('key', 'one')).rejects.toThrow('"release" failed')
  expect(await client.get(`${prefix}key`)).toBe('a text, no record')
})

test('an error holds nothing of the data and nothing of the command', async () => {
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

test('a client without the password gets store-redis/unavailable, without the password in it', async () => {
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
    // A server that asks for no password lets the stranger in: then there is no error to look at.
    expect(`${String(outcome)}${String(outcome?.cause)}`).not.toContain('not-the-password')
  } finally {
    stranger.disconnect()
  }
})

test('a value of the limit is kept, one over it is refused with store-redis/value-too-large', async () => {
  const store = redisStore({ client, prefix: ownPrefix(), maxValueBytes: 6 })
  expect(await store.complete('key', { ...COMPLETION, value: 'ééé' })).toBe(true)
  await expect(store.complete('other', { ...COMPLETION, value: 'éééé' })).rejects.toMatchObject({
    code: 'store-redis/value-too-large',
    message: expect.stringMatching(/takes 8 bytes, and 6 are allowed/) as string,
  })
  expect(await store.claim('other', CLAIM)).toEqual({ status: 'claimed' })
})

test('without a limit of its own a value may have 16 MiB', async () => {
  const store = redisStore({ client, prefix: ownPrefix() })
  const largest = 'x'.repeat(16 * 1024 * 1024)
  expect(await store.complete('key', { ...COMPLETION, value: largest, ttlMs: 1_000 })).toBe(true)
  await expect(store.complete('key', { ...COMPLETION, value: `${largest}x` })).rejects.toThrow('16777216 are allowed')
})

test.each([
  [undefined, ['"client" is undefined']],
  [null, ['"client" is undefined']],
  [{ client: 'redis://user:hunter2@host' }, ['"client" is a text']],
  [{ client: { url: 'redis://user:hunter2@host' } }, ['"client" is an object that is none']],
  [{ client: 7, prefix: '', maxValueBytes: 0 }, ['"client" is 7', '"prefix" is ""', '"maxValueBytes" is 0']],
  [{ prefix: null, maxValueBytes: Number.NaN }, ['"prefix" is null', '"maxValueBytes" is NaN']],
  [{ maxValueBytes: 1.5 }, ['"maxValueBytes" is 1.5']],
  [
    { client: 7, keyPrefix: 'hunter2' },
    ['"client" is 7', 'there is no option "keyPrefix"; there are client, prefix, maxValueBytes'],
  ],
  [
    { maxValueBytes: Number.POSITIVE_INFINITY },
    ['"maxValueBytes" is Infinity; pass a whole number from 1 to 536870912'],
  ],
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
