import type { Pool } from 'pg'
import { afterAll, beforeAll, expect } from 'vitest'

import { connect, ownSchema } from './postgres.ts'

/** A pool and a schema of one test file, with the tables that `migrate` makes. Both end with its tests. */
export interface OwnDatabase {
  readonly pool: Pool
  readonly schema: string
  /** Resolves when a statement on a table of the schema waits for a lock. */
  lockWait(): Promise<void>
}

/** Call it once in a test file. */
export function ownDatabase(
  storeOf: (options: { readonly pool: Pool; readonly schema: string }) => { migrate(): Promise<void> },
): OwnDatabase {
  const [pool, schema] = [connect(), ownSchema()]
  const lockWait = async (): Promise<void> => {
    const waiting = 'SELECT 1 FROM pg_stat_activity WHERE wait_event_type = $1 AND strpos(query, $2) > 0'
    await expect.poll(async () => (await pool.query(waiting, ['Lock', schema])).rowCount).toBe(1)
  }
  beforeAll(() => storeOf({ pool, schema }).migrate())
  afterAll(async () => {
    await pool.query(`DROP SCHEMA ${schema} CASCADE`)
    await pool.end()
  })
  return { pool, schema, lockWait }
}
