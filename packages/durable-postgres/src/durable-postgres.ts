import { checkArgumentCount, checkedMethods } from '@stageflow/core/kit'
import { LEASE_MS, durableRuns } from '@stageflow/durable-engine'
import type { DurableRuns } from '@stageflow/durable-engine'

import { checkDurablePostgresOptions } from './options.ts'
import type { DurablePostgresOptions } from './options.ts'
import { PostgresJournal } from './postgres-journal.ts'

/** Runs that outlive their process and their machine, in one schema of PostgreSQL. */
export interface DurablePostgres extends DurableRuns {
  /**
   * Creates the tables, and the schema, or brings them to the format of this version. Any number of processes can call it at the same
   * time. Rejects with `durable-postgres/other-tables` if a newer version has written them.
   */
  migrate(): Promise<void>
}

/** Throws `durable-postgres/illegal-option`. Nothing is asked of the server before the first method is called. */
export function durablePostgres(options: DurablePostgresOptions): DurablePostgres {
  checkArgumentCount(arguments.length, 1, 'durablePostgres(options)', 'durable-postgres/illegal-option')
  checkDurablePostgresOptions(options)
  const {
    pool,
    schema = 'stageflow',
    retentionMs,
    timeoutMs = 30_000,
    pollMs = 1_000,
    listen = true,
    ...durable
  } = options
  const { leaseMs = LEASE_MS } = durable
  const journal = new PostgresJournal({ pool, schema, leaseMs, retentionMs, timeoutMs, pollMs, listen })
  const own = { migrate: () => journal.migrate() }
  const calls = { migrate: [[]] } as const
  return Object.assign(
    durableRuns(journal, durable),
    checkedMethods(own, { code: 'durable-postgres/illegal-option', calls }),
  )
}
