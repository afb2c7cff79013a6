import assert from 'node:assert/strict'

import { StageflowError } from '@stageflow/core'
import { postgresStore } from '@stageflow/store-postgres'
import { Pool } from 'pg'

const pool = new Pool({ host: '127.0.0.1', port: 1, connectionTimeoutMillis: 2_000 }) // nobody listens there
const store = postgresStore({ pool })
const claim = { token: 'one', parameters: 'a'.repeat(64), leaseMs: 1_000 }
for (const call of [() => store.migrate(), async () => store.claim('order-7', claim)]) {
  await assert.rejects(call, (error) => StageflowError.is(error, 'store-postgres/unavailable'))
}
assert.throws(
  () => postgresStore({ pool, table: '' }),
  (error) => StageflowError.is(error, 'store-postgres/illegal-option'),
)
await pool.end()
