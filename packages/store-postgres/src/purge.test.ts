import { setTimeout as wait } from 'node:timers/promises'
import { beforeEach, expect, test } from 'vitest'

import { ownDatabase } from '../test/own-database.ts'
import { postgresStore } from './postgres-store.ts'

const CLAIM = { token: 'one', parameters: 'a'.repeat(64), leaseMs: 60_000 }
const COMPLETION = { token: 'one', parameters: 'a'.repeat(64), value: 'done', ttlMs: 60_000 }

const { pool, schema } = ownDatabase(postgresStore)
const store = postgresStore({ pool, schema })
beforeEach(() => pool.query(`TRUNCATE ${schema}.stageflow_idempotency`))

/** Writes rows that have expired already, with the keys e0, e1 … */
async function writeExpired(count: number): Promise<void> {
  await pool.query(
    `INSERT INTO ${schema}.stageflow_idempotency (key, token, parameters, value, expires_at)
     SELECT 'e' || n, 't', 'p', 'v', clock_timestamp() - interval '1 second' FROM generate_series(0, $1::int - 1) AS n`,
    [count],
  )
}

async function keys(): Promise<readonly string[]> {
  const { rows } = await pool.query<{ key: string }>(`SELECT key FROM ${schema}.stageflow_idempotency ORDER BY key`)
  return rows.map(({ key }) => key)
}

test('expired claims and completions are deleted, and others stay', async () => {
  await store.claim('old claim', { ...CLAIM, leaseMs: 1 })
  await store.complete('old completion', { ...COMPLETION, ttlMs: 1 })
  await store.claim('claim', CLAIM)
  await store.complete('completion', COMPLETION)
  await wait(10)
  expect(await store.purge()).toBe(2)
  expect(await keys()).toEqual(['claim', 'completion'])
  expect(await store.purge()).toBe(0)
})

test('a call deletes at most its limit, 1,000 by default', async () => {
  await writeExpired(1_205)
  expect(await store.purge(200)).toBe(200)
  expect(await store.purge()).toBe(1_000)
  expect(await store.purge()).toBe(5)
})

test('a row that another transaction has locked is skipped without waiting', async () => {
  await writeExpired(3)
  const rival = await pool.connect()
  try {
    await rival.query('BEGIN')
    await rival.query(`SELECT 1 FROM ${schema}.stageflow_idempotency WHERE key = 'e1' FOR UPDATE`)
    expect(await store.purge()).toBe(2)
    await rival.query('ROLLBACK')
  } finally {
    rival.release()
  }
  expect(await store.purge()).toBe(1)
})

test('simultaneous calls share the work', async () => {
  await writeExpired(400)
  const counts = await Promise.all([store.purge(100), store.purge(100), store.purge(100), store.purge(100)])
  expect(counts.reduce((sum, count) => sum + count, 0) + (await store.purge())).toBe(400)
})

test('a claim that takes over an expired key during a purge is not lost', async () => {
  for (let round = 0; round < 20; round += 1) {
    await writeExpired(50)
    const names = Array.from({ length: 50 }, (_, index) => `e${index}`)
    const [answers] = await Promise.all([
      Promise.all(names.map((name) => store.claim(name, CLAIM))),
      store.purge(),
      store.purge(25),
    ])
    expect(answers.every(({ status }) => status === 'claimed')).toBe(true)
    const others = await Promise.all(names.map((name) => store.claim(name, { ...CLAIM, token: 'two' })))
    expect(others.filter(({ status }) => status === 'running')).toHaveLength(50)
    await pool.query(`TRUNCATE ${schema}.stageflow_idempotency`)
  }
})

test.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, '5', null])(
  'a limit of %o is refused with store-postgres/illegal-option',
  async (limit) => {
    await expect(store.purge(limit as number)).rejects.toMatchObject({ code: 'store-postgres/illegal-option' })
  },
)
