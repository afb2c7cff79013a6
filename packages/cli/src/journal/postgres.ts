import { codeOf } from '@stageflow/core/kit'
import type { DurablePostgres } from '@stageflow/durable-postgres'

import { CommandError } from '../command-error.ts'
import type { Place } from './place.ts'

/** How long the command waits for the server, in ms. */
const TIMEOUT_MS = 5_000

/** Opens the journal of a database. Its packages are optional peers: who has no PostgreSQL doesn't install them. */
export async function openPostgres({
  url,
  schema,
}: Extract<Place, { readonly kind: 'postgres' }>): Promise<{ readonly runs: DurablePostgres; close(): Promise<void> }> {
  const [{ durablePostgres }, { Pool }] = await modules()
  const pool = new Pool({ connectionString: url, max: 2, connectionTimeoutMillis: TIMEOUT_MS })
  // Without a listener, the loss of an idle connection ends the process. The next statement says it too.
  pool.on('error', () => {})
  const runs = durablePostgres({
    pool,
    listen: false,
    timeoutMs: TIMEOUT_MS,
    ...(schema !== undefined && { schema }),
  })
  return {
    runs,
    async close() {
      // It carries no runs, so that nothing is left to wait for.
      await runs.close({ timeoutMs: 0 })
      await pool.end()
    },
  }
}

async function modules() {
  try {
    return await Promise.all([import('@stageflow/durable-postgres'), import('pg')])
  } catch (error) {
    if (codeOf(error) !== 'ERR_MODULE_NOT_FOUND') throw error
    throw new CommandError(
      '--url-env needs the packages @stageflow/durable-postgres and pg, and they are not installed here. In your app: npm install --save-dev stageflow @stageflow/durable-postgres pg. Without an app: npx --package stageflow --package @stageflow/durable-postgres --package pg stageflow runs --url-env DATABASE_URL',
      { cause: error },
    )
  }
}
