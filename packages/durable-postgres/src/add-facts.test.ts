import type { AddedFact } from '@stageflow/durable-engine'
import type { Pool } from 'pg'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'

import { connect, ownSchema } from '../../store-postgres/test/postgres.ts'
import { durablePostgres } from './durable-postgres.ts'
import { Statements } from './statements.ts'

// What the tables take, statement by statement.

const schema = ownSchema()
const statements = new Statements(schema)
let pool: Pool
beforeAll(async () => {
  pool = connect({ max: 4 })
  await using durable = durablePostgres({ pool, schema, listen: false })
  await durable.migrate()
})
afterAll(async () => {
  await pool.query(`DROP SCHEMA ${schema} CASCADE`)
  await pool.end()
})

let ids = 0
/** The number of a new run, which has fence 1. */
async function newRun(): Promise<number> {
  const { rows } = await pool.query(`
    INSERT INTO ${schema}.runs (id, pipeline, graph, status, fence, leg, facts_before, crashes, started_at, updated_at, input, options)
    VALUES ('run ${++ids}', 'p', 1, 'running', 1, 1, 0, 0, 0, 0, '{}', '{}') RETURNING n::float8 AS n`)
  return rows[0].n
}
const fact = (run: number, n: number, more: Partial<AddedFact> = {}): AddedFact => ({
  run,
  fence: 1,
  n,
  kind: 'call',
  key: `k${n}`,
  at: 0,
  value: `${n}`,
  taken: undefined,
  ...more,
})
/** Returns the numbers of the facts that the journal says it has. */
async function add(facts: readonly AddedFact[], wait = false): Promise<readonly number[]> {
  const { rows } = await pool.query(statements.addFacts(facts, wait).text)
  return rows.map(({ n }) => n as number)
}
async function kept(run: number): Promise<readonly string[]> {
  const { rows } = await pool.query(`SELECT n, value FROM ${schema}.facts WHERE run = $1 ORDER BY n`, [run])
  return rows.map(({ n, value }) => `${n}: ${value}`)
}
async function inboxRow(run: number, kind: string): Promise<number> {
  const { rows } = await pool.query(
    `INSERT INTO ${schema}.inbox (run, kind, key, value) VALUES ($1, $2, 'k', '1') RETURNING n::float8 AS n`,
    [run, kind],
  )
  return rows[0].n
}
const inbox = async (run: number): Promise<unknown> =>
  (await pool.query(`SELECT 1 FROM ${schema}.inbox WHERE run = $1`, [run])).rowCount
/** Another transaction has the run until the test ends, or until it is let go. */
async function locked(run: number): Promise<() => Promise<void>> {
  const client = await pool.connect()
  await client.query('BEGIN')
  await client.query(`SELECT 1 FROM ${schema}.runs WHERE n = $1 FOR UPDATE`, [run])
  let isHeld = true
  const letGo = async (): Promise<void> => {
    if (isHeld) {
      isHeld = false
      await client.query('ROLLBACK')
      client.release()
    }
  }
  onTestFinished(letGo)
  return letGo
}

test.each([false, true])(
  'facts are kept in their order, those of several runs in one statement (wait: %s)',
  async (wait) => {
    const [one, two] = [await newRun(), await newRun()]
    expect(await add([fact(one, 1), fact(two, 1), fact(one, 2)], wait)).toEqual([1, 1, 2])
    expect(await add([fact(one, 3)], wait)).toEqual([3])
    expect([await kept(one), await kept(two)]).toEqual([['1: 1', '2: 2', '3: 3'], ['1: 1']])
  },
)

test.each([false, true])(
  'a fact whose fact before it is missing is refused, and so are those after it (wait: %s)',
  async (wait) => {
    const run = await newRun()
    expect(await add([fact(run, 2)], wait)).toEqual([])
    expect(await add([fact(run, 2), fact(run, 3)], wait)).toEqual([])
    expect(await add([fact(run, 1), fact(run, 3), fact(run, 4)], wait)).toEqual([1])
    expect(await kept(run)).toEqual(['1: 1'])
  },
)

test.each([0, 2])('a fact of a leg with another fence (%i) is refused', async (fence) => {
  const run = await newRun()
  expect(await add([fact(run, 1, { fence })], true)).toEqual([])
  expect(await add([fact(run, 1, { fence })], false)).toEqual([])
  expect(await kept(run)).toEqual([])
})

test('a fact of a run that is gone is refused', async () => {
  const run = await newRun()
  await pool.query(`DELETE FROM ${schema}.runs WHERE n = $1`, [run])
  expect(await add([fact(run, 1)], true)).toEqual([])
  expect(await kept(run)).toEqual([])
})

test('a fact that an earlier try has kept is kept once, as it was first written', async () => {
  const run = await newRun()
  await add([fact(run, 1)])
  expect(await add([fact(run, 1, { value: 'again' }), fact(run, 2)])).toEqual([1, 2])
  expect(await kept(run)).toEqual(['1: 1', '2: 2'])
})

test('a fact takes its row from the inbox, and a refused one leaves it there', async () => {
  const run = await newRun()
  const taken = await inboxRow(run, 'answer')
  expect(await add([fact(run, 2, { taken })])).toEqual([])
  expect(await inbox(run)).toBe(1)
  expect(await add([fact(run, 1, { taken, fence: 2 })])).toEqual([])
  expect(await inbox(run)).toBe(1)
  expect(await add([fact(run, 1, { taken })])).toEqual([1])
  expect(await inbox(run)).toBe(0)
})

test('facts of a run that another transaction has are left out, or wait for it, and the others are kept', async () => {
  const [free, held] = [await newRun(), await newRun()]
  const letGo = await locked(held)
  expect(await add([fact(held, 1), fact(free, 1)], false)).toEqual([1])
  expect([await kept(free), await kept(held)]).toEqual([['1: 1'], []])
  const waiting = add([fact(held, 1)], true)
  await letGo()
  expect(await waiting).toEqual([1])
})

test('while a fact is being written, its run cannot be claimed by another process', async () => {
  const run = await newRun()
  const client = await pool.connect()
  await client.query('BEGIN')
  await client.query(statements.addFacts([fact(run, 1)], false).text)
  const claim = pool.query(
    `SET lock_timeout = 50; UPDATE ${schema}.runs SET fence = fence + 1 WHERE n = ${run}; SET lock_timeout = 0`,
  )
  await expect(claim).rejects.toMatchObject({ code: '55P03' })
  await client.query('COMMIT')
  client.release()
})
