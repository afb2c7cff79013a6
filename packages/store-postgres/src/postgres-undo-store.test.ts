import { setTimeout as wait } from 'node:timers/promises'
import { defineTool, ToolExecutor, ToolRegistry, type UndoStore } from '@stageflow/tools'
import { undoStoreContract } from '@stageflow/tools/contract'
import type { Pool } from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { connect, ownSchema } from '../test/postgres.ts'
import type { PostgresPool } from './postgres-store-options.ts'
import { postgresStore } from './postgres-store.ts'
import { postgresUndoStore } from './postgres-undo-store.ts'

const ENTRY = { run: 'run', callId: 'call', call: 'text', ttlMs: 60_000, keepMs: 60_000 }
const CLAIM = { token: 't', leaseMs: 60_000 }

const schema = ownSchema()
let pool: Pool
beforeAll(async () => {
  pool = connect()
  await postgresUndoStore({ pool, schema }).migrate()
})
afterAll(async () => {
  await pool.query(`DROP SCHEMA ${schema} CASCADE`)
  await pool.end()
})

function contractWith(name: string, open: () => Pool): void {
  // Most cases wait for the server's clock, so the pools run them at the same time. The cases of one pool run in turn.
  describe.concurrent(`the contract with ${name}`, () => {
    let own: Pool
    beforeAll(() => {
      own = open()
    })
    afterAll(() => own.end())
    const opened = () => {
      const store: UndoStore = postgresUndoStore({ pool: own, schema })
      return { store, advance: (ms: number) => wait(ms) }
    }
    for (const { name: title, run } of undoStoreContract(opened, { shortMs: 500 })) {
      test(title, { concurrent: false, timeout: 60_000 }, run)
    }
  })
}

contractWith('a pool with default settings', () => connect())
contractWith('a pool whose transactions are serializable', () => {
  return connect({ options: '-c default_transaction_isolation=serializable' })
})

/** A registry with a pool of its own, as another process has it. */
function openProcess(log: string[], own: PostgresPool, undoLeaseMs = 30_000) {
  const input = {
    '~standard': { version: 1 as const, vendor: 'test', validate: (value: unknown) => ({ value: value as object }) },
  }
  const write = defineTool({
    name: 'write',
    description: 'Writes a line.',
    input,
    execute: (_, { callId }) => void log.push(`+${callId}`),
    undo: async ({ callId }) => {
      log.push(`?${callId}`)
      await Promise.resolve()
      log.push(`-${callId}`)
    },
  })
  const undoStore = postgresUndoStore({ pool: own, schema })
  return new ToolRegistry({ tools: [write], executor: new ToolExecutor({ undoStore, undoLeaseMs }) })
}

test('calls that two pools have made are undone by two others at once: each by one, the last call first', async () => {
  const log: string[] = []
  const ids = { pipelineRunId: crypto.randomUUID() }
  const calls = Array.from({ length: 40 }, (_, place) => `${place}`)
  const pools = Array.from({ length: 4 }, () => connect({ max: 2 }))
  const [one, two, three, four] = pools.map((own) => openProcess(log, own)) as [ToolRegistry, ToolRegistry, ToolRegistry, ToolRegistry] // prettier-ignore
  for (const id of calls)
    await (Number(id) % 2 === 0 ? one : two).execute([{ id, name: 'write', arguments: {} }], { ids })
  log.length = 0
  const ends = await Promise.all([three, four].map((each) => each.compensate(ids.pipelineRunId)))
  expect(log).toEqual(calls.toReversed().flatMap((id) => [`?${id}`, `-${id}`]))
  expect(ends.map(({ isComplete }) => isComplete)).toEqual([true, true])
  expect(ends.flatMap(({ undone }) => undone.map(({ callId }) => callId)).toSorted()).toEqual(calls.toSorted())
  await Promise.all(pools.map((own) => own.end()))
}, 60_000)

