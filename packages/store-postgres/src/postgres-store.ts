import { checkArgumentCount, checkOptions, whole } from '@stageflow/core/kit'
import type { Claim, ClaimAnswer, Completion, KeyedStore } from '@stageflow/keyed-work'

import { tooLarge } from './postgres-errors.ts'
import { type PostgresStoreOptions, checkPostgresOptions } from './postgres-store-options.ts'
import { shownTable, statementsFor } from './statements.ts'
import { tableQueries } from './table-queries.ts'

/** A store that answers with promises. */
export interface PostgresStore extends KeyedStore {
  claim(key: string, claim: Claim): Promise<ClaimAnswer>
  complete(key: string, completion: Completion): Promise<boolean>
  release(key: string, token: string): Promise<void>
  /** Creates the table, and the named schema, if they don't exist. Any number of processes can call it at the same time. */
  migrate(): Promise<void>
  /** Deletes at most `limit` expired rows (default: 1,000), and returns how many it deleted. Call it regularly: nothing else deletes them. */
  purge(limit?: number): Promise<number>
}

/** Keeps claims and results in one table of PostgreSQL. Every statement is its own transaction. */
export function postgresStore(options: PostgresStoreOptions): PostgresStore {
  checkArgumentCount(arguments.length, 1, 'postgresStore(options)', 'store-postgres/illegal-option')
  checkPostgresOptions(options)
  const { pool, schema, table = 'stageflow_idempotency', maxValueBytes = 16 * 1024 * 1024 } = options
  const statements = statementsFor(schema, table)
  const { query, untilDefined } = tableQueries('postgresStore', pool, shownTable(schema, table))

  return {
    core: '^1.0.0',
    claim: (key, { token, parameters, leaseMs }) =>
      untilDefined<ClaimAnswer>('claim', async () => {
        const claimed = await query('claim', statements.insert, [key, token, parameters, leaseMs])
        if (claimed.rows.length > 0) return { status: 'claimed' }
        const [row] = (await query('claim', statements.find, [key, token])).rows
        if (row !== undefined) return answerOf(row as Row)
        const taken = await query('claim', statements.take, [key, token, parameters, leaseMs])
        return taken.rows.length > 0 ? { status: 'claimed' } : undefined
      }),
    async complete(key, { token, parameters, value, ttlMs }) {
      const bytes = Buffer.byteLength(value)
      if (bytes > maxValueBytes) throw tooLarge(bytes, maxValueBytes)
      const { rows } = await query('complete', statements.complete, [key, token, parameters, value, ttlMs])
      return rows.length > 0
    },
    async release(key, token) {
      await query('release', statements.release, [key, token])
    },
    async migrate() {
      checkArgumentCount(arguments.length, 0, 'migrate()', 'store-postgres/illegal-option')
      await query('migrate', statements.migrate)
    },
    async purge(limit = 1_000) {
      checkArgumentCount(arguments.length, 1, 'purge(limit)', 'store-postgres/illegal-option')
      checkOptions('purge() of postgresStore()', 'store-postgres/illegal-option', { limit }, { limit: whole(1) })
      const { rowCount } = await query('purge', statements.purge, [limit])
      return rowCount ?? 0
    },
  }
}

interface Row {
  readonly parameters: string
  readonly value: string | null
  readonly left_ms: number
}

function answerOf({ parameters, value, left_ms: leftMs }: Row): ClaimAnswer {
  if (value !== null) return { status: 'completed', parameters, value }
  // The row had not expired when it was found, but it may have when the rest of its lease was computed.
  return { status: 'running', parameters, leaseMs: Math.max(1, Math.ceil(leftMs)) }
}
