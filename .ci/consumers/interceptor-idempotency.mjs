import assert from 'node:assert/strict'

import { Pipeline } from '@stageflow/core'
import { idempotency, memoryStore } from '@stageflow/interceptor-idempotency'
import { storeContract } from '@stageflow/interceptor-idempotency/contract'

let charges = 0
const graph = new Pipeline('shop')
  .withStage('charge', () => ({ receipt: ++charges, at: new Date(0) }), 'work')
  .build({ interceptors: [idempotency({ store: memoryStore() })] })
const order = { extensions: { idempotencyKey: 'order-7' } }
const receipts = await Promise.all([graph.run(order), graph.run(order)])
assert.deepEqual(
  [...receipts, await graph.run(order)].map(({ data }) => data.charge),
  Array(3).fill({ receipt: 1, at: new Date(0) }),
)
assert.equal(typeof storeContract, 'function')