test('eight pools race for 100 entries: each is claimed by one of them', async () => {
  const store = postgresUndoStore({ pool, schema })
  const ids = Array.from({ length: 100 }, () => crypto.randomUUID())
  for (const id of ids) await store.add({ ...ENTRY, id })
  const pools = Array.from({ length: 8 }, () => connect({ max: 4 }))
  const claimed = await Promise.all(
    pools.map(async (own, place) => {
      const side = postgresUndoStore({ pool: own, schema })
      const got = await Promise.all(ids.map((id) => side.claim(id, { ...CLAIM, token: `${place}` })))
      return ids.filter((_, index) => got[index]?.status === 'claimed')
    }),
  )
  expect(claimed.flat().toSorted()).toEqual(ids.toSorted())
  await Promise.all(pools.map((own) => own.end()))
}, 60_000)

test('a claim waits while another transaction holds the row, and is then refused', async () => {
  const store = postgresUndoStore({ pool, schema })
  const id = crypto.randomUUID()
  await store.add({ ...ENTRY, id })
  const rival = await pool.connect()
  try {
    await rival.query('BEGIN')
    await postgresUndoStore({ pool: rival, schema }).claim(id, CLAIM)
    const claiming = store.claim(id, { ...CLAIM, token: 'u' })
    const isWaiting = 'SELECT 1 FROM pg_stat_activity WHERE wait_event_type = $1 AND strpos(query, $2) > 0'
    await expect.poll(async () => (await pool.query(isWaiting, ['Lock', schema])).rowCount, { timeout: 60_000 }).toBe(1)
    await rival.query('COMMIT')
    expect(await claiming).toMatchObject({ status: 'taken' })
  } finally {
    rival.release()
  }
})

test('migrate() can be called by many at once, keeps entries, and makes its own table beside that of postgresStore', async () => {
  const own = ownSchema()
  const store = postgresUndoStore({ pool, schema: own })
  await expect(store.find({ run: 'run' })).rejects.toMatchObject({
    code: 'store-postgres/not-migrated',
    message: expect.stringContaining(
      `postgresUndoStore(): find failed, because the table "${own}"."stageflow_undo" does not exist`,
    ) as string,
  })
  try {
    await Promise.all([store, store, postgresStore({ pool, schema: own }), store].map((each) => each.migrate()))
    await store.add({ ...ENTRY, id: 'a' })
    await store.migrate()
    expect(await store.find({ run: 'run' })).toMatchObject([{ id: 'a' }])
    expect(await store.find({})).toEqual([])
  } finally {
    await pool.query(`DROP SCHEMA IF EXISTS ${own} CASCADE`)
  }
})

test('purge() deletes rows past their time, up to its limit', async () => {
  const store = postgresUndoStore({ pool, schema, table: 'to_purge' })
  await store.migrate()
  for (const id of ['a', 'b', 'c', 'd']) await store.add({ ...ENTRY, id })
  await pool.query(`UPDATE ${schema}.to_purge SET gone_at = clock_timestamp() - interval '1 s' WHERE id <> 'd'`)
  expect(await store.purge(2)).toBe(2)
  expect(await store.purge()).toBe(1)
  expect(await store.purge()).toBe(0)
  expect(await store.find({ run: 'run' })).toMatchObject([{ id: 'd' }])
  await expect(store.purge(0)).rejects.toMatchObject({ code: 'store-postgres/illegal-option' })
})

test('options are checked, all at once', () => {
  const options = { pool: 'postgres://user:hunter2@host/db', table: 'a b', maxValueBytes: 1 }
  expect(() => postgresUndoStore(options as never)).toThrow(
    /^postgresUndoStore\(\): table must be a name.*unknown option "maxValueBytes".*pool must be a pool of pg: postgresUndoStore\(/,
  )
})

test('a claim that meets only other writers fails with store-postgres/unavailable', async () => {
  const row = { lease_ms: null, left_ms: 1 }
  const query = (statement: string) =>
    Promise.resolve({ rows: statement.includes('UPDATE') ? [] : [row], rowCount: null })
  await expect(postgresUndoStore({ pool: { query } as PostgresPool }).claim('a', CLAIM)).rejects.toThrow(
    'postgresUndoStore(): claim on "stageflow_undo" met another writer 100 times in a row. Try again later.',
  )
})
