import type { ProcessPlace } from '../../durable-engine/test/process-cases.ts'
import { connect, ownSchema, postgresUrl } from '../../store-postgres/test/postgres.ts'
import { durablePostgres } from '../src/index.ts'

/** A schema that the processes of one case share. */
export async function newSchema(): Promise<ProcessPlace> {
  const schema = ownSchema()
  const pool = connect({ max: 2 })
  await using durable = durablePostgres({ pool, schema, listen: false })
  await durable.migrate()
  return {
    address: JSON.stringify({ url: postgresUrl, schema }),
    opener: new URL('postgres-app.ts', import.meta.url),
    leaseEnd: async () => {
      const { rows } = await pool.query(`SELECT until FROM ${schema}.owners JOIN ${schema}.runs ON owner = owners.id`)
      return Number(rows[0]?.until)
    },
    close: async () => {
      await pool.query(`DROP SCHEMA ${schema} CASCADE`)
      await pool.end()
    },
  }
}
