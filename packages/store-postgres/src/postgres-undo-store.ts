import { checkArgumentCount, checkOptions, whole } from '@stageflow/core/kit'
import type {
  StoredUndo,
  UndoClaimAnswer,
  UndoClaimRequest,
  UndoEntry,
  UndoQuery,
  UndoStore,
} from '@stageflow/keyed-work'

import { checkUndoOptions, type PostgresUndoStoreOptions } from './postgres-store-options.ts'
import { shownTable } from './statements.ts'
import { tableQueries } from './table-queries.ts'
import { undoStatements } from './undo-statements.ts'

/** A store for `@stageflow/undo` that answers with promises. */
export interface PostgresUndoStore extends UndoStore {
  readonly outlivesProcess: true
  add(entry: UndoEntry): Promise<void>
  find(query: UndoQuery): Promise<readonly StoredUndo[]>
  claim(id: string, claim: UndoClaimRequest): Promise<UndoClaimAnswer>
  release(id: string, token: string): Promise<void>
  remove(id: string, token: string): Promise<void>
  /** Creates the table, and the named schema, if they don't exist. Any number of processes can call it at the same time. */
  migrate(): Promise<void>
  /** Deletes at most `limit` rows past their time (default: 1,000), and returns how many it deleted. Call it regularly: nothing else deletes them. */
  purge(limit?: number): Promise<number>
}

interface Row {
  readonly id: string
  readonly run: string | null
  readonly call_id: string
  readonly call: string
  readonly left_ms: number
}
interface State {
  readonly lease_ms: number | null
  readonly left_ms: number
}

/**
 * Keeps the calls of tools that can be undone in one table of PostgreSQL. Every statement is its own transaction. Throws
 * `store-postgres/illegal-option`.
 */
export function postgresUndoStore(options: PostgresUndoStoreOptions): PostgresUndoStore {
  checkArgumentCount(arguments.length, 1, 'postgresUndoStore(options)', 'store-postgres/illegal-option')
  checkUndoOptions(options)
  const { pool, schema, table = 'stageflow_undo' } = options
  const statements = undoStatements(schema, table)
  const { query, untilDefined } = tableQueries('postgresUndoStore', pool, shownTable(schema, table))

  async function findWith(statement: string, ...values: string[]): Promise<readonly StoredUndo[]> {
    return (await query('find', statement, values)).rows.map(undoOf)
  }

  async function claimOnce(id: string, token: string, leaseMs: number): Promise<UndoClaimAnswer | undefined> {
    if ((await query('claim', statements.claim, [id, token, leaseMs])).rows.length > 0) return { status: 'claimed' }
    const [row] = (await query('claim', statements.state, [id])).rows as readonly State[]
    if (row === undefined) return { status: 'missing' }
    const heldMs = Math.ceil(row.lease_ms ?? 0)
    if (heldMs > 0) return { status: 'taken', leaseMs: heldMs }
    return row.left_ms > 0 ? undefined : { status: 'expired' }
  }

  return {
    core: '^1.0.0',
    outlivesProcess: true,
    async add({ id, run = null, callId, call, ttlMs, retentionMs }) {
      await query('add', statements.forget, [id])
      await query('add', statements.add, [id, run, callId, call, ttlMs, retentionMs])
    },
    async find({ run, callId }) {
      if (run !== undefined && callId !== undefined) return findWith(statements.findBoth, run, callId)
      if (run !== undefined) return findWith(statements.findRun, run)
      return callId === undefined ? [] : findWith(statements.findCall, callId)
    },
    // Undefined if another process gave it back between the two statements.
    claim: (id, { token, leaseMs }) => untilDefined('claim', () => claimOnce(id, token, leaseMs)),
    async release(id, token) {
      await query('release', statements.release, [id, token])
    },
    async remove(id, token) {
      await query('remove', statements.remove, [id, token])
    },
    async migrate() {
      checkArgumentCount(arguments.length, 0, 'migrate()', 'store-postgres/illegal-option')
      await query('migrate', statements.migrate)
    },
    async purge(limit = 1_000) {
      checkArgumentCount(arguments.length, 1, 'purge(limit)', 'store-postgres/illegal-option')
      checkOptions('purge() of postgresUndoStore()', 'store-postgres/illegal-option', { limit }, { limit: whole(1) })
      const { rowCount } = await query('purge', statements.purge, [limit])
      return rowCount ?? 0
    },
  }
}

function undoOf(row: unknown): StoredUndo {
  const { id, run, call_id: callId, call, left_ms: leftMs } = row as Row
  return { id, run: run ?? undefined, callId, call, leftMs: Math.max(0, Math.ceil(leftMs)) }
}
