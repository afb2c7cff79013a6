import { Pipeline } from '@stageflow/core'
import { manualClock } from '@stageflow/testing'
import type { Pool } from 'pg'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'

import { connect, ownSchema } from '../../store-postgres/test/postgres.ts'
import { meetingPool } from '../test/meeting-pool.ts'
import { durablePostgres } from './durable-postgres.ts'
import type { DurablePostgres, DurablePostgresOptions } from './index.ts'

const MINUTE = 60_000
const at = (iso: string): number => Date.parse(iso)

const schema = ownSchema()
let pool: Pool
beforeAll(async () => {
  pool = connect({ max: 8 })
  await using durable = durablePostgres({ pool, schema })
  await durable.migrate()
})
afterAll(async () => {
  await pool.query(`DROP SCHEMA ${schema} CASCADE`)
  await pool.end()
})
function open(options: Partial<DurablePostgresOptions>): DurablePostgres {
  const durable = durablePostgres({ pool, schema, listen: false, leaseMs: 600_000, ...options })
  onTestFinished(async () => {
    await durable.close()
  })
  return durable
}
const report = new Pipeline('report').withStage('write', () => ({})).build()
const kept = async (name: string): Promise<unknown> =>
  (await pool.query(`SELECT cron, newest FROM ${schema}.schedules WHERE name = $1`, [name])).rows[0]

test('of three processes with a schedule, one starts the run of a time', async () => {
  const clock = manualClock({ startAt: at('2026-11-30T08:59:30Z') })
  const handles = [open({ clock }), open({ clock }), open({ clock })]
  let calls = 0
  const graph = new Pipeline('counted').withStage('a', () => ({ calls: ++calls })).build()
  const schedules = await Promise.all(handles.map(async (each) => each.schedule('once', { cron: '0 9 * * *', graph })))
  await clock.advance(MINUTE)
  const next = at('2026-12-01T09:00:00Z')
  await expect.poll(() => schedules.map((schedule) => schedule.next)).toEqual([next, next, next])
  await expect.poll(() => handles[0]?.list({ pipeline: 'counted', status: 'completed' })).toHaveLength(1)
  expect(schedules.map(({ error }) => error)).toEqual([undefined, undefined, undefined])
  expect(calls).toBe(1)
})

test('a time that starts while another process changes the schedule leaves the new cron expression in place', async () => {
  const clock = manualClock({ startAt: at('2026-11-30T08:59:30Z') })
  const { pool: meeting, meet } = meetingPool(pool)
  const [old, today] = [open({ clock, pool: meeting }), open({ clock })]
  const before = await old.schedule('daily', { cron: '0 9 * * *', graph: report })
  const deployed = Promise.withResolvers<void>()
  meet({
    message: /(INSERT INTO|UPDATE) \S+\.schedules/,
    before: async () => {
      await today.schedule('daily', { cron: '30 9 * * *', graph: report })
      deployed.resolve()
    },
  })
  await clock.advance(MINUTE)
  await deployed.promise
  await expect.poll(() => before.next).toBe(at('2026-12-01T09:00:00Z'))
  expect(await kept('daily')).toMatchObject({ cron: '30 9 * * *' })
  expect(await today.get('daily/2026-11-30T09:00:00.000Z')).toBeDefined()
})

test('a change of the cron expression keeps the newest time, also while another process notes it', async () => {
  const clock = manualClock({ startAt: at('2026-11-30T08:00:00Z') })
  const { pool: meeting, meet } = meetingPool(pool)
  await open({ clock }).schedule('hourly', { cron: '0 * * * *', graph: report })
  // The clock of the other process is ahead.
  const newest = at('2026-11-30T09:00:00Z')
  const note = async (): Promise<boolean> => {
    const client = await pool.connect()
    try {
      await client.query('SET lock_timeout = 50')
      await client.query(`UPDATE ${schema}.schedules SET newest = $1 WHERE name = 'hourly'`, [newest])
      return true
    } catch {
      return false
    } finally {
      client.release(true)
    }
  }
  let isNoted = false
  meet({ message: /SELECT name.* FROM \S+\.schedules/, after: async () => void (isNoted = await note()) })
  await open({ clock, pool: meeting }).schedule('hourly', { cron: '30 * * * *', graph: report })
  if (!isNoted) expect(await note()).toBe(true)
  expect(await kept('hourly')).toEqual({ cron: '30 * * * *', newest })
})
