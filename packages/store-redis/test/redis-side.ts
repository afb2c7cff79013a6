import type { ProcessSide } from '@stageflow/keyed-work/contract'
import { Redis } from 'ioredis'

import { redisStore } from '../src/redis-store.ts'

// One of several processes that do the same work, each with its own client. The test sets the URL and the prefix.

export async function openSide(): Promise<ProcessSide> {
  const [url, prefix] = [process.env['STORE_REDIS_TEST_URL'], process.env['STORE_REDIS_TEST_PREFIX']]
  if (url === undefined || prefix === undefined)
    throw new Error('Set STORE_REDIS_TEST_URL and STORE_REDIS_TEST_PREFIX in the test.')
  const client = new Redis(url, { maxRetriesPerRequest: 1 })
  client.on('error', () => {})
  await client.ping()
  return {
    store: redisStore({ client, prefix: `${prefix}records:` }),
    count: async (name) => {
      await client.rpush(`${prefix}executions`, name)
    },
    counted: async (start) => {
      const names = await client.lrange(`${prefix}executions`, 0, -1)
      return names.filter((name) => name.startsWith(start)).length
    },
    close: async () => {
      await client.quit()
    },
  }
}
