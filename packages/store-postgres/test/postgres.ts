import { Pool, type PoolConfig } from 'pg'
import { inject } from 'vitest'

const given = inject('postgres')
// Thrown here, so that a whole test file fails with it before its first test.
if ('problem' in given) throw new Error(given.problem)

/** The address of the tests' PostgreSQL. */
export const postgresUrl: string = given.url

/** A pool of connections to the tests' PostgreSQL. What hangs fails. */
export function connect(config: PoolConfig = {}): Pool {
  const pool = new Pool({
    connectionString: postgresUrl,
    connectionTimeoutMillis: 20_000,
    query_timeout: 20_000,
    ...config,
  })
  // Without a listener, the loss of an idle connection ends the process.
  pool.on('error', () => {})
  return pool
}

/** A schema that no other test and no earlier run has used. */
export function ownSchema(): string {
  return `stageflow_test_${crypto.randomUUID().replaceAll('-', '')}`
}
