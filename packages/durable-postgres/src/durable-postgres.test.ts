import { Pipeline, StageOutput } from '@stageflow/core'
import type { Pool, PoolConfig } from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { until } from '../../durable-engine/test/open-runs.ts'
import { connect, ownSchema } from '../../store-postgres/test/postgres.ts'
import { order } from '../test/order.ts'
import { durablePostgres } from './durable-postgres.ts'
import type { DurablePostgres, DurablePostgresOptions, JournalPool } from './index.ts'

const schema = ownSchema()
const pools: Pool[] = []
const newPool = (config: PoolConfig = {}): Pool => {
  const pool = connect({ max: 4, ...config })
  pools.push(pool)
  return pool
}
let pool: Pool
beforeAll(async () => {
  pool = newPool()
  await using durable = durablePostgres({ pool, schema })
  await durable.migrate()
})
afterAll(async () => {
  await pool.query(`DROP SCHEMA ${schema} CASCADE`)
  for (const each of pools) await each.end()
})
const open = (options: Partial<DurablePostgresOptions> = {}): DurablePostgres =>
  durablePostgres({ pool, schema, ...options })
let ids = 0
const newId = (): string => `run ${++ids}`

describe('pools', () => {
  test.each<[what: string, config: PoolConfig]>([
    ['one connection', { max: 1 }],
    ['two connections', { max: 2 }],
    ['serializable transactions', { options: '-c default_transaction_isolation=serializable' }],
    ['repeatable reads', { options: '-c default_transaction_isolation=repeatable\\ read' }],
    ['read-only transactions', { options: '-c default_transaction_read_only=on' }],
    ['a short time limit for waiting', { max: 2, connectionTimeoutMillis: 2_000 }],
  ])('runs at once go on with a pool of %s', async (_what, config) => {
    const durable = open({ pool: newPool(config) })
    try {
      const runs = await Promise.all(
        Array.from({ length: 40 }, async () => {
          const runId = newId()
          await durable.run(order, {}, { runId })
          return durable.resume(order, runId, { approve: 1 })
        }),
      )
      expect(new Set(runs.map(({ status }) => status))).toEqual(new Set(['completed']))
    } finally {
      await durable.close()
    }
  })

  test('a pool of which the app has taken the rest is waited for', async () => {
    const own = newPool({ max: 2 })
    const durable = open({ pool: own, listen: false })
    const [one, two] = [await own.connect(), await own.connect()]
    const run = durable.run(order, {}, { runId: newId() })
    setTimeout(() => one.release(), 50)
    expect((await run).status).toBe('suspended')
    two.release()
    await durable.close()
  })

  test('a pool that has no connection left in time is an error that says so', async () => {
    const own = newPool({ max: 1 })
    const taken = await own.connect()
    const durable = open({ pool: own, timeoutMs: 150 })
    await expect(durable.run(order, {}, { runId: newId() })).rejects.toMatchObject({
      code: 'durable-postgres/unavailable',
      message: expect.stringContaining('did not answer within 150 ms') as string,
    })
    taken.release()
    await durable.close()
  })
})

