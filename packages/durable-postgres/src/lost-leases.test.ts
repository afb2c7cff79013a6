import { Pipeline } from '@stageflow/core'
import type { Pool } from 'pg'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'

import { stoppedMachineClock, until } from '../../durable-engine/test/open-runs.ts'
import { slowStage } from '../../durable-engine/test/slow-stage.ts'
import { connect, ownSchema } from '../../store-postgres/test/postgres.ts'
import { meetingPool } from '../test/meeting-pool.ts'
import { durablePostgres } from './durable-postgres.ts'
import type { DurablePostgres, DurablePostgresOptions } from './index.ts'

const schema = ownSchema()
let pool: Pool
beforeAll(async () => {
  pool = connect({ max: 12 })
  await using durable = durablePostgres({ pool, schema })
  await durable.migrate()
})
afterAll(async () => {
  await pool.query(`DROP SCHEMA ${schema} CASCADE`)
  await pool.end()
})
function open(options: Partial<DurablePostgresOptions> = {}): DurablePostgres {
  const durable = durablePostgres({ pool, schema, listen: false, pollMs: 50, leaseMs: 60_000, ...options })
  onTestFinished(async () => {
    await durable.close({ timeoutMs: 0 })
  })
  return durable
}
const endLeases = (): Promise<unknown> => pool.query(`UPDATE ${schema}.owners SET until = 0`)
/** Another program has the tables of the runs. Returns what lets them go. */
async function lock(): Promise<() => Promise<void>> {
  const client = await pool.connect()
  await client.query(`BEGIN; LOCK TABLE ${schema}.runs, ${schema}.facts IN EXCLUSIVE MODE`)
  return async () => {
    await client.query('ROLLBACK')
    client.release()
  }
}

/**
 * Ends the call that is made again. The call isn't made again if the server has carried out a statement that nothing waits for anymore.
 */
const endedBy = (runs: DurablePostgres, runId: string, endCall: () => void): Promise<void> =>
  until(async () => {
    endCall()
    return (await runs.get(runId))?.status === 'completed'
  })

test('a leg that could not be written is released by a later beat, and another process goes on with it', async () => {
  const { graph, ends } = slowStage('released')
  const other = slowStage('beside')
  const here = open({ timeoutMs: 1_000 })
  // Another run keeps the lease of this process alive.
  const beside = here.run(other.graph, {}, { runId: 'beside' })
  const run = here.run(graph, {}, { runId: 'released' })
  await until(() => ends.length === 1 && other.ends.length === 1)
  const unlock = await lock()
  ends[0]?.()
  await expect(run).rejects.toMatchObject({ code: 'durable-postgres/unavailable' })
  await unlock()
  const there = open()
  const again = there.run(graph, {}, { runId: 'released' })
  await endedBy(there, 'released', () => ends[1]?.())
  expect((await again).status).toBe('completed')
  other.ends[0]?.()
  expect((await beside).status).toBe('completed')
})

test('recover tries a run again whose leg met a lock', async () => {
  const { graph, ends } = slowStage('locked')
  const first = open()
  void first.run(graph, {}, { runId: 'locked' }).catch(() => {})
  await until(() => ends.length === 1)
  await first.close({ timeoutMs: 0 })
  await endLeases()
  const recovered = open({ timeoutMs: 1_000 }).recover(graph)
  await until(() => ends.length === 2)
  const unlock = await lock()
  ends[1]?.()
  // Longer than one try takes.
  await new Promise((resolve) => setTimeout(resolve, 2_500))
  await unlock()
  await endedBy(open(), 'locked', () => ends[2]?.())
  expect(await recovered).toMatchObject([{ runId: 'locked', status: 'completed' }])
})

test('a process that was stopped for longer than its lease begins no call before it knows that the run is still its own', async () => {
  const pass = stoppedMachineClock()
  let begun = 0
  const graph = new Pipeline('stopped')
    .withStage('first', () => ({}))
    .withStage('second', () => ({ call: ++begun }), { dependencies: ['first'] })
    .build()
  const { pool: meeting, meet } = meetingPool(pool)
  const [here, there] = [open({ pool: meeting }), open()]
  let second: Promise<{ readonly data: unknown }> | undefined
  meet({
    message: /add_fact/,
    after: async () => {
      // The fact of the first stage is kept, and its confirmation comes when another process has the run.
      await endLeases()
      second = there.run(graph, {}, { runId: 'stopped' })
      await until(() => begun === 1)
      pass(120_000)
    },
  })
  const first = here.run(graph, {}, { runId: 'stopped' })
  expect((await first).data).toEqual({ first: {}, second: { call: 1 } })
  expect((await second)?.data).toEqual({ first: {}, second: { call: 1 } })
  expect(begun).toBe(1)
})
