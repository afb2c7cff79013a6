import { setTimeout as wait } from 'node:timers/promises'
import { StageflowError } from '@stageflow/core'
import { keyedStoreContract } from '@stageflow/keyed-work/contract'
import { expect, test, vi } from 'vitest'

import { contractWithPools } from '../test/contract-with-pools.ts'
import { ownDatabase } from '../test/own-database.ts'
import { connect, postgresUrl } from '../test/postgres.ts'
import type { PostgresStoreOptions } from './postgres-store-options.ts'
import { postgresStore } from './postgres-store.ts'

const PARAMETERS = 'a'.repeat(64)
const CLAIM = { token: 'one', parameters: PARAMETERS, leaseMs: 60_000 }
const COMPLETION = { token: 'one', parameters: PARAMETERS, value: 'done', ttlMs: 60_000 }

const { pool, schema, lockWait } = ownDatabase(postgresStore)

contractWithPools(keyedStoreContract, (own) => postgresStore({ pool: own, schema }))

test('two stores on one table share records, and stores on different tables do not', async () => {
  const [left, same, other] = [
    postgresStore({ pool, schema, table: 'left' }),
    postgresStore({ pool, schema, table: 'left' }),
    postgresStore({ pool, schema, table: 'right' }),
  ]
  await left.migrate()
  await other.migrate()
  await left.complete('key', COMPLETION)
  expect(await same.claim('key', CLAIM)).toEqual({ status: 'completed', parameters: PARAMETERS, value: 'done' })
  expect(await other.claim('key', CLAIM)).toEqual({ status: 'claimed' })
})

test('the clock of the server counts: a client whose clock is years ahead takes nothing over', async () => {
  const store = postgresStore({ pool, schema })
  const key = crypto.randomUUID()
  await store.claim(key, CLAIM)
  vi.useFakeTimers({ toFake: ['Date'], now: new Date('2099-01-01') })
  try {
    const answer = await store.claim(key, { ...CLAIM, token: 'two' })
    expect(answer).toMatchObject({ status: 'running', parameters: PARAMETERS })
    expect(answer).toHaveProperty(
      'leaseMs',
      expect.toSatisfy((ms: number) => ms > 30_000 && ms <= 60_000),
    )
  } finally {
    vi.useRealTimers()
  }
})

test('a claim waits while another transaction holds the row, and then returns the new record', async () => {
  const store = postgresStore({ pool, schema })
  const key = crypto.randomUUID()
  await store.claim(key, { ...CLAIM, leaseMs: 1 })
  await wait(5)
  const rival = await pool.connect()
  try {
    await rival.query('BEGIN')
    await postgresStore({ pool: rival, schema }).claim(key, CLAIM)
    const claiming = store.claim(key, { ...CLAIM, token: 'two' })
    await lockWait()
    await rival.query('COMMIT')
    expect(await claiming).toMatchObject({ status: 'running', parameters: PARAMETERS })
  } finally {
    rival.release()
  }
})

test('a claim that finds a record writes nothing', async () => {
  const store = postgresStore({ pool, schema })
  const key = crypto.randomUUID()
  const row = async (): Promise<unknown> => {
    const { rows } = await pool.query(`SELECT ctid, xmin, xmax FROM ${schema}.stageflow_idempotency WHERE key = $1`, [
      key,
    ])
    return rows
  }
  await store.claim(key, CLAIM)
  const claimed = await row()
  expect(await store.claim(key, { ...CLAIM, token: 'two' })).toMatchObject({ status: 'running' })
  expect(await row()).toEqual(claimed)
  await store.complete(key, COMPLETION)
  const completed = await row()
  for (const token of ['one', 'two', 'three']) {
    expect(await store.claim(key, { ...CLAIM, token })).toMatchObject({ status: 'completed' })
  }
  expect(await row()).toEqual(completed)
})

test('a value at the limit is kept, and one above it is refused with store-postgres/too-large', async () => {
  const store = postgresStore({ pool, schema, maxValueBytes: 6 })
  const [fits, over] = [crypto.randomUUID(), crypto.randomUUID()]
  expect(await store.complete(fits, { ...COMPLETION, value: 'ééé' })).toBe(true)
  await expect(store.complete(over, { ...COMPLETION, value: 'éééé' })).rejects.toMatchObject({
    code: 'store-postgres/too-large',
    message: expect.stringMatching(/has 8 bytes, and maxValueBytes is 6/) as string,
  })
  expect(await store.claim(over, CLAIM)).toEqual({ status: 'claimed' })
})

test('a value can have 16 MiB by default', async () => {
  const store = postgresStore({ pool, schema })
  const largest = 'x'.repeat(16 * 1024 * 1024)
  const key = crypto.randomUUID()
  expect(await store.complete(key, { ...COMPLETION, value: largest })).toBe(true)
  expect(await store.claim(key, CLAIM)).toEqual({ status: 'completed', parameters: PARAMETERS, value: largest })
  await expect(store.complete(key, { ...COMPLETION, value: `${largest}x` })).rejects.toThrow(
    'maxValueBytes is 16777216',
  )
})

