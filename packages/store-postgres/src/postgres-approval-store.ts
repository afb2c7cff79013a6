import { checkArgumentCount, checkOptions, whole } from '@stageflow/core/kit'
import type {
  ApprovalRequest,
  ApprovalStatus,
  ApprovalStore,
  FoundApproval,
  ListedApproval,
  PendingQuery,
  StoredApproval,
  StoredDecision,
} from '@stageflow/keyed-work'

import { approvalStatements } from './approval-statements.ts'
import { checkApprovalOptions, type PostgresApprovalStoreOptions } from './postgres-store-options.ts'
import { shownTable } from './statements.ts'
import { tableQueries } from './table-queries.ts'

/** A store for `@stageflow/approvals` that answers with promises. */
export interface PostgresApprovalStore extends ApprovalStore {
  request(owner: string, id: string, request: ApprovalRequest): Promise<StoredApproval>
  find(owner: string, id: string): Promise<FoundApproval>
  decide(owner: string, id: string, decision: StoredDecision): Promise<FoundApproval>
  cancel(owner: string, id: string): Promise<FoundApproval>
  use(owner: string, id: string, token: string): Promise<FoundApproval>
  pending(query: PendingQuery): Promise<readonly ListedApproval[]>
  /** Creates the table, and the named schema, if they don't exist. Any number of processes can call it at the same time. */
  migrate(): Promise<void>
  /** Deletes at most `limit` rows past their time (default: 1,000), and returns how many it deleted. Call it regularly: nothing else deletes them. */
  purge(limit?: number): Promise<number>
}

/** Keeps approvals in one table of PostgreSQL. Every statement is its own transaction. Throws `store-postgres/illegal-option`. */
export function postgresApprovalStore(options: PostgresApprovalStoreOptions): PostgresApprovalStore {
  checkArgumentCount(arguments.length, 1, 'postgresApprovalStore(options)', 'store-postgres/illegal-option')
  checkApprovalOptions(options)
  const { pool, schema, table = 'stageflow_approvals' } = options
  const statements = approvalStatements(schema, table)
  const { query, untilDefined } = tableQueries('postgresApprovalStore', pool, shownTable(schema, table))

  async function first(operation: string, statement: string, values: unknown[]): Promise<FoundApproval> {
    const [row] = (await query(operation, statement, values)).rows
    return row === undefined ? undefined : approvalOf(row)
  }
  const find = (operation: string, owner: string, id: string): Promise<FoundApproval> =>
    first(operation, statements.find, [owner, id])

  return {
    core: '^1.0.0',
    request: (owner, id, { tenant, request, ttlMs, retentionMs }) =>
      untilDefined('request', async () => {
        const made = await first('request', statements.request, [owner, id, request, ttlMs, retentionMs, tenant])
        const there = made ?? (await find('request', owner, id))
        if (there === undefined) await query('request', statements.forget, [owner, id])
        return there
      }),
    find: (owner, id) => find('find', owner, id),
    async decide(owner, id, { approved, decision }) {
      const status = approved ? 'approved' : 'denied'
      const decided = await first('decide', statements.decide, [owner, id, status, decision])
      return decided ?? find('decide', owner, id)
    },
    cancel: async (owner, id) => (await first('cancel', statements.cancel, [owner, id])) ?? find('cancel', owner, id),
    use: async (owner, id, token) => (await first('use', statements.use, [owner, id, token])) ?? find('use', owner, id),
    async pending(asked) {
      const { limit, after } = asked
      const { rows } =
        'owner' in asked
          ? await query('pending', statements.pendingOfOwner, [asked.owner, limit, after])
          : await query('pending', statements.pendingOfTenant, [asked.tenant, limit, after])
      return rows.map((row) => ({ ...approvalOf(row), place: Number((row as PlacedRow).place) }))
    },
    async migrate() {
      checkArgumentCount(arguments.length, 0, 'migrate()', 'store-postgres/illegal-option')
      await query('migrate', statements.migrate)
    },
    async purge(limit = 1_000) {
      checkArgumentCount(arguments.length, 1, 'purge(limit)', 'store-postgres/illegal-option')
      checkOptions(
        'purge() of postgresApprovalStore()',
        'store-postgres/illegal-option',
        { limit },
        { limit: whole(1) },
      )
      const { rowCount } = await query('purge', statements.purge, [limit])
      return rowCount ?? 0
    },
  }
}

interface Row {
  readonly id: string
  readonly status: ApprovalStatus
  readonly request: string
  readonly decision: string | null
  readonly token: string | null
  readonly left_ms: number
}

/** PostgreSQL sends a bigint as text. */
interface PlacedRow extends Row {
  readonly place: string
}

function approvalOf(row: unknown): StoredApproval {
  const { id, status, request, decision, token, left_ms: leftMs } = row as Row
  return {
    id,
    status,
    request,
    decision: decision ?? undefined,
    token: token ?? undefined,
    // The row was pending when its status was computed, but its time may have ended when the rest of it was.
    leftMs: status === 'pending' ? Math.max(1, Math.ceil(leftMs)) : 0,
  }
}
