import { Cluster } from 'ioredis'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'

import { freePort, startRedis, type RedisServer } from '../test/redis-server.ts'
import { connect, redisBinary } from '../test/redis.ts'
import { redisStore } from './redis-store.ts'
import { CLAIM, COMPLETE, RELEASE } from './scripts.ts'

const PARAMETERS = 'a'.repeat(64)

test('every script is about one key, so that any cluster can place it', async () => {
  const client = connect()
  for (const { lua } of [CLAIM, COMPLETE, RELEASE]) {
    expect(await client.call('COMMAND', 'GETKEYS', 'EVAL', lua, '1', 'record', 'a', 'b', '3', '4')).toEqual(['record'])
    expect(lua).not.toContain('KEYS[2]')
  }
  await client.quit()
})

// Where REDIS_URL names the server, it is no cluster; the test above holds there.
if (redisBinary !== undefined) {
  const binary = redisBinary
  let server: RedisServer
  let cluster: Cluster | undefined
  beforeAll(async () => {
    // A node that has met no other does not know its address.
    const address = { 'cluster-announce-ip': '127.0.0.1', 'cluster-port': `${await freePort()}` }
    server = await startRedis(binary, { 'cluster-enabled': 'yes', ...address })
    const node = connect(server.url)
    await node.call('CLUSTER', 'ADDSLOTSRANGE', '0', '16383')
    // A node takes two seconds before it believes itself.
    const isReady = async (): Promise<void> => expect(await node.call('CLUSTER', 'INFO')).toContain('cluster_state:ok')
    await vi.waitFor(isReady, { timeout: 10_000 })
    await node.quit()
    cluster = new Cluster([server.url])
  }, 20_000)
  afterAll(async () => {
    await cluster?.quit()
    await server.close()
  })

  test('a cluster client works, whatever braces the keys hold', async () => {
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
}