test('an error contains no data', async () => {
  const store = postgresStore({ pool, schema })
  const error = await store
    .complete('my key', { ...COMPLETION, parameters: null as unknown as string, value: 'my secret' })
    .catch((thrown: unknown) => thrown as StageflowError)
  expect(StageflowError.is(error, 'store-postgres/unavailable')).toBe(true)
  const { cause } = error as { cause: Error }
  expect(cause.message).toContain('violates not-null constraint')
  expect(Object.keys(cause)).toEqual(['name'])
  const said = `${String(error)}${JSON.stringify(error)}${String(cause)}${JSON.stringify(cause)}`
  expect(said).not.toMatch(/my key|my secret/)
})

test('a pool with a wrong password gets store-postgres/unavailable without the password', async () => {
  const url = new URL(postgresUrl)
  url.password = 'not-the-password'
  const stranger = connect({ connectionString: url.href })
  const error = await postgresStore({ pool: stranger, schema })
    .claim('key', CLAIM)
    .catch((thrown: unknown) => thrown as StageflowError)
  await stranger.end()
  expect(StageflowError.is(error, 'store-postgres/unavailable')).toBe(true)
  expect(`${String(error)}${String((error as Error).cause)}`).not.toContain('not-the-password')
})

test.each([
  [undefined, ['postgresStore(): the options must be an object, not undefined']],
  [null, ['the options must be an object, not null']],
  [{}, ['postgresStore(): pool must be a pool of pg: postgresStore({ pool: new Pool({ connectionString }) }).']],
  [{ pool: 'postgres://user:hunter2@host/db' }, ['pool must be a pool of pg']],
  [{ pool: { password: 'hunter2' } }, ['pool must be a pool of pg']],
  [
    { pool: 7, schema: '', table: 7, maxValueBytes: 0 },
    ['pool must be', 'schema must be', 'table must be', 'maxValueBytes must be'],
  ],
  [{ schema: null, table: null }, ['schema must be', 'table must be']],
  [{ table: 't"; DROP TABLE users; --' }, ['not "t\\"; DROP TABLE users; --"']],
  [{ table: 'public.records' }, ['table must be a name of at most 63 letters, digits and underscores']],
  [{ schema: 'a'.repeat(64) }, ['schema must be']],
  [{ schema: "x'; --" }, [`not "x'; --"`]],
  [{ maxValueBytes: Number.NaN }, ['maxValueBytes must be']],
  [{ pool: 7, tableName: 'hunter2' }, ['pool must be', 'unknown option "tableName"']],
  [{ maxValueBytes: Infinity }, ['maxValueBytes must be a whole number from 1 to 536870912, not Infinity']],
])(
  'the options %o are refused with store-postgres/illegal-option, all at once, without a password',
  (options, says) => {
    let error: unknown
    try {
      postgresStore(options as unknown as PostgresStoreOptions)
    } catch (thrown) {
      error = thrown
    }
    expect(StageflowError.is(error, 'store-postgres/illegal-option')).toBe(true)
    for (const part of says) expect(String(error)).toContain(part)
    expect(String(error)).not.toContain('hunter2')
  },
)

/** A pool whose queries all end in the same way. */
function poolThat(answer: () => Promise<unknown>): { pool: PostgresStoreOptions['pool']; queries: () => number } {
  let count = 0
  const query = (): Promise<unknown> => {
    count += 1
    return answer()
  }
  return { pool: { query } as unknown as PostgresStoreOptions['pool'], queries: () => count }
}

test.each([
  ['serialization failures', () => Promise.reject(Object.assign(new Error('could not serialize'), { code: '40001' }))],
  ['deadlocks', () => Promise.reject(Object.assign(new Error('deadlock detected'), { code: '40P01' }))],
  ['rows that others write between the read and the write', () => Promise.resolve({ rows: [], rowCount: 0 })],
])('a claim that meets only %s fails with store-postgres/unavailable', async (_, answer) => {
  const { pool: contended, queries } = poolThat(answer)
  await expect(postgresStore({ pool: contended }).claim('key', CLAIM)).rejects.toMatchObject({
    code: 'store-postgres/unavailable',
    message:
      'postgresStore(): claim on "stageflow_idempotency" met another writer 100 times in a row. Try again later.',
  })
  expect(queries()).toBeGreaterThanOrEqual(100)
})

test('a thrown string and an error without a message are explained too', async () => {
  const refused = Object.assign(new AggregateError([new Error('connect ECONNREFUSED ::1:5432')]), {
    code: 'ECONNREFUSED',
  })
  for (const [thrown, says] of [
    [refused, 'failed: ECONNREFUSED. Check'],
    ['just a text', 'failed: just a text. Check'],
    [new Error(''), 'failed: Error. Check'],
  ] as const) {
    const { pool: broken } = poolThat(() => Promise.reject(thrown as Error))
    await expect(postgresStore({ pool: broken }).release('key', 'one')).rejects.toThrow(says)
  }
})
