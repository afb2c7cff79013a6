import { executorContract } from '@stageflow/testing/durable/contract'
import type { Pool, PoolConfig } from 'pg'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'

import { isHeavy } from '../../core/test/property-settings.ts'
import { until } from '../../durable-engine/test/open-runs.ts'
import { connect, ownSchema, postgresUrl } from '../../store-postgres/test/postgres.ts'
import { executorsOf } from '../test/journal-executor.ts'
import { statementPooler, transactionPooler } from '../test/pooler.ts'
import type { Pooler } from '../test/pooler.ts'
import { order } from '../test/order.ts'
import { durablePostgres } from './durable-postgres.ts'
import type { DurablePostgres, DurablePostgresOptions } from './index.ts'

// Behind a pooler whose clients have no session of their own.

const schema = ownSchema()
let pooler: Pooler
const pools: Pool[] = []
const connectPooled = (config: PoolConfig = {}): Pool => {
  const pool = connect({ connectionString: pooler.url, max: 4, ...config })
  pools.push(pool)
  return pool
}
beforeAll(async () => {
  pooler = await transactionPooler(postgresUrl)
  const migrating = [1, 2, 3].map(async () => {
    await using durable = durablePostgres({ pool: connectPooled(), schema })
    await durable.migrate()
  })
  await Promise.all(migrating)
})
afterAll(async () => {
  for (const pool of pools) await pool.end()
  await pooler.close()
  const direct = connect({ max: 1 })
  await direct.query(`DROP SCHEMA ${schema} CASCADE`)
  await direct.end()
})
function open(options: Partial<DurablePostgresOptions> = {}): DurablePostgres {
  const durable = durablePostgres({ pool: connectPooled(), schema, pollMs: 50, ...options })
  onTestFinished(async () => {
    await durable.close({ timeoutMs: 0 })
  })
  return durable
}

test.each([true, false])('runs of several processes end through a pooler (listen: %s)', async (listen) => {
  const handles = [open({ listen }), open({ listen })]
  const [here, there] = handles as [DurablePostgres, DurablePostgres]
  const before = [...pooler.transactions]
  const results = await Promise.all(
    Array.from({ length: 20 }, async (_, place) => {
      const runId = `listen ${listen} ${place}`
      await here.run(order, {}, { runId })
      return there.resume(order, runId, { approve: place })
    }),
  )
  expect(new Set(results.map(({ status }) => status))).toEqual(new Set(['completed']))
  for (const [place, count] of pooler.transactions.entries()) expect(count).toBeGreaterThan(before[place]! + 5)
})

test.each([true, false])('an answer is found by the look of a process that watches (listen: %s)', async (listen) => {
  const [there, here] = [open({ listen }), open({ listen })]
  const runId = `watched ${listen}`
  await here.run(order, {}, { runId })
  await there.recover(order)
  await here.answer(order, runId, { approve: 'yes' })
  await until(async () => (await here.get(runId))?.status === 'completed')
})

test('the journal leaves no setting, lock or prepared statement in the sessions of the pooler', async () => {
  const durable = open({ listen: false })
  await durable.run(order, {}, { runId: 'tidy' })
  await durable.resume(order, 'tidy', { approve: 1 })
  await durable.close()
  const pool = connectPooled({ max: 1 })
  for (const _ of pooler.transactions) {
    const { rows } = await pool.query(`
      SELECT current_setting('lock_timeout') AS lock, current_setting('idle_in_transaction_session_timeout') AS idle,
        current_setting('transaction_isolation') AS isolation, (SELECT count(*)::int FROM pg_prepared_statements) AS prepared,
        (SELECT count(*)::int FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()) AS locks`)
    expect(rows).toEqual([{ lock: '0', idle: '0', isolation: 'read committed', prepared: 0, locks: 0 }])
  }
})

test.each(['migrate', 'run'] as const)(
  '%s() behind a pooler without transactions says at once what to set',
  async (method) => {
    const without = await statementPooler(postgresUrl)
    const pool = connect({ connectionString: without.url })
    const durable = durablePostgres({ pool, schema, timeoutMs: 600_000 })
    try {
      const tried = method === 'run' ? durable.run(order, {}, { runId: 'refused' }) : durable.migrate()
      await expect(tried).rejects.toMatchObject({
        code: 'durable-postgres/no-transactions',
        message: expect.stringContaining('pool_mode = transaction') as string,
        cause: { message: expect.stringContaining('not allowed in statement pooling mode') as string },
      })
    } finally {
      await durable.close({ timeoutMs: 0 })
      await pool.end()
      await without.close()
    }
  },
)

describe('the executor keeps the contract through a pooler', () => {
  const cases = executorContract(() => executorsOf(pooler.url, schema), { pipelines: isHeavy ? 20 : 2 })
  // By day a part of them: all run without the pooler too.
  for (const { name, run } of isHeavy ? cases : cases.filter((_, place) => place % 8 === 0)) test(name, run, 60_000)
})
