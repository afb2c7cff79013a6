import assert from 'node:assert/strict'

import { StageflowError } from '@stageflow/core'
import { redisStore } from '@stageflow/store-redis'
import { Redis } from 'ioredis'

const client = new Redis(1, '127.0.0.1', { maxRetriesPerRequest: 0 }) // nobody listens there
client.on('error', () => {})
const store = redisStore({ client })
const claim = { token: 'one', parameters: 'a'.repeat(64), leaseMs: 1_000 }
await assert.rejects(
  async () => store.claim('order-7', claim),
  (error) => StageflowError.is(error, 'store-redis/unavailable'),
)
assert.throws(
  () => redisStore({ client, maxValueBytes: 0 }),
  (error) => StageflowError.is(error, 'store-redis/illegal-option'),
)
client.disconnect()
