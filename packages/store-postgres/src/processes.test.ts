import { processContract } from '@stageflow/keyed-work/contract'
import type { Pool } from 'pg'
import { afterAll, beforeAll, test } from 'vitest'

import { connect, ownSchema, postgresUrl } from '../test/postgres.ts'

const schema = ownSchema()
let pool: Pool
beforeAll(async () => {
  process.env['STORE_POSTGRES_TEST_URL'] = postgresUrl
  process.env['STORE_POSTGRES_TEST_SCHEMA'] = schema
  pool = connect()
  await pool.query(`CREATE SCHEMA ${schema}`)
  // A row for each execution, without a key that would hide a second one.
  await pool.query(`CREATE TABLE ${schema}.executions (name text NOT NULL)`)
})
afterAll(async () => {
  await pool.query(`DROP SCHEMA ${schema} CASCADE`)
  await pool.end()
})

for (const { name, run } of processContract(new URL('../test/postgres-side.ts', import.meta.url))) {
  test(name, run, 120_000)
}
