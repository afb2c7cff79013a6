import assert from 'node:assert/strict'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { Pipeline, StageKind } from '@stageflow/core'
import { idempotency } from '@stageflow/interceptor-idempotency'
import { templateNameStore } from './index.ts'

test('two runs with one key charge once', async () => {
  const database = new DatabaseSync(':memory:')
  const store = templateNameStore(database)
  let charges = 0
  const graph = new Pipeline('shop')
    .withStage('charge', () => ({ receipt: ++charges }), StageKind.WORK)
    .build({ interceptors: [idempotency({ store })] })
  const order = { extensions: { idempotencyKey: 'order-7' } }
  assert.deepEqual((await graph.run(order)).data.charge, { receipt: 1 })
  assert.deepEqual((await graph.run(order)).data.charge, { receipt: 1 })
  database.close()
})
