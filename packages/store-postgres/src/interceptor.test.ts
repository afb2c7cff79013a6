import { Pool } from 'pg'
import { afterAll, afterEach, beforeAll } from 'vitest'

import type { TestServer } from '../../interceptor-idempotency/test/server-process.ts'
import { testServerStore } from '../../interceptor-idempotency/test/server-store-tests.ts'
import { startPostgres } from '../test/postgres-server.ts'
import { connect } from '../test/postgres.ts'
import { postgresStore } from './postgres-store.ts'

let server: TestServer
beforeAll(async () => {
  server = await startPostgres()
  const pool = connect({ connectionString: server.url })
  await postgresStore({ pool }).migrate()
  await pool.end()
}, 120_000)
afterEach(() => server.start())
afterAll(() => server.close())

testServerStore<Pool>({
  unavailable: 'store-postgres/unavailable',
  server: () => server,
  connect: () => connect({ connectionString: server.url }),
  connectTo(port) {
    // By default, pg waits forever.
    const pool = new Pool({ host: '127.0.0.1', port })
    pool.on('error', () => {})
    return pool
  },
  disconnect: (pool) => pool.end(),
  storeOf: (pool, options) => postgresStore({ pool, ...options }),
})
