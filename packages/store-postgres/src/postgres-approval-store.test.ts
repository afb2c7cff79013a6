import { Approvals } from '@stageflow/approvals'
import { approvalStoreContract } from '@stageflow/approvals/contract'
import { ToolExecutor } from '@stageflow/tool-executor'
import { defineTool, ToolRegistry } from '@stageflow/tools'
import { expect, test } from 'vitest'

import { contractWithPools } from '../test/contract-with-pools.ts'
import { ownDatabase } from '../test/own-database.ts'
import { connect } from '../test/postgres.ts'
import { testTable } from '../test/table-tests.ts'
import { approvalStatements } from './approval-statements.ts'
import { postgresApprovalStore } from './postgres-approval-store.ts'
import type { PostgresPool } from './postgres-store-options.ts'

const ASKED = { tenant: 'acme', request: 'asked', ttlMs: 60_000, retentionMs: 60_000 }

const { pool, schema, lockWait } = ownDatabase(postgresApprovalStore)

contractWithPools(approvalStoreContract, (own) => postgresApprovalStore({ pool: own, schema }))

testTable(
  { pool, schema },
  {
    open: postgresApprovalStore,
    table: 'stageflow_approvals',
    write: (store, id) => store.request('ada', id, ASKED),
    read: async (store) => (await store.pending({ owner: 'ada', limit: 100, after: 0 })).map(({ id }) => id),
  },
)

test.each(['owner', 'tenant'])('the list of an %s is read from an index, in its order', async (column) => {
  await postgresApprovalStore({ pool, schema }).migrate()
  const { pendingOfOwner, pendingOfTenant } = approvalStatements(schema, 'stageflow_approvals')
  const statement = column === 'owner' ? pendingOfOwner : pendingOfTenant
  const client = await pool.connect()
  try {
    // The planner reads a small table without an index, and sorts it, unless it may not.
    await client.query('BEGIN; SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off')
    const { rows } = await client.query<{ 'QUERY PLAN': string }>(`EXPLAIN ${statement}`, ['acme', 10, 0])
    const plan = rows.map((row) => row['QUERY PLAN']).join('\n')
    expect(plan).toContain(`Index Scan using stageflow_approvals_${column}_place_expires_at_idx`)
    expect(plan).not.toContain('Sort')
    await client.query('ROLLBACK')
  } finally {
    client.release()
  }
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
    await lockWait()
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
  const executor = new ToolExecutor()
  const ada = { orgId: 'acme', userId: 'ada' }
  const ids = { pipelineRunId: crypto.randomUUID(), ...ada }
  const process = () => new Approvals({ store: postgresApprovalStore({ pool, schema }), waitMs: 0 })
  const execute = async ({ approve }: Approvals) => {
    const calls = [{ id: 'c', name: 'pay', arguments: { euros: 900 } }]
    const [end] = await executor.execute(calls, { registry, ids, approve })
    return end?.status === 'denied' ? end.reason : String(end?.status)
  }
  expect(await execute(process())).toBe('approval_pending')
  const [open] = await process().pending(ada)
  await process().decide(open?.id ?? '', { approved: true, arguments: { euros: 5 } }, ada)
  const ends = await Promise.all([execute(process()), execute(process())])
  expect(ends.toSorted()).toEqual(['approval_used', 'completed'])
  expect(paid).toEqual([{ euros: 5 }])
})

test('an approver in another process reads the inbox of the tenant, page by page, and decides what others ask', async () => {
  const orgId = crypto.randomUUID()
  const process = () =>
    new Approvals({
      store: postgresApprovalStore({ pool, schema }),
      waitMs: 0,
      allows: ({ request, by }) => by.userId !== request.userId,
    })
  const users = ['ada', 'bob', 'cleo']
  const question = { id: 'refund-7', action: 'refund' }
  for (const userId of users) await process().ask(question, { ids: { orgId, userId } })
  await process().ask(question, { ids: { orgId: `${orgId}x`, userId: 'eve' } })

  const [first, second] = await process().pending({ orgId }, { limit: 2 })
  const rest = await process().pending({ orgId }, { after: second?.place ?? '0' })
  expect([first, second, ...rest].map((each) => each?.userId)).toEqual(users)
  const boss = { orgId, userId: 'boss' }
  for (const userId of users) await process().decide(question.id, { approved: true }, boss, { of: { userId } })
  expect(await process().pending({ orgId })).toEqual([])
  for (const userId of users)
    expect(await process().ask(question, { ids: { orgId, userId } })).toMatchObject({ approved: true, decidedBy: boss })
})

test('a request that meets only other writers fails with store-postgres/unavailable', async () => {
  const query = () => Promise.resolve({ rows: [], rowCount: 0 })
  await expect(postgresApprovalStore({ pool: { query } as PostgresPool }).request('ada', 'a', ASKED)).rejects.toThrow(
    'postgresApprovalStore(): request on "stageflow_approvals" met another writer 100 times in a row. Try again later.',
  )
})