describe('notifications', () => {
  /** A pool that counts what listens. `refuse`: LISTEN fails, as with some poolers. `silent`: the first LISTEN is never answered. */
  function watched(
    refuse: boolean,
    silent = false,
  ): { readonly pool: JournalPool; readonly listens: () => number; cut(): void } {
    const own = newPool()
    const clients: { end(): unknown }[] = []
    let listens = 0
    return {
      listens: () => listens,
      cut: () => {
        const cutting = pool.query(
          `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%${schema}%'`,
        )
        cutting.catch(() => {})
      },
      pool: {
        options: { max: 4 },
        connect: async () => {
          const client = await own.connect()
          clients.push(client)
          const query = client.query.bind(client) as (statement: string) => Promise<unknown>
          return Object.assign(Object.create(client) as typeof client, {
            query: async (statement: string) => {
              if (statement.startsWith('LISTEN')) {
                listens++
                if (silent && listens === 1) return new Promise(() => {})
                if (refuse) throw new Error('LISTEN is not supported in transaction mode')
              }
              return query(statement)
            },
            release: client.release.bind(client),
            on: client.on.bind(client),
            off: client.off.bind(client),
          })
        },
      },
    }
  }
  /** How long it takes until a run that waits elsewhere has its answer, in ms. */
  async function answered(there: DurablePostgres, here: DurablePostgres): Promise<number> {
    const runId = newId()
    await here.run(order, {}, { runId })
    void there.recover(order).catch(() => {}) // closed at the end
    await until(async () => (await there.get(runId))?.status === 'suspended')
    const since = performance.now()
    await here.answer(order, runId, { approve: 1 })
    await until(async () => (await here.get(runId))?.status === 'completed')
    return performance.now() - since
  }

  test('an answer wakes a process that watches, long before its next look', async () => {
    const { pool: listening, listens } = watched(false)
    const there = open({ pool: listening, pollMs: 600_000, leaseMs: 2_000_000 })
    const here = open()
    await until(() => listens() === 1)
    expect(await answered(there, here)).toBeLessThan(60_000)
    await here.close()
    await there.close()
  })

  test('a process whose LISTEN is not answered in time listens on another connection', async () => {
    const { pool: listening, listens } = watched(false, true)
    const there = open({ pool: listening, pollMs: 600_000, leaseMs: 2_000_000, timeoutMs: 2_000 })
    const here = open()
    await until(() => listens() === 2)
    expect(await answered(there, here)).toBeLessThan(60_000)
    await here.close()
    await there.close()
  })

  test('a process whose connection was cut listens again', async () => {
    const { pool: listening, listens, cut } = watched(false)
    const there = open({ pool: listening, pollMs: 600_000, leaseMs: 2_000_000 })
    const here = open()
    await until(() => listens() === 1)
    cut()
    await until(() => listens() === 2)
    expect(await answered(there, here)).toBeLessThan(60_000)
    await here.close()
    await there.close()
  })

  test.each([
    ['where LISTEN fails', watched],
    ['where nothing listens', undefined],
  ])('%s, the look alone finds the answer', async (_what, watch) => {
    const refusing = watch?.(true)
    const there = open(
      refusing === undefined ? { listen: false, pollMs: 50 } : { pool: refusing.pool, pollMs: 50, leaseMs: 60_000 },
    )
    const here = open()
    if (refusing !== undefined) await until(() => refusing.listens() > 0)
    expect(await answered(there, here)).toBeLessThan(60_000)
    await here.close()
    await there.close()
  })
})

