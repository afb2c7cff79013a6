import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { Pool } from 'pg'

import type { StormPlace } from '../../../durable-local/test/storm/place.ts'
import { startPostgres } from '../../../store-postgres/test/postgres-server.ts'
import { durablePostgres } from '../../src/index.ts'

const SCHEMA = 'storm'
const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/** A place, and how it is removed. */
export interface OwnPlace {
  readonly place: StormPlace
  close(): Promise<void>
}

/** A journal on a PostgreSQL server of its own, which restarts, cuts its connections and has its clock moved. */
export async function postgresPlace(): Promise<OwnPlace> {
  const server = await startPostgres({ fsync: 'off' })
  const pool = new Pool({ connectionString: server.url })
  pool.on('error', () => {})
  const journal = durablePostgres({ pool, schema: SCHEMA, listen: false })
  await journal.migrate()
  await journal.close()

  const moveClock = (ms: number) =>
    pool.query(`
      CREATE OR REPLACE FUNCTION ${SCHEMA}.now_ms() RETURNS double precision LANGUAGE sql VOLATILE AS
        'SELECT (extract(epoch FROM clock_timestamp()) * 1000)::double precision + ${Math.round(ms)}'`)
  const place: StormPlace = {
    name: 'PostgreSQL',
    address: JSON.stringify({ url: server.url, schema: SCHEMA }),
    whereabouts: mkdtempSync(join(tmpdir(), 'stageflow-storm-')),
    opener: new URL('postgres-runs.ts', import.meta.url),
    hasWeak: false,
    troubles: [
      {
        name: 'restarted',
        happen: async (random) => {
          await server.stop()
          await wait(random() * 500)
          await server.start()
        },
      },
      {
        name: 'cut',
        happen: async () => {
          await pool.query(
            'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND usename IS NOT NULL',
          )
        },
      },
      {
        name: 'clock moved',
        happen: async (random) => {
          await moveClock((random() - 0.5) * 6_000)
          await wait(random() * 1_000)
          await moveClock(0)
        },
      },
    ],
    // Calls that failed are left out: `retryFailed` runs them again.
    settledCalls: async () => {
      const { rows } = await pool.query<{ call: string }>(`
        SELECT r.id || ' ' || f.key AS call FROM ${SCHEMA}.facts f JOIN ${SCHEMA}.runs r ON r.n = f.run
        WHERE f.kind = 'ask' OR (f.kind = 'call' AND f.value::json ->> 'status' IN ('ok', 'skip'))`)
      return new Set(rows.map(({ call }) => call))
    },
    untakenRequests: async () =>
      (await pool.query(`SELECT 1 FROM ${SCHEMA}.inbox WHERE kind NOT IN ('answer', 'early')`)).rowCount ?? 0,
  }
  return {
    place,
    close: async () => {
      await pool.end()
      await server.close()
    },
  }
}
