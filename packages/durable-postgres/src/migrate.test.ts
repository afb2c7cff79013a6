import type { Pool } from 'pg'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'

import { Pipeline } from '@stageflow/core'

import { connect, ownSchema } from '../../store-postgres/test/postgres.ts'
import { durablePostgres } from './durable-postgres.ts'
import type { DurablePostgres } from './durable-postgres.ts'
import { FORMAT } from './migrate.ts'
import { PostgresJournal } from './postgres-journal.ts'
import { sql } from './sql.ts'

let pool: Pool
beforeAll(() => {
  pool = connect({ max: 8 })
})
afterAll(() => pool.end())

let schema = ''
const opened: DurablePostgres[] = []
beforeEach(() => {
  schema = ownSchema()
  return async () => {
    for (const one of opened.splice(0)) await one.close({ timeoutMs: 0 })
    await pool.query(`DROP SCHEMA IF EXISTS ${schema} CASCADE`)
  }
})
function open(): DurablePostgres {
  const durable = durablePostgres({ pool, schema, listen: false })
  opened.push(durable)
  return durable
}
const graph = new Pipeline('p').withStage('a', () => ({ done: true })).build()
const version = async (): Promise<unknown> => (await pool.query(`SELECT version FROM ${schema}.format`)).rows

test('before migrate() each method says what to call', async () => {
  const durable = open()
  const refused = {
    code: 'durable-postgres/not-migrated',
    message: expect.stringContaining('Call migrate()') as string,
  }
  await expect(durable.run(graph, {}, { runId: 'a' })).rejects.toMatchObject(refused)
  await expect(durable.get('a')).rejects.toMatchObject(refused)
  await expect(durable.list()).rejects.toMatchObject(refused)
  await durable.migrate()
  expect((await durable.run(graph, {}, { runId: 'a' })).status).toBe('completed')
})

test('any number of processes can migrate at once, and again', async () => {
  await Promise.all([open(), open(), open(), open(), open()].map((durable) => durable.migrate()))
  expect(await version()).toEqual([{ version: FORMAT }])
  await open().run(graph, {}, { runId: 'a' })
  await open().migrate()
  expect((await open().list()).length).toBe(1)
})

test('a user who may not create anything can call migrate() if the tables are there', async () => {
  await open().migrate()
  const user = `${schema}_user`
  await pool.query(`
    CREATE ROLE ${user};
    GRANT USAGE ON SCHEMA ${schema} TO ${user};
    GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA ${schema} TO ${user}`)
  const own = connect({ options: `-c role=${user}` })
  const durable = durablePostgres({ pool: own, schema, listen: false })
  try {
    await durable.migrate()
    expect((await durable.run(graph, {}, { runId: 'a' })).status).toBe('completed')
  } finally {
    await durable.close()
    await own.end()
    await pool.query(`DROP OWNED BY ${user}; DROP ROLE ${user}`)
  }
})

test('a journal of a newer format is refused by name, by migrate() and by each method', async () => {
  await open().migrate()
  await pool.query(`UPDATE ${schema}.format SET version = ${FORMAT + 1}`)
  const refused = {
    code: 'durable-postgres/other-tables',
    message: expect.stringContaining(`has format ${FORMAT + 1}, which a newer version`) as string,
  }
  await expect(open().migrate()).rejects.toMatchObject(refused)
  await expect(open().run(graph, {}, { runId: 'a' })).rejects.toMatchObject(refused)
})

test('a journal of a format that no longer exists is refused by name', async () => {
  await open().migrate()
  await pool.query(`UPDATE ${schema}.format SET version = 1`)
  const refused = { code: 'durable-postgres/other-tables', message: expect.stringContaining('has format 1') as string }
  await expect(open().migrate()).rejects.toMatchObject(refused)
  await expect(open().list()).rejects.toMatchObject(refused)
})

test('a schema with tables of another app stays as it is', async () => {
  await pool.query(`CREATE SCHEMA ${schema}; CREATE TABLE ${schema}.runs (mine int)`)
  await expect(open().migrate()).rejects.toMatchObject({
    code: 'durable-postgres/other-tables',
    message: expect.stringContaining("aren't a journal") as string,
  })
  const { rows } = await pool.query('SELECT relname FROM pg_stat_user_tables WHERE schemaname = $1', [schema])
  expect(rows).toEqual([{ relname: 'runs' }])
})

test('the steps of later formats run in their order, once, however many processes migrate', async () => {
  const plan = { pool, schema, leaseMs: 5_000, retentionMs: 1e9, timeoutMs: 30_000, pollMs: 1_000, listen: false }
  const steps = new Map([
    [FORMAT + 1, (s: ReturnType<typeof sql>) => [sql`ALTER TABLE ${s}.runs ADD COLUMN color text`]],
    [FORMAT + 2, (s: ReturnType<typeof sql>) => [sql`UPDATE ${s}.runs SET color = 'blue'`]],
  ])
  await open().migrate()
  await open().run(graph, {}, { runId: 'a' })
  const journals = [1, 2, 3].map(() => new PostgresJournal(plan))
  await Promise.all(journals.map((journal) => journal.migrate(FORMAT + 2, steps)))
  expect(await version()).toEqual([{ version: FORMAT + 2 }])
  expect((await pool.query(`SELECT color FROM ${schema}.runs`)).rows).toEqual([{ color: 'blue' }])
  for (const journal of journals) await journal.close()
})

test('a step that fails leaves the tables as they were', async () => {
  const plan = { pool, schema, leaseMs: 5_000, retentionMs: 1e9, timeoutMs: 30_000, pollMs: 1_000, listen: false }
  const steps = new Map([
    [FORMAT + 1, (s: ReturnType<typeof sql>) => [sql`ALTER TABLE ${s}.runs ADD COLUMN color text`, sql`SELECT 1 / 0`]],
  ])
  await open().migrate()
  const journal = new PostgresJournal(plan)
  await expect(journal.migrate(FORMAT + 1, steps)).rejects.toMatchObject({ code: 'durable-postgres/statement-refused' })
  await journal.close()
  expect(await version()).toEqual([{ version: FORMAT }])
  expect((await open().run(graph, {}, { runId: 'a' })).status).toBe('completed')
})
