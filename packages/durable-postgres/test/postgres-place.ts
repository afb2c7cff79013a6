import type { Clock } from '@stageflow/core'
import { types } from 'pg'
import type { Pool, PoolClient, QueryResult } from 'pg'

import type { Place } from '../../durable-engine/test/place.ts'
import { connect, ownSchema } from '../../store-postgres/test/postgres.ts'
import { durablePostgres } from '../src/index.ts'
import type { DurablePostgresOptions, JournalPool } from '../src/index.ts'
import { PostgresJournal } from '../src/postgres-journal.ts'

/** The journals of the tests of the engine, each in a schema of its own. Their tables are made when they are needed first. */
export function schemasOfPostgres(): Place {
  const pool = connect({ max: 100 })
  /** The time that each connection has, if it has that of a clock. */
  const times = new WeakMap<PoolClient, string>()
  const migrations = new Map<string, Promise<void>>()
  const migrated = (schema: string): Promise<void> => {
    const known = migrations.get(schema) ?? migrate(pool, schema)
    migrations.set(schema, known)
    return known
  }
  /**
   * The pool of one handle. All share their connections, because each new one costs more than most of what a test does. The clock of the
   * server is that of the handle, if it has one.
   */
  const poolOf = (schema: string, clock?: Clock): JournalPool => {
    const connectOne = async (): Promise<PoolClient> => {
      await migrated(schema)
      const client = await pool.connect()
      const time = clock === undefined ? '' : `${clock.now()}`
      if ((times.get(client) ?? '') !== time) {
        const setting = client.query(`SET stageflow.now = '${time}'`)
        await setting.catch((error: unknown) => {
          client.release(true)
          throw error
        })
        times.set(client, time)
      }
      return client
    }
    return { options: { max: 4 }, connect: connectOne }
  }
  return {
    answersAtOnce: false,
    codes: { full: 'durable-postgres/full', unavailable: 'durable-postgres/unavailable' },
    newPath: ownSchema,
    open: (schema, options) => {
      const own = { pool: poolOf(schema, options.clock), schema, pollMs: 50 }
      return durablePostgres({ ...own, ...(options as Partial<DurablePostgresOptions>) })
    },
    newJournal: (schema) => {
      const times = { leaseMs: 5_000, retentionMs: undefined, timeoutMs: 30_000, pollMs: 100 }
      return new PostgresJournal({ pool: poolOf(schema), schema, ...times, listen: true })
    },
    change: async (schema, sql) => {
      await migrated(schema)
      const text = `BEGIN; SET LOCAL search_path = "${schema}"; ${sql}; COMMIT`
      const results = (await pool.query({ text, types: numbers })) as unknown as readonly QueryResult[]
      return results.at(-2)?.rows ?? []
    },
    text: async (schema) => {
      const texts: string[] = []
      for (const table of ['runs', 'facts', 'inbox', 'graphs', 'owners'])
        texts.push(JSON.stringify((await pool.query(`SELECT * FROM "${schema}".${table}`)).rows))
      return texts.join('\n')
    },
    close: async () => {
      for (const schema of migrations.keys()) await pool.query(`DROP SCHEMA "${schema}" CASCADE`)
      await pool.end()
    },
  }
}

/** Counts are numbers. */
const numbers = {
  getTypeParser: (id: number, format: unknown) =>
    id === types.builtins.INT8 ? Number : types.getTypeParser(id, format as 'text'),
} as typeof types

/** The clock of the journal is that of a test, if the connection has one. */
async function migrate(pool: Pool, schema: string): Promise<void> {
  const durable = durablePostgres({ pool, schema, listen: false })
  await durable.migrate()
  await durable.close()
  await pool.query(`
    CREATE OR REPLACE FUNCTION "${schema}".now_ms() RETURNS double precision LANGUAGE sql VOLATILE AS
      'SELECT coalesce(nullif(current_setting(''stageflow.now'', true), '''')::double precision, extract(epoch FROM clock_timestamp()) * 1000)'`)
}
