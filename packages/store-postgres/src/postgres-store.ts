import { StageflowError } from '@stageflow/core'

import { contended, explained, mayTryAgain, tooLarge } from './postgres-errors.ts'
import { checked } from './postgres-store-options.ts'
import type { PostgresPool, PostgresStoreOptions } from './postgres-store-options.ts'
import { statementsFor } from './statements.ts'

/** Satisfies the `IdempotencyStore` of `@stageflow/interceptor-idempotency`. */
export interface PostgresStore {
  claim(
    key: string,
    claim: { readonly token: string; readonly parameters: string; readonly leaseMs: number },
  ): Promise<PostgresClaimAnswer>
  complete(
    key: string,
    completion: {
      readonly token: string
      readonly parameters: string
      readonly value: string
      readonly ttlMs: number
    },
  ): Promise<boolean>
  release(key: string, token: string): Promise<void>
  /** Creates the table, and the schema if one is named, where they are not there yet; any number of processes may call it at once. */
  migrate(): Promise<void>
  /** Deletes at most `limit` rows that are past their end, and answers how many it deleted. Default: 1,000. Call it now and then: nothing else does. */
  purge(limit?: number): Promise<number>
}

/** Whose the work is: the caller's, another token's, or done. */
export type PostgresClaimAnswer =
  | { readonly status: 'claimed' }
  | { readonly status: 'running'; readonly parameters: string; readonly leaseMs: number }
  | { readonly status: 'completed'; readonly parameters: string; readonly value: string }

const MOST_TRIES = 100

/** Keeps idempotency records in one table of PostgreSQL. Every statement is a transaction of its own. */
export function postgresStore(options: PostgresStoreOptions): PostgresStore {
  const { pool, schema, table, maxValueBytes } = checked(options)
  const statements = statementsFor(schema, table)
  const shownTable = schema === undefined ? `"${table}"` : `"${schema}"."${table}"`

  async function query(
    operation: string,
    statement: string,
    values: unknown[] = [],
  ): ReturnType<PostgresPool['query']> {
    for (let tries = 0; tries < MOST_TRIES; tries += 1) {
      try {
        return await pool.query(statement, values)
      } catch (error) {
        if (!mayTryAgain(error)) throw explained(operation, shownTable, error)
      }
    }
    throw contended(operation, shownTable, MOST_TRIES)
  }

  return {
    async claim(key, { token, parameters, leaseMs }) {
      for (let tries = 0; tries < MOST_TRIES; tries += 1) {
        const claimed = await query('claim', statements.insert, [key, token, parameters, leaseMs])
        if (claimed.rows.length > 0) return { status: 'claimed' }
        const [row] = (await query('claim', statements.find, [key, token])).rows
        if (row !== undefined) return answerOf(row as Row)
        const taken = await query('claim', statements.take, [key, token, parameters, leaseMs])
        if (taken.rows.length > 0) return { status: 'claimed' }
        // Somebody else was here between two of these: look again.
      }
      throw contended('claim', shownTable, MOST_TRIES)
    },
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
      await query('migrate', statements.migrate)
    },
    async purge(limit = 1_000) {
      if (!Number.isInteger(limit) || limit < 1) {
        throw new StageflowError(
          'store-postgres/illegal-option',
          `store-postgres: "limit" of purge is ${String(limit)}; pass a whole number of at least 1.`,
        )
      }
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

function answerOf({ parameters, value, left_ms: leftMs }: Row): PostgresClaimAnswer {
  if (value !== null) return { status: 'completed', parameters, value }
  // It was alive when it was found: what is left of it may be less than nothing by the time that it is computed.
  return { status: 'running', parameters, leaseMs: Math.max(1, Math.ceil(leftMs)) }
}
