import type { Pool } from 'pg'
import { afterEach, beforeEach, expect, test } from 'vitest'

import type { TestServer } from '../../interceptor-idempotency/test/server-process.ts'
import { startPostgres } from '../test/postgres-server.ts'
import { connect } from '../test/postgres.ts'
import { postgresStore } from './postgres-store.ts'

const PARAMETERS = 'a'.repeat(64)
const CLAIM = { token: 'one', parameters: PARAMETERS, leaseMs: 60_000 }
const COMPLETION = { token: 'one', parameters: PARAMETERS, value: 'done', ttlMs: 60_000 }

let server: TestServer
let pool: Pool
beforeEach(async () => {
  server = await startPostgres()
  pool = connect({ connectionString: server.url })
}, 120_000)
afterEach(async () => {
  await pool.end()
  await server.close()
}, 120_000)

test('every operation rejects while the server is down, and works again afterwards', async () => {
  const store = postgresStore({ pool })
  await store.migrate()
  await store.claim('key', CLAIM)
  await store.complete('key', COMPLETION)
  await server.stop()
  for (const operate of [
    () => store.claim('key', CLAIM),
    () => store.complete('key', COMPLETION),
    () => store.release('key', 'one'),
    () => store.purge(),
    () => store.migrate(),
  ]) {
    await expect(operate()).rejects.toMatchObject({ code: 'store-postgres/unavailable' })
  }
  await server.start()
  expect(await store.claim('key', { ...CLAIM, token: 'two' })).toEqual({
    status: 'completed',
    parameters: PARAMETERS,
    value: 'done',
  })
}, 120_000)

test('operations in progress reject when the server stops', async () => {
  const store = postgresStore({ pool })
  await store.migrate()
  const rival = await pool.connect()
  rival.on('error', () => {})
  await rival.query('BEGIN')
  await postgresStore({ pool: rival }).claim('key', CLAIM)
  const claiming = store.claim('key', { ...CLAIM, token: 'two' }).catch((error: unknown) => error)
  await server.stop()
  expect(await claiming).toMatchObject({ code: 'store-postgres/unavailable' })
  rival.release(true)
  await server.start()
  // The transaction of the rival was not committed.
  expect(await store.claim('key', { ...CLAIM, token: 'three' })).toEqual({ status: 'claimed' })
}, 120_000)
