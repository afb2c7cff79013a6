import { setTimeout as wait } from 'node:timers/promises'
import { Approvals, defineTool, ToolRegistry, type ApprovalStore } from '@stageflow/tools'
import { approvalStoreContract } from '@stageflow/tools/contract'
import type { Pool } from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { connect, ownSchema } from '../test/postgres.ts'
import { postgresApprovalStore } from './postgres-approval-store.ts'
import type { PostgresPool } from './postgres-store-options.ts'
import { postgresStore } from './postgres-store.ts'

const ASKED = { request: 'asked', ttlMs: 60_000, keepMs: 60_000 }

const schema = ownSchema()
let pool: Pool
beforeAll(async () => {
  pool = connect()
  await postgresApprovalStore({ pool, schema }).migrate()
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
      const store: ApprovalStore = postgresApprovalStore({ pool: own, schema })
      return { store, advance: (ms: number) => wait(ms) }
    }
    for (const { name: title, run } of approvalStoreContract(opened, { shortMs: 500 })) {
      test(title, { concurrent: false, timeout: 60_000 }, run)
    }
  })
}

contractWith('a pool with default settings', () => connect())
contractWith('a pool whose transactions are serializable', () => {
  return connect({ options: '-c default_transaction_isolation=serializable' })
})

test('eight pools race for 100 approvals: each is used by one of them', async () => {
  const store = postgresApprovalStore({ pool, schema })
  const owner = crypto.randomUUID()
  const ids = Array.from({ length: 100 }, (_, index) => `${index}`)
  for (const id of ids) {
    await store.request(owner, id, ASKED)
    await store.decide(owner, id, { approved: true, decision: 'yes' })
  }
  const pools = Array.from({ length: 8 }, () => connect({ max: 4 }))
  const used = await Promise.all(
    pools.map(async (own, place) => {
      const side = postgresApprovalStore({ pool: own, schema })
      const got = await Promise.all(ids.map((id) => side.use(owner, id, `${place}`)))
      return ids.filter((_, index) => got[index]?.token === `${place}`)
    }),
  )
  expect(used.flat().toSorted()).toEqual(ids.toSorted())
  await Promise.all(pools.map((own) => own.end()))
}, 60_000)

test('a decision waits while another transaction holds the row, and then returns its decision', async () => {
  const store = postgresApprovalStore({ pool, schema })
  const id = crypto.randomUUID()
  await store.request('ada', id, ASKED)
  const rival = await pool.connect()
  try {
    await rival.query('BEGIN')
    await postgresApprovalStore({ pool: rival, schema }).decide('ada', id, { approved: false, decision: 'no' })
    const deciding = store.decide('ada', id, { approved: true, decision: 'yes' })
    const isWaiting = 'SELECT 1 FROM pg_stat_activity WHERE wait_event_type = $1 AND strpos(query, $2) > 0'
    await expect.poll(async () => (await pool.query(isWaiting, ['Lock', schema])).rowCount, { timeout: 60_000 }).toBe(1)
    await rival.query('COMMIT')
    expect(await deciding).toMatchObject({ status: 'denied', decision: 'no' })
  } finally {
    rival.release()
  }
})

test('Approvals of two processes share the store, and one gets to use an approval', async () => {
  const paid: unknown[] = []
  const input = { '~standard': { version: 1 as const, vendor: 'test', validate: (value: unknown) => ({ value }) } }
  const pay = defineTool({ name: 'pay', description: 'Pays.', input, execute: (given) => void paid.push(given) })
  const registry = new ToolRegistry({ tools: [pay] })
  const ada = { orgId: 'acme', userId: 'ada' }
  const ids = { pipelineRunId: crypto.randomUUID(), ...ada }
  const process = () => new Approvals({ store: postgresApprovalStore({ pool, schema }), waitMs: 0 })
  const execute = async ({ approve }: Approvals) => {
    const [end] = await registry.execute([{ id: 'c', name: 'pay', arguments: { euros: 900 } }], { ids, approve })
    return end?.status === 'denied' ? end.reason : String(end?.status)
  }
  expect(await execute(process())).toBe('approval_pending')
  const [open] = await process().pending(ada)
  await process().decide(open?.id ?? '', { approved: true, arguments: { euros: 5 } }, ada)
  const ends = await Promise.all([execute(process()), execute(process())])
  expect(ends.toSorted()).toEqual(['approval_used', 'completed'])
  expect(paid).toEqual([{ euros: 5 }])
})

test('migrate() can be called by many at once, keeps records, and makes its own table beside that of postgresStore', async () => {
  const own = ownSchema()
  const store = postgresApprovalStore({ pool, schema: own })
  await expect(store.find('ada', 'a')).rejects.toMatchObject({
    code: 'store-postgres/not-migrated',
    message: expect.stringContaining(
      `postgresApprovalStore(): find failed, because the table "${own}"."stageflow_approvals" does not exist`,
    ) as string,
  })
  try {
    await Promise.all([store, store, postgresStore({ pool, schema: own }), store].map((each) => each.migrate()))
    await store.request('ada', 'a', ASKED)
    await store.migrate()
    expect(await store.find('ada', 'a')).toMatchObject({ status: 'pending' })
  } finally {
    await pool.query(`DROP SCHEMA IF EXISTS ${own} CASCADE`)
  }
})

test('purge() deletes rows past their time, up to its limit', async () => {
  const store = postgresApprovalStore({ pool, schema, table: 'to_purge' })
  await store.migrate()
  for (const id of ['a', 'b', 'c', 'd']) await store.request('ada', id, ASKED)
  await pool.query(`UPDATE ${schema}.to_purge SET gone_at = clock_timestamp() - interval '1 s' WHERE id <> 'd'`)
  expect(await store.purge(2)).toBe(2)
  expect(await store.purge()).toBe(1)
  expect(await store.purge()).toBe(0)
  expect(await store.find('ada', 'd')).toMatchObject({ status: 'pending' })
  await expect(store.purge(0)).rejects.toMatchObject({ code: 'store-postgres/illegal-option' })
})

test('options are checked, all at once', () => {
  const options = { pool: 'postgres://user:hunter2@host/db', table: 'a b', maxValueBytes: 1 }
  expect(() => postgresApprovalStore(options as never)).toThrow(
    /^postgresApprovalStore\(\): table must be a name.*unknown option "maxValueBytes".*pool must be a pool of pg: postgresApprovalStore\(/,
  )
})

test('a request that meets only other writers fails with store-postgres/unavailable', async () => {
  const query = () => Promise.resolve({ rows: [], rowCount: 0 })
  await expect(postgresApprovalStore({ pool: { query } as PostgresPool }).request('ada', 'a', ASKED)).rejects.toThrow(
    'postgresApprovalStore(): request on "stageflow_approvals" met another writer 100 times in a row. Try again later.',
  )
})
