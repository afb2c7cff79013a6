import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { Pool } from 'pg'

import type { StormPlace } from '../../../durable-local/test/storm/place.ts'
import { startPostgres } from '../../../store-postgres/test/postgres-server.ts'
import { durablePostgres } from '../../src/index.ts'

const SCHEMA = 'storm'
/** Those that grow while runs go on. */
const ALL_TABLES = ['facts', 'inbox', 'runs', 'owners']
const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/** A place, and how it is removed. */
export interface OwnPlace {
  readonly place: StormPlace
  close(): Promise<void>
}

/** A journal on a PostgreSQL server of its own, which restarts, cuts its connections, is locked or full, and has its clock moved. */
export async function postgresPlace(): Promise<OwnPlace> {
  const server = await startPostgres({ fsync: 'off' })
  const pool = new Pool({ connectionString: server.url })
  pool.on('error', () => {})
  const journal = durablePostgres({ pool, schema: SCHEMA, listen: false })
  await journal.migrate()
  await journal.close()

  await pool.query(`
    CREATE TABLE ${SCHEMA}.has_no_room (name text);
    CREATE FUNCTION ${SCHEMA}.check_room() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        IF EXISTS (SELECT FROM ${SCHEMA}.has_no_room WHERE name = TG_TABLE_NAME) THEN
          RAISE EXCEPTION 'could not extend file' USING ERRCODE = '53100';
        END IF;
        RETURN NULL;
      END $$;
    ${ALL_TABLES.map((table) => `CREATE TRIGGER check_room BEFORE INSERT OR UPDATE ON ${SCHEMA}.${table} EXECUTE FUNCTION ${SCHEMA}.check_room()`).join('; ')}`)
  const fill = async (tables: readonly string[], ms: number): Promise<void> => {
    await pool.query(`INSERT INTO ${SCHEMA}.has_no_room SELECT unnest($1::text[])`, [tables])
    await wait(ms)
    await pool.query(`DELETE FROM ${SCHEMA}.has_no_room`)
  }
  /** Holds locks, as a program does that was stopped in the middle of its work. */
  const lock = async (tables: readonly string[], ms: number): Promise<void> => {
    const client = await pool.connect()
    try {
      const names = tables.map((table) => `${SCHEMA}.${table}`)
      await client.query(`BEGIN; LOCK TABLE ${names.join(', ')} IN EXCLUSIVE MODE`)
      await wait(ms)
    } catch {
      // PostgreSQL ends one of the two that wait for each other, and it may be this one.
    } finally {
      client.release(true)
    }
  }
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
    newVersion: 'new',
    needsWorker: false,
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
      {
        name: 'locked',
        happen: (random) => lock(random() < 0.5 ? ['runs'] : ['runs', 'owners'], 100 + random() * 1_500),
      },
      {
        name: 'full',
        happen: (random) => fill(random() < 0.5 ? ['facts'] : ALL_TABLES, 100 + random() * 1_500),
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