describe('the tables', () => {
  test('a start, an end and each fact are one commit, and runs at once share those of their facts', async () => {
    const durable = open({ listen: false, leaseMs: 600_000 })
    const five = new Pipeline('five')
      .withStage('a', () => ({}))
      .withStage('b', () => ({}), { dependencies: ['a'] })
      .withStage('c', () => ({}), { dependencies: ['b'] })
      .build()
    await durable.run(five, {}, { runId: newId() })
    const facts = async (): Promise<number> =>
      Number((await pool.query(`SELECT count(DISTINCT xmin::text) AS n FROM ${schema}.facts`)).rows[0].n)
    const before = await facts()
    await Promise.all(Array.from({ length: 64 }, () => durable.run(five, {}, { runId: newId() })))
    expect((await facts()) - before).toBeLessThan(64)
    await durable.close()
  })

  test('10,000 runs that wait cost a look nothing: its plan has no scan of all runs', async () => {
    const own = ownSchema()
    const durable = durablePostgres({ pool, schema: own, listen: false })
    await durable.migrate()
    await durable.run(order, {}, { runId: 'first' })
    await pool.query(`
      INSERT INTO ${own}.runs (id, pipeline, graph, status, fence, leg, facts_before, crashes, started_at, updated_at, input, options)
      SELECT 'copy ' || place, pipeline, graph, status, fence, leg, facts_before, crashes, started_at, updated_at, input, options
      FROM ${own}.runs, generate_series(1, 10000) AS copies (place)`)
    await pool.query(`ANALYZE ${own}.runs`)
    const looked = async (): Promise<number> =>
      Number(
        (
          await pool.query('SELECT seq_tup_read AS n FROM pg_stat_user_tables WHERE schemaname = $1 AND relname = $2', [
            own,
            'runs',
          ])
        ).rows[0].n,
      )
    await new Promise((resolve) => setTimeout(resolve, 1_100)) // statistics come a second later
    const before = await looked()
    expect(await durable.recover(order)).toEqual([])
    await durable.close()
    await new Promise((resolve) => setTimeout(resolve, 1_100))
    expect((await looked()) - before).toBeLessThan(1_000)
    await pool.query(`DROP SCHEMA ${own} CASCADE`)
  })

  test('runs that ended long ago are deleted with their facts, and a large output is kept', async () => {
    const own = ownSchema()
    const first = durablePostgres({ pool, schema: own, listen: false })
    await first.migrate()
    const large = new Pipeline('large').withStage('a', () => ({ text: 'x'.repeat(3_000_000) })).build()
    expect((await first.run(large, {}, { runId: 'a' })).status).toBe('completed')
    expect((await first.run(large, {}, { runId: 'a' })).data.a?.text).toHaveLength(3_000_000)
    await first.run(order, {}, { runId: 'waits' })
    await pool.query(`UPDATE ${own}.runs SET updated_at = updated_at - 3600000`)
    const second = durablePostgres({ pool, schema: own, listen: false, retentionMs: 1_000 })
    await second.list()
    expect(await first.list()).toHaveLength(2)
    // Only a process that carries runs deletes.
    await second.recover(order)
    await until(async () => (await second.list()).length === 1)
    expect((await pool.query(`SELECT DISTINCT run FROM ${own}.facts`)).rowCount).toBe(1)
    await first.close()
    await second.close()
    await pool.query(`DROP SCHEMA ${own} CASCADE`)
  })
})

test('illegal options are refused, all in one error, and none shows a password', () => {
  const bad = { pool: 'postgres://me:hunter2@db/app', schema: 'a b', leaseMs: 1, pollMs: 0, listen: 'yes', path: 'x' }
  expect(() => durablePostgres(bad as never)).toThrow(
    /schema must be .*leaseMs must be .*pollMs must be .*listen must be .*unknown option "path".*pool must be a pool of pg/s,
  )
  expect(() => durablePostgres(bad as never)).not.toThrow('hunter2')
  expect(() => durablePostgres({ pool: 7 } as never)).toThrow(
    expect.objectContaining({ code: 'durable-postgres/illegal-option' }) as Error,
  )
})

test('the id of a user with a character that PostgreSQL has not is refused by name', async () => {
  const durable = open()
  await expect(durable.run(order, { userId: 'a\0b' }, { runId: newId() })).rejects.toMatchObject({
    code: 'durable-engine/illegal-option',
  })
  await durable.close()
})

test('a key of an item may have a character that PostgreSQL has not', async () => {
  const keys = ['a\0', '\0', '\0' + '0', '0']
  const letters = new Pipeline('nul')
    .withMap('letters', {
      over: () => keys,
      key: (key) => key,
      each: (key, { resumed }) => (resumed === undefined ? StageOutput.suspend('?') : { key, answer: resumed.answer }),
    })
    .build()
  const durable = open()
  const runId = newId()
  const { status } = await durable.run(letters, {}, { runId })
  expect(status).toBe('suspended')
  expect((await durable.get(runId))?.requests.map(({ path }) => path[1])).toEqual(keys)
  const answers = Object.fromEntries(keys.map((key) => [key, `to ${key}`]))
  expect(await durable.resume(letters, runId, { letters: answers } as never)).toMatchObject({
    status: 'completed',
    data: { letters: { items: keys.map((key) => ({ key, answer: `to ${key}` })) } },
  })
  await durable.close()
})
