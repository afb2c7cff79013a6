import assert from 'node:assert/strict'
import { rmSync } from 'node:fs'

import { StageflowError } from '@stageflow/core'
import { sqliteStore } from '@stageflow/store-sqlite'

const parameters = 'a'.repeat(64)
const store = sqliteStore({ file: 'records.db' })
assert.equal(store.claim('order-7', { token: 'one', parameters, leaseMs: 1_000 }).status, 'claimed')
assert.equal(store.claim('order-7', { token: 'two', parameters, leaseMs: 1_000 }).status, 'running')
assert.equal(store.complete('order-7', { token: 'one', parameters, value: 'paid', ttlMs: 60_000 }), true)
store.close()
const later = sqliteStore({ file: 'records.db' })
const answer = later.claim('order-7', { token: 'two', parameters, leaseMs: 1_000 })
assert.deepEqual({ ...answer }, { status: 'completed', parameters, value: 'paid' })
later.close()
rmSync('records.db')
assert.throws(
  () => sqliteStore({}),
  (error) => StageflowError.is(error, 'store-sqlite/illegal-option'),
)
