import type { ProcessSide } from '@stageflow/keyed-work/contract'
import { Pool } from 'pg'

import { postgresStore } from '../src/postgres-store.ts'

// One of several processes that do the same work, each with its own pool. The test sets the URL and the schema.

export async function openSide(): Promise<ProcessSide> {
  const schema = process.env['STORE_POSTGRES_TEST_SCHEMA']
  if (schema === undefined) throw new Error('Set STORE_POSTGRES_TEST_SCHEMA in the test.')
  const pool = new Pool({ connectionString: process.env['STORE_POSTGRES_TEST_URL'], connectionTimeoutMillis: 20_000 })
  pool.on('error', () => {})
  const store = postgresStore({ pool, schema })
  await store.migrate()

  return {
    store,
    count: async (name) => {
      await pool.query(`INSERT INTO ${schema}.executions VALUES ($1)`, [name])
    },
    counted: async (prefix) => {
      const { rows } = await pool.query<{ count: number }>(
        `SELECT count(*)::int AS count FROM ${schema}.executions WHERE starts_with(name, $1)`,
        [prefix],
      )
      return rows[0]?.count ?? 0
    },
    close: () => pool.end(),
  }
}
