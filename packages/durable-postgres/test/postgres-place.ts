import { types } from 'pg'
import type { Pool, PoolClient } from 'pg'

import type { Place } from '../../durable-engine/test/place.ts'
import { connect, ownSchema } from '../../store-postgres/test/postgres.ts'
import { durablePostgres } from '../src/index.ts'
import type { DurablePostgresOptions, JournalPool } from '../src/index.ts'

/** The journals of the tests of the engine, each in a schema of its own. Their tables are made when they are needed first. */
export function schemasOfPostgres(): Place {
  const pools: Pool[] = []
  const newPool = (): Pool => {
    const pool = connect({ max: 4, idleTimeoutMillis: 500 })
    pools.push(pool)
    return pool
  }
  const pool = newPool()
  const migrations = new Map<string, Promise<void>>()
  const migrated = (schema: string): Promise<void> => {
    const known = migrations.get(schema) ?? migrate(pool, schema)
    migrations.set(schema, known)
    return known
  }
  return {
    answersAtOnce: false,
    newPath: ownSchema,
    open: (schema, options) => {
      const own = newPool()
      const connectOwn = async (): Promise<PoolClient> => {
        await migrated(schema)
        const client = await own.connect()
        if (options.clock !== undefined) await client.query(`SET stageflow.now = '${options.clock.now()}'`)
        return client
      }
      const journalPool: JournalPool = { options: own.options, connect: connectOwn }
      return durablePostgres({ pool: journalPool, schema, pollMs: 50, ...(options as Partial<DurablePostgresOptions>) })
    },
    change: async (schema, sql) => {
      await migrated(schema)
      const client = await pool.connect()
      try {
        await client.query(`SET search_path = "${schema}"`)
        return (await client.query({ text: sql, types: numbers })).rows as Record<string, unknown>[]
      } finally {
        client.release(true)
      }
    },
    text: async (schema) => {
      const texts: string[] = []
      for (const table of ['runs', 'facts', 'inbox', 'graphs', 'owners'])
        texts.push(JSON.stringify((await pool.query(`SELECT * FROM "${schema}".${table}`)).rows))
      return texts.join('\n')
    },
    close: async () => {
      for (const schema of migrations.keys()) await pool.query(`DROP SCHEMA "${schema}" CASCADE`)
      for (const each of pools) await each.end()
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
