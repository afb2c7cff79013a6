import { checkArgumentCount } from '@stageflow/core/kit'
import type {
  StoredUndo,
  UndoClaimAnswer,
  UndoClaimRequest,
  UndoEntry,
  UndoQuery,
  UndoStore,
} from '@stageflow/keyed-work'

import { openDatabase, type SqliteStoreOptions } from './database.ts'
import {
  ADD,
  CLAIM,
  CREATE,
  FIND_BOTH,
  FIND_CALL,
  FIND_RUN,
  FORGET,
  PURGE,
  RELEASE,
  REMOVE,
  STATE,
} from './undo-statements.ts'

/** A store for `@stageflow/undo` that answers synchronously. */
export interface SqliteUndoStore extends UndoStore {
  readonly outlivesProcess: true
  add(entry: UndoEntry): void
  find(query: UndoQuery): readonly StoredUndo[]
  claim(id: string, claim: UndoClaimRequest): UndoClaimAnswer
  release(id: string, token: string): void
  remove(id: string, token: string): void
  /** Closes the file if the store opened it. Later operations throw `store-sqlite/unavailable`. */
  close(): void
}

interface Row {
  readonly id: string
  readonly run: string | null
  readonly call_id: string
  readonly call: string
  readonly left_ms: number | bigint
}
interface State {
  readonly lease_ms: number | bigint | null
  readonly left_ms: number | bigint
}

/** After every 64 new entries, at most 256 rows are removed, so that more rows leave than come. */
const ADDS_PER_PURGE = 64
const ROWS_PER_PURGE = 256
const MOST_TRIES = 100

/**
 * Keeps the calls of tools that can be undone in one SQLite file, for all processes of one machine. Creates its table when it opens
 * the file. Throws `store-sqlite/illegal-option`, and `store-sqlite/unavailable` if the file can't be opened.
 */
export function sqliteUndoStore(options: SqliteStoreOptions): SqliteUndoStore {
  checkArgumentCount(arguments.length, 1, 'sqliteUndoStore(options)', 'store-sqlite/illegal-option')
  const { database, attempt, close } = openDatabase('sqliteUndoStore', options)
  const { add, claim, findBoth, findCall, findRun, forget, purge, release, remove, state } = attempt('open', () => {
    database.exec(CREATE)
    return {
      add: database.prepare(ADD),
      claim: database.prepare(CLAIM),
      findBoth: database.prepare(FIND_BOTH),
      findCall: database.prepare(FIND_CALL),
      findRun: database.prepare(FIND_RUN),
      forget: database.prepare(FORGET),
      purge: database.prepare(PURGE),
      release: database.prepare(RELEASE),
      remove: database.prepare(REMOVE),
      state: database.prepare(STATE),
    }
  })
  let adds = 0

  function rowsOf({ run, callId }: UndoQuery): readonly unknown[] {
    if (run !== undefined && callId !== undefined) return findBoth.all({ run, callId })
    if (run !== undefined) return findRun.all({ run })
    return callId === undefined ? [] : findCall.all({ callId })
  }

  function claimOnce(id: string, token: string, leaseMs: number): UndoClaimAnswer | undefined {
    if (Number(claim.run({ id, token, leaseMs }).changes) > 0) return { status: 'claimed' }
    const row = state.get({ id }) as State | undefined
    if (row === undefined) return { status: 'missing' }
    const leftMs = Number(row.lease_ms)
    if (leftMs > 0) return { status: 'taken', leaseMs: leftMs }
    return Number(row.left_ms) > 0 ? undefined : { status: 'expired' }
  }

  return {
    core: '^1.0.0',
    outlivesProcess: true,
    add: ({ id, run, callId, call, ttlMs, retentionMs }) =>
      attempt('add', () => {
        if (++adds % ADDS_PER_PURGE === 0) purge.run({ most: ROWS_PER_PURGE })
        forget.run({ id })
        add.run({ id, run: run ?? null, callId, call, ttlMs, retentionMs })
      }),
    find: (query) => attempt('find', () => rowsOf(query).map(undoOf)),
    claim: (id, { token, leaseMs }) =>
      attempt('claim', () => {
        for (let tries = 0; tries < MOST_TRIES; tries++) {
          // Undefined if another process gave it back between the two statements.
          const answer = claimOnce(id, token, leaseMs)
          if (answer !== undefined) return answer
        }
        throw new Error(`the entry was neither free nor taken ${MOST_TRIES} times in a row`)
      }),
    release: (id, token) => void attempt('release', () => release.run({ id, token })),
    remove: (id, token) => void attempt('remove', () => remove.run({ id, token })),
    close,
  }
}

function undoOf(row: unknown): StoredUndo {
  const { id, run, call_id: callId, call, left_ms: leftMs } = row as Row
  return { id, run: run ?? undefined, callId, call, leftMs: Math.max(0, Number(leftMs)) }
}
