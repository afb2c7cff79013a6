import { Pool, type PoolConfig } from 'pg'
import { inject } from 'vitest'

const given = inject('postgres')
// Here, so that a file of tests fails as a whole, with what is missing, before any of them.
if ('problem' in given) throw new Error(given.problem)

/** Where the tests' PostgreSQL is. */
export const postgresUrl: string = given.url

/** A pool of connections to the tests' PostgreSQL that fails soon. */
export function connect(config: PoolConfig = {}): Pool {
  const pool = new Pool({
    connectionString: postgresUrl,
    connectionTimeoutMillis: 2_000,
    query_timeout: 20_000,
    ...config,
  })
  // Without a listener the loss of an idle connection ends the process.
  pool.on('error', () => {})
  return pool
}

/** A schema that no other test and no earlier run has used. */
export function ownSchema(): string {
  return `stageflow_test_${crypto.randomUUID().replaceAll('-', '')}`
}
