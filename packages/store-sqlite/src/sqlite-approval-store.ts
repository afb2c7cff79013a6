import { checkArgumentCount } from '@stageflow/core/kit'
import type { StatementSync } from 'node:sqlite'

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

import {
  CANCEL,
  CREATE,
  DECIDE,
  FIND,
  FORGET,
  PENDING_OF_OWNER,
  PENDING_OF_TENANT,
  PURGE,
  REQUEST,
  USE,
} from './approval-statements.ts'
import { openDatabase, type SqliteStoreOptions } from './database.ts'

/** A store for `@stageflow/approvals` that answers synchronously. */
export interface SqliteApprovalStore extends ApprovalStore {
  request(owner: string, id: string, request: ApprovalRequest): StoredApproval
  find(owner: string, id: string): FoundApproval
  decide(owner: string, id: string, decision: StoredDecision): FoundApproval
  cancel(owner: string, id: string): FoundApproval
  use(owner: string, id: string, token: string): FoundApproval
  pending(query: PendingQuery): readonly ListedApproval[]
  /** Closes the file if the store opened it. Later operations throw `store-sqlite/unavailable`. */
  close(): void
}

interface Row {
  readonly id: string
  readonly status: ApprovalStatus
  readonly request: string
  readonly decision: string | null
  readonly token: string | null
  readonly left_ms: number | bigint
}

/** After every 64 requests, at most 256 rows are removed, so that more rows leave than come. */
const REQUESTS_PER_PURGE = 64
const ROWS_PER_PURGE = 256
const MOST_TRIES = 100

/**
 * Keeps approvals in one SQLite file, for all processes of one machine. Creates its table when it opens the file. Throws
 * `store-sqlite/illegal-option`, and `store-sqlite/unavailable` if the file can't be opened.
 */
export function sqliteApprovalStore(options: SqliteStoreOptions): SqliteApprovalStore {
  checkArgumentCount(arguments.length, 1, 'sqliteApprovalStore(options)', 'store-sqlite/illegal-option')
  const { database, attempt, close } = openDatabase('sqliteApprovalStore', options)
  const statements = attempt('open', () => {
    database.exec(CREATE)
    return {
      find: database.prepare(FIND),
      forget: database.prepare(FORGET),
      request: database.prepare(REQUEST),
      decide: database.prepare(DECIDE),
      cancel: database.prepare(CANCEL),
      use: database.prepare(USE),
      pendingOfOwner: database.prepare(PENDING_OF_OWNER),
      pendingOfTenant: database.prepare(PENDING_OF_TENANT),
      purge: database.prepare(PURGE),
    }
  })
  const { find, forget, request, decide, cancel, use, pendingOfOwner, pendingOfTenant, purge } = statements
  let requests = 0

  return {
    core: '^1.0.0',
    request: (owner, id, asked) =>
      attempt('request', () => {
        if (++requests % REQUESTS_PER_PURGE === 0) purge.run({ most: ROWS_PER_PURGE })
        for (let tries = 0; tries < MOST_TRIES; tries++) {
          const { tenant, request: text, ttlMs, retentionMs } = asked
          const values = { owner, tenant, id, request: text, ttlMs, retentionMs }
          const row = first(find, { owner, id }) ?? first(request, values)
          if (row !== undefined) return approvalOf(row)
          // Another process has requested it since, or the row is past its time.
          forget.run({ owner, id })
        }
        throw new Error(`the id was neither free nor taken ${MOST_TRIES} times in a row`)
      }),
    find: (owner, id) => attempt('find', () => found(first(find, { owner, id }))),
    decide: (owner, id, { approved, decision }) =>
      attempt('decide', () => {
        const status = approved ? 'approved' : 'denied'
        return found(first(decide, { owner, id, status, decision }) ?? first(find, { owner, id }))
      }),
    cancel: (owner, id) => attempt('cancel', () => found(first(cancel, { owner, id }) ?? first(find, { owner, id }))),
    use: (owner, id, token) =>
      attempt('use', () => found(first(use, { owner, id, token }) ?? first(find, { owner, id }))),
    pending: (query) =>
      attempt('pending', () => {
        const { limit: most, after } = query
        const rows =
          'owner' in query
            ? pendingOfOwner.all({ owner: query.owner, after, most })
            : pendingOfTenant.all({ tenant: query.tenant, after, most })
        return rows.map((row) => ({ ...approvalOf(row), place: Number(row['place']) }))
      }),
    close,
  }
}

/** The one row of a statement. `all` runs it to its end, and so throws if it can't be committed; `get` would not. */
const first = (statement: StatementSync, values: Record<string, string | number>): unknown => statement.all(values)[0]

const found = (row: unknown): FoundApproval => (row === undefined ? undefined : approvalOf(row))

function approvalOf(row: unknown): StoredApproval {
  const { id, status, request, decision, token, left_ms: leftMs } = row as Row
  return {
    id,
    status,
    request,
    decision: decision ?? undefined,
    token: token ?? undefined,
    leftMs: status === 'pending' ? Number(leftMs) : 0,
  }
}
