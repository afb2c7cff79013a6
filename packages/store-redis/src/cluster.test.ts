import { Cluster } from 'ioredis'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'

import { freePort, type TestServer } from '../../interceptor-idempotency/test/server-process.ts'
import { startRedis } from '../test/redis-server.ts'
import { connect, redisBinary } from '../test/redis.ts'
import { RESERVE, SETTLE } from './budget-scripts.ts'
import { redisBudgetStore } from './redis-budget-store.ts'
import { redisStore } from './redis-store.ts'
import { CLAIM, COMPLETE, RELEASE } from './scripts.ts'

const PARAMETERS = 'a'.repeat(64)

test('every script uses one key, so that it runs in any cluster', async () => {
  const client = connect()
  for (const { lua } of [CLAIM, COMPLETE, RELEASE, RESERVE, SETTLE]) {
    expect(await client.call('COMMAND', 'GETKEYS', 'EVAL', lua, '1', 'record', 'a', 'b', '3', '4')).toEqual(['record'])
    expect(lua).not.toContain('KEYS[2]')
  }
  await client.quit()
})

// A server at REDIS_URL is not a cluster, so only the test above runs then.
if (redisBinary !== undefined) {
  const binary = redisBinary
  let server: TestServer
  let cluster: Cluster | undefined
  beforeAll(async () => {
    // A node that has not met another node does not know its address.
    const address = { 'cluster-announce-ip': '127.0.0.1', 'cluster-port': `${await freePort()}` }
    server = await startRedis(binary, { 'cluster-enabled': 'yes', ...address })
    const node = connect(server.url)
    await node.call('CLUSTER', 'ADDSLOTSRANGE', '0', '16383')
    // It takes two seconds until the cluster counts as ok.
    const isReady = async (): Promise<void> => expect(await node.call('CLUSTER', 'INFO')).toContain('cluster_state:ok')
    await vi.waitFor(isReady, { timeout: 60_000 })
    await node.quit()
    cluster = new Cluster([server.url])
  }, 120_000)
  afterAll(async () => {
    await cluster?.quit()
    await server.close()
  })

  test('a cluster client works with any braces in the keys', async () => {
    const store = redisStore({ client: cluster as Cluster })
    const keys = ['plain', '{tenant}:a', '{}', '}{', '["a","{b}"]']
    for (const key of keys) {
      expect(await store.claim(key, { token: 'one', parameters: PARAMETERS, leaseMs: 60_000 })).toEqual({
        status: 'claimed',
      })
      expect(await store.complete(key, { token: 'one', parameters: PARAMETERS, value: key, ttlMs: 60_000 })).toBe(true)
      await store.release(key, 'one')
    }
    for (const key of keys) {
      const answer = await store.claim(key, { token: 'two', parameters: PARAMETERS, leaseMs: 60_000 })
      expect(answer).toEqual({ status: 'completed', parameters: PARAMETERS, value: key })
    }
  })

  test('windows of a cluster are kept apart, with any braces in the keys', async () => {
    const store = redisBudgetStore({ client: cluster as Cluster })
    for (const key of ['plain', '{tenant}:a', '{}', '["a","{b}"]']) {
      const reservation = { token: 't', amount: 60, most: 100, windowMs: 60_000 }
      expect(await store.reserve(key, reservation)).toEqual({ status: 'reserved' })
      await store.settle(key, { token: 't', amount: 10 })
      expect(await store.reserve(key, { ...reservation, amount: 91 })).toMatchObject({ status: 'refused', left: 90 })
    }
  })
}
