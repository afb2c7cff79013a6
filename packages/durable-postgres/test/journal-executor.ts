import { JournalExecutors } from '@stageflow/durable-engine/contract'
import type { ExecutorUnderTest } from '@stageflow/testing/durable/contract'
import { Pool } from 'pg'

import { PostgresJournal } from '../src/postgres-journal.ts'

/** The executors of a journal, with a pool of their own. `schema`: that of its tables, which all processes share. */
export function executorsOf(connectionString: string, schema: string): ExecutorUnderTest {
  const pool = new Pool({ connectionString })
  pool.on('error', () => {})
  const journal = new PostgresJournal({
    pool,
    schema,
    leaseMs: 5_000,
    retentionMs: 2 ** 31,
    timeoutMs: 30_000,
    pollMs: 100,
    listen: true,
  })
  const executors = new JournalExecutors(journal)
  return Object.assign(executors, {
    close: async () => {
      await JournalExecutors.prototype.close.call(executors)
      await pool.end()
    },
  })
}

/** For processes: they inherit the address of the server and the schema. */
export const openExecutor = (): ExecutorUnderTest =>
  executorsOf(process.env['EXECUTOR_URL'] ?? '', process.env['EXECUTOR_SCHEMA'] ?? '')
