import { DatabaseSync } from 'node:sqlite'

import { StageflowError } from '@stageflow/core'
import { type OptionRules, TEXT, oneOf, optionProblems, read, refuseOptions, textOf, whole } from '@stageflow/core/kit'

import { CLAIM, COMPLETE, CREATE, FIND, PURGE, RELEASE } from './statements.ts'

export interface SqliteStoreOptions {
  /** The path of the database file. It is created if it is missing, and opened in WAL mode. Pass this or `database`. */
  readonly file?: string
  /** The app's own open database. Its settings stay unchanged, and `close` leaves it open. Pass this or `file`. */
  readonly database?: DatabaseSync
  /** For `file`: `full` keeps outputs through a power loss; `normal` is faster and keeps them through a crash of the process only. Default: `'full'`. */
  readonly synchronous?: 'full' | 'normal'
  /** For `file`: maximum time that opening and each operation wait for the write of another process, in ms. Blocks the process. Default: 5,000. */
  readonly busyTimeoutMs?: number
}

const RULES: OptionRules<SqliteStoreOptions> = {
  file: TEXT,
  database: [(value) => value instanceof DatabaseSync && value.isOpen, 'an open DatabaseSync of node:sqlite'],
  synchronous: oneOf('full', 'normal'),
  busyTimeoutMs: whole(0, 2 ** 31 - 1),
}

/** Satisfies the `IdempotencyStore` of `@stageflow/interceptor-idempotency`. Answers synchronously. */
export interface SqliteStore {
  claim(
    key: string,
    claim: { readonly token: string; readonly parameters: string; readonly leaseMs: number },
  ): SqliteClaimAnswer
  complete(
    key: string,
    completion: { readonly token: string; readonly parameters: string; readonly value: string; readonly ttlMs: number },
  ): boolean
  release(key: string, token: string): void
  /** Closes the file if the store opened it. Later operations throw `store-sqlite/unavailable`. */
  close(): void
}

/** The caller has the claim, another token has it, or the work was done. */
export type SqliteClaimAnswer =
  | { readonly status: 'claimed' }
  | { readonly status: 'running'; readonly parameters: string; readonly leaseMs: number }
  | { readonly status: 'completed'; readonly parameters: string; readonly value: string }

interface Row {
  readonly token: string
  readonly parameters: string
  readonly value: string | null
  readonly left_ms: number | bigint
}

/** How long to sleep before the next try to set the journal mode. */
const MODE_RETRY_MS = 5
/** After every 64 claims, at most 256 expired rows are removed, so that more rows leave than come. */
const CLAIMS_PER_PURGE = 64
const ROWS_PER_PURGE = 256
const MOST_TRIES = 100

/**
 * Keeps idempotency records in one SQLite file, for all processes of one machine. Creates its table when it opens the file.
 * Throws `store-sqlite/illegal-option`, and `store-sqlite/unavailable` if the file can't be opened.
 */
export function sqliteStore(options: SqliteStoreOptions): SqliteStore {
  checkSqliteOptions(options)
  const { file, synchronous = 'full', busyTimeoutMs = 5_000 } = options
  const database = options.database ?? attempt('open', () => openFile(file ?? '', synchronous, busyTimeoutMs))
  const { find, claim, complete, release, purge } = attempt('open', () => {
    database.exec(CREATE)
    return {
      find: database.prepare(FIND),
      claim: database.prepare(CLAIM),
      complete: database.prepare(COMPLETE),
      release: database.prepare(RELEASE),
      purge: database.prepare(PURGE),
    }
  })
  let claims = 0

  function claimOnce(key: string, token: string, parameters: string, leaseMs: number): SqliteClaimAnswer | undefined {
    const row = find.get({ key }) as Row | undefined
    if (row !== undefined && row.value !== null)
      return { status: 'completed', parameters: row.parameters, value: row.value }
    if (row !== undefined && row.token !== token)
      return { status: 'running', parameters: row.parameters, leaseMs: Number(row.left_ms) }
    const { changes } = claim.run({ key, token, parameters, ms: leaseMs })
    if (Number(changes) === 0) return undefined
    claims++
    if (claims % CLAIMS_PER_PURGE === 0) purge.run({ most: ROWS_PER_PURGE })
    return { status: 'claimed' }
  }

  return {
    claim: (key, { token, parameters, leaseMs }) =>
      attempt('claim', () => {
        for (let tries = 0; tries < MOST_TRIES; tries++) {
          // Undefined if another process wrote between the read and the write.
          const answer = claimOnce(key, token, parameters, leaseMs)
          if (answer !== undefined) return answer
        }
        throw new Error(`the key was neither free nor taken ${MOST_TRIES} times in a row`)
      }),
    complete: (key, { token, parameters, value, ttlMs }) =>
      attempt('complete', () => Number(complete.run({ key, token, parameters, value, ms: ttlMs }).changes) > 0),
    release: (key, token) => void attempt('release', () => release.run({ key, token })),
    close() {
      if (options.database === undefined && database.isOpen) database.close()
    },
  }
}

function openFile(file: string, synchronous: 'full' | 'normal', busyTimeoutMs: number): DatabaseSync {
  const database = new DatabaseSync(file)
  try {
    useWriteAheadLog(database, busyTimeoutMs) // before busy_timeout is set, or SQLite would wait that long in each try
    database.exec(`PRAGMA busy_timeout = ${busyTimeoutMs}`)
    database.exec(`PRAGMA synchronous = ${synchronous}`)
    return database
  } catch (error) {
    database.close()
    throw error
  }
}

/** Sets the journal mode, which a file keeps. SQLite doesn't wait for locks while it changes the mode, so this waits. */
function useWriteAheadLog(database: DatabaseSync, busyTimeoutMs: number): void {
  for (let waitedMs = 0; ; waitedMs += MODE_RETRY_MS) {
    try {
      return database.exec('PRAGMA journal_mode = WAL')
    } catch (error) {
      if (!isBusy(error) || waitedMs >= busyTimeoutMs) throw error
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, MODE_RETRY_MS)
    }
  }
}

/** SQLITE_BUSY, or an extended code with SQLITE_BUSY in its lowest byte. */
const isBusy = (error: unknown): boolean => ((error as { errcode?: number }).errcode ?? 0) % 256 === 5

function attempt<T>(operation: string, act: () => T): T {
  try {
    return act()
  } catch (cause) {
    throw new StageflowError(
      'store-sqlite/unavailable',
      `sqliteStore(): ${operation} failed: ${textOf(cause)}. Check that the process can write the file, that the disk is not full, and that no other program keeps a transaction open.`,
      { cause },
    )
  }
}

function checkSqliteOptions(options: unknown): void {
  const problems = [...optionProblems(options, RULES)]
  if ((read(options, 'file') === undefined) === (read(options, 'database') === undefined))
    problems.push("pass either file or database: sqliteStore({ file: 'path/of/the.db' })")
  refuseOptions('sqliteStore()', 'store-sqlite/illegal-option', problems)
}
