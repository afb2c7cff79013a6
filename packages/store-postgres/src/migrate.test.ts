import type { Pool } from 'pg'
import { afterEach, beforeEach, expect, test } from 'vitest'

import { connect, ownSchema } from '../test/postgres.ts'
import { postgresStore } from './postgres-store.ts'

const CLAIM = { token: 'one', parameters: 'a'.repeat(64), leaseMs: 60_000 }
const COMPLETION = { token: 'one', parameters: 'a'.repeat(64), value: 'done', ttlMs: 60_000 }

let schema: string
let pool: Pool
beforeEach(() => {
  schema = ownSchema()
  pool = connect()
})
afterEach(async () => {
  await pool.query(`DROP SCHEMA IF EXISTS ${schema} CASCADE`)
  await pool.end()
})

test('before migrate(), every operation fails with store-postgres/not-migrated', async () => {
  const store = postgresStore({ pool, schema, table: 'records' })
  for (const operate of [
    () => store.claim('key', CLAIM),
    () => store.complete('key', COMPLETION),
    () => store.release('key', 'one'),
    () => store.purge(),
  ]) {
    await expect(operate()).rejects.toMatchObject({
      code: 'store-postgres/not-migrated',
      message: expect.stringContaining(`the table "${schema}"."records" does not exist. Call migrate()`) as string,
    })
  }
})

test('ten simultaneous calls of migrate() succeed, and create one table with one index for purge()', async () => {
  for (let round = 0; round < 5; round += 1) {
    const pools = Array.from({ length: 10 }, () => connect({ max: 1 }))
    await Promise.all(pools.map((own) => own.query('SELECT 1')))
    await Promise.all(pools.map((own) => postgresStore({ pool: own, schema, table: `records${round}` }).migrate()))
    await Promise.all(pools.map((own) => own.end()))
    const { rows } = await pool.query<{ indexdef: string }>(
      'SELECT indexdef FROM pg_indexes WHERE schemaname = $1 AND tablename = $2',
      [schema, `records${round}`],
    )
    expect(rows.filter(({ indexdef }) => indexdef.includes('(expires_at)'))).toHaveLength(1)
    expect(rows).toHaveLength(2)
  }
})

test('a second migrate() keeps the records', async () => {
  const store = postgresStore({ pool, schema })
  await store.migrate()
  await store.complete('key', COMPLETION)
  await store.migrate()
  expect(await store.claim('key', CLAIM)).toMatchObject({ status: 'completed', value: 'done' })
})

test('by default the table is "stageflow_idempotency" in the first schema of the search path', async () => {
  await pool.query(`CREATE SCHEMA ${schema}`)
  const own = connect({ options: `-c search_path=${schema}` })
  const store = postgresStore({ pool: own })
  await store.migrate()
  expect(await store.claim('key', CLAIM)).toEqual({ status: 'claimed' })
  await own.end()
  const { rows } = await pool.query(`SELECT key FROM ${schema}.stageflow_idempotency`)
  expect(rows).toEqual([{ key: 'key' }])
})

test('names keep their case, and an SQL keyword can be a name', async () => {
  for (const table of ['Records', 'records', 'select', 'user']) {
    const store = postgresStore({ pool, schema, table })
    await store.migrate()
    expect(await store.claim('key', { ...CLAIM, token: table })).toEqual({ status: 'claimed' })
  }
  const { rows } = await pool.query('SELECT tablename FROM pg_tables WHERE schemaname = $1', [schema])
  expect(rows).toHaveLength(4)
})

test('if the table exists, a user with rights on its rows only can call migrate() and every operation', async () => {
  await postgresStore({ pool, schema }).migrate()
  const role = `${schema}_app`
  await pool.query(`CREATE ROLE ${role}`)
  await pool.query(`GRANT USAGE ON SCHEMA ${schema} TO ${role}`)
  await pool.query(`GRANT SELECT, INSERT, UPDATE, DELETE ON ${schema}.stageflow_idempotency TO ${role}`)
  const own = connect({ options: `-c role=${role}` })
  try {
    const store = postgresStore({ pool: own, schema })
    await store.migrate()
    expect(await store.claim('key', CLAIM)).toEqual({ status: 'claimed' })
    expect(await store.complete('key', COMPLETION)).toBe(true)
    await store.release('key', 'one')
    expect(await store.purge()).toBe(0)
    await expect(postgresStore({ pool: own, schema, table: 'other' }).migrate()).rejects.toThrow('permission denied')
  } finally {
    await own.end()
    await pool.query(`DROP OWNED BY ${role}`)
    await pool.query(`DROP ROLE ${role}`)
  }
})
