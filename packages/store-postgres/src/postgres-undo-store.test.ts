import { ToolExecutor } from '@stageflow/tool-executor'
import { defineTool, ToolRegistry } from '@stageflow/tools'
import { undoLog } from '@stageflow/undo'
import { undoStoreContract } from '@stageflow/undo/contract'
import { expect, test } from 'vitest'

import { contractWithPools } from '../test/contract-with-pools.ts'
import { ownDatabase } from '../test/own-database.ts'
import { connect } from '../test/postgres.ts'
import { testTable } from '../test/table-tests.ts'
import type { PostgresPool } from './postgres-store-options.ts'
import { postgresUndoStore } from './postgres-undo-store.ts'

const ENTRY = { run: 'run', callId: 'call', call: 'text', ttlMs: 60_000, retentionMs: 60_000 }
const CLAIM = { token: 't', leaseMs: 60_000 }

const { pool, schema, lockWait } = ownDatabase(postgresUndoStore)

contractWithPools(undoStoreContract, (own) => postgresUndoStore({ pool: own, schema }))

testTable(
  { pool, schema },
  {
    open: postgresUndoStore,
    table: 'stageflow_undo',
    write: (store, id) => store.add({ ...ENTRY, id }),
    read: async (store) => (await store.find({ run: 'run' })).map(({ id }) => id),
  },
)

test('a query without fields finds nothing', async () => {
  expect(await postgresUndoStore({ pool, schema }).find({})).toEqual([])
})

/** An executor with a pool of its own, as another process has it. */
function openProcess(log: string[], own: PostgresPool) {
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
  const registry = new ToolRegistry({ tools: [write] })
  const executor = new ToolExecutor({ undo: undoLog({ store: postgresUndoStore({ pool: own, schema }) }) })
  return {
    call: (id: string, ids: { pipelineRunId: string }) =>
      executor.execute([{ id, name: 'write', arguments: {} }], { registry, ids }),
    compensate: (pipelineRunId: string) => executor.compensate(pipelineRunId, { registry }),
  }
}

test('calls that two pools have made are undone by two others at once: each by one, the last call first', async () => {
  const log: string[] = []
  const ids = { pipelineRunId: crypto.randomUUID() }
  const calls = Array.from({ length: 40 }, (_, place) => `${place}`)
  const pools = Array.from({ length: 4 }, () => connect({ max: 2 }))
  const processes = pools.map((own) => openProcess(log, own))
  for (const id of calls) await processes[Number(id) % 2]?.call(id, ids)
  log.length = 0
  const ends = await Promise.all(processes.slice(2).map((each) => each.compensate(ids.pipelineRunId)))
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
    await lockWait()
    await rival.query('COMMIT')
    expect(await claiming).toMatchObject({ status: 'taken' })
  } finally {
    rival.release()
  }
})

test('a claim that meets only other writers fails with store-postgres/unavailable', async () => {
  const row = { lease_ms: null, left_ms: 1 }
  const query = (statement: string) =>
    Promise.resolve({ rows: statement.includes('UPDATE') ? [] : [row], rowCount: null })
  await expect(postgresUndoStore({ pool: { query } as PostgresPool }).claim('a', CLAIM)).rejects.toThrow(
    'postgresUndoStore(): claim on "stageflow_undo" met another writer 100 times in a row. Try again later.',
  )
})
