import { processContract } from '@stageflow/keyed-work/contract'
import type { Redis } from 'ioredis'
import { afterAll, beforeAll, test } from 'vitest'

import { connect, redisUrl } from '../test/redis.ts'

const prefix = `stageflow-test:${crypto.randomUUID()}:`
let client: Redis
beforeAll(() => {
  process.env['STORE_REDIS_TEST_URL'] = redisUrl
  process.env['STORE_REDIS_TEST_PREFIX'] = prefix
  client = connect()
})
afterAll(async () => {
  const keys = await client.keys(`${prefix}*`)
  if (keys.length > 0) await client.del(...keys)
  await client.quit()
})

for (const { name, run } of processContract(new URL('../test/redis-side.ts', import.meta.url))) {
  test(name, run, 120_000)
}
