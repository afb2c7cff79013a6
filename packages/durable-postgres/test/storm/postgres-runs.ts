import { Pool } from 'pg'

import type { OpenRuns } from '../../../durable-local/test/storm/place.ts'
import { durablePostgres } from '../../src/index.ts'

/** What a process of the storm finds its place with. */
export interface Address {
  readonly url: string
  readonly schema: string
}

export const openRuns: OpenRuns = (address, { clock, leaseMs }) => {
  const { url, schema } = JSON.parse(address) as Address
  const pool = new Pool({ connectionString: url, max: 6 })
  pool.on('error', () => {})
  const runs = durablePostgres({ pool, schema, clock, leaseMs, pollMs: 200, timeoutMs: 20_000, maxRecoveries: 1_000 })
  const { close } = runs
  // A process of the storm ends by itself when its runs have ended.
  const closeAll: typeof close = async (options) => {
    const report = await close(options)
    await pool.end()
    return report
  }
  return {
    runs: Object.assign(runs, { close: closeAll }),
    troubles: ['durable-postgres/unavailable', 'durable-postgres/full'],
  }
}
