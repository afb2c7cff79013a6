import { budgetStoreContract } from '@stageflow/models/contract'
import { expect, test } from 'vitest'

import { contractWithPools } from '../test/contract-with-pools.ts'
import { ownDatabase } from '../test/own-database.ts'
import { connect } from '../test/postgres.ts'
import { testTable } from '../test/table-tests.ts'
import { postgresBudgetStore } from './postgres-budget-store.ts'
import type { PostgresPool } from './postgres-store-options.ts'

const RESERVATION = { token: 't', amount: 3, most: 100, windowMs: 60_000 }

const { pool, schema, lockWait } = ownDatabase(postgresBudgetStore)

contractWithPools(budgetStoreContract, (own) => postgresBudgetStore({ pool: own, schema }))

testTable(
  { pool, schema },
  {
    open: postgresBudgetStore,
    table: 'stageflow_budgets',
    column: 'key',
    write: (store, id) => store.reserve(id, RESERVATION),
    read: async (store) => {
      const keys = ['a', 'b', 'c', 'd']
      const answers = await Promise.all(
        keys.map((key) => store.reserve(key, { ...RESERVATION, token: 'u', amount: 101 })),
      )
      return keys.filter((_, place) => {
        const answer = answers[place]
        return answer?.status === 'refused' && answer.left < 100
      })
    },
  },
)

test('eight pools reserve and settle at once: the sum is never above the limit, and exact in the end', async () => {
  const pools = Array.from({ length: 8 }, () => connect({ max: 4 }))
  const key = crypto.randomUUID()
  const given = { most: 20, windowMs: 60_000 }
  let settled = 0
  let [holding, mostHeld] = [0, 0]
  await Promise.all(
    pools.map(async (own, side) => {
      const store = postgresBudgetStore({ pool: own, schema })
      await Promise.all(
        Array.from({ length: 12 }, async (_, place) => {
          const token = `${side}-${place}`
          if ((await store.reserve(key, { ...given, token, amount: 5 })).status === 'refused') return
          holding += 5
          mostHeld = Math.max(mostHeld, settled + holding)
          // Before the store does it, so that the count of the test is never below that of the store.
          holding -= 4
          await store.settle(key, { token, amount: 1 })
          holding -= 1
          settled += 1
        }),
      )
    }),
  )
  expect(settled).toBeGreaterThan(0)
  expect(mostHeld).toBeLessThanOrEqual(20)
  const left = await postgresBudgetStore({ pool, schema }).reserve(key, { ...given, token: 'last', amount: 21 })
  expect(left).toMatchObject({ status: 'refused', left: 20 - settled })
  await Promise.all(pools.map((own) => own.end()))
}, 60_000)

test('a reservation waits while another transaction holds the row, and then counts what that one has reserved', async () => {
  const store = postgresBudgetStore({ pool, schema })
  const key = crypto.randomUUID()
  await store.reserve(key, RESERVATION)
  const rival = await pool.connect()
  try {
    await rival.query('BEGIN')
    await postgresBudgetStore({ pool: rival, schema }).reserve(key, { ...RESERVATION, token: 'u', amount: 90 })
    const reserving = store.reserve(key, { ...RESERVATION, token: 'v', amount: 10 })
    await lockWait()
    await rival.query('COMMIT')
    expect(await reserving).toMatchObject({ status: 'refused', left: 7 })
  } finally {
    rival.release()
  }
})

test('a settled window keeps nothing of its tokens', async () => {
  const store = postgresBudgetStore({ pool, schema })
  const key = crypto.randomUUID()
  for (const token of ['a', 'b']) {
    await store.reserve(key, { ...RESERVATION, token })
    await store.settle(key, { token, amount: 2 })
  }
  const { rows } = await pool.query(`SELECT total, held FROM ${schema}.stageflow_budgets WHERE key = $1`, [key])
  expect(rows).toEqual([{ total: '4', held: {} }])
})

test('a reservation that meets only other writers fails with store-postgres/unavailable', async () => {
  const query = (statement: string) =>
    Promise.resolve({ rows: statement.includes('INSERT') ? [] : [{ others: '0', left_ms: 1 }], rowCount: null })
  await expect(postgresBudgetStore({ pool: { query } as PostgresPool }).reserve('a', RESERVATION)).rejects.toThrow(
    'postgresBudgetStore(): reserve on "stageflow_budgets" met another writer 100 times in a row. Try again later.',
  )
})
