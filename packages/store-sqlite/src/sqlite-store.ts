import { DatabaseSync } from 'node:sqlite'

import { StageflowError } from '@stageflow/core'

import { CLAIM, COMPLETE, CREATE, FIND, PURGE, RELEASE } from './statements.ts'

export interface SqliteStoreOptions {
  /** The path of the database file; made when it is not there. Opened in WAL mode. This or `database`. */
  readonly file?: string
  /** The app's own open database: its settings stay as they are, and `close` leaves it open. This or `file`. */
  readonly database?: DatabaseSync
  /** For `file`: `full` (default) keeps what was recorded through a loss of power; `normal` only through a crash of the process, and is faster. */
  readonly synchronous?: 'full' | 'normal'
  /** For `file`: how long opening and each operation wait, blocking the process, for another process's write, in milliseconds. Default: 5,000. */
  readonly busyTimeoutMs?: number
}

/** Satisfies the `IdempotencyStore` of `@stageflow/interceptor-idempotency`; answers at once. */
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
  /** Closes the file, if the store opened it. Operations after it throw `store-sqlite/unavailable`. */
  close(): void
}

/** Whose the work is: the caller's, another token's, or done. */
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

/** How long to sleep before the journal mode is set again. */
const MODE_RETRY_MS = 5
/** After this many claims rows past their end are removed, this many at most: more leave than come. */
const CLAIMS_PER_PURGE = 64
const ROWS_PER_PURGE = 256
const MOST_TRIES = 100

/**
 * Keeps idempotency records in one SQLite file, for all processes of one machine. Makes its table when it is opened.
 * Throws `store-sqlite/illegal-option`, and `store-sqlite/unavailable` where the file cannot be opened.
 */
export function sqliteStore(options: SqliteStoreOptions): SqliteStore {
  checkOptions(options)
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
          // Undefined: another process was faster between the look and the write.
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
    useWriteAheadLog(database, busyTimeoutMs) // before SQLite itself waits, or it would do so in each attempt
    database.exec(`PRAGMA busy_timeout = ${busyTimeoutMs}`)
    database.exec(`PRAGMA synchronous = ${synchronous}`)
    return database
  } catch (error) {
    database.close()
    throw error
  }
}

/** A file keeps its journal mode. SQLite waits for locks everywhere but while it changes that mode: so it is waited here. */
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

/** SQLITE_BUSY and its extended codes, which have it in their lowest byte. */
const isBusy = (error: unknown): boolean => ((error as { errcode?: number }).errcode ?? 0) % 256 === 5

function attempt<T>(operation: string, act: () => T): T {
  try {
    return act()
  } catch (cause) {
    const text = cause instanceof Error ? cause.message : String(cause)
    throw new StageflowError(
      'store-sqlite/unavailable',
      `sqliteStore: ${operation} failed: ${text}. See that the file can be written, that its disk is not full, and that nobody holds a transaction open for long.`,
      { cause },
    )
  }
}

function checkOptions(options: unknown): void {
  const problems = [...problemsOf(options)]
  if (problems.length > 0)
    throw new StageflowError('store-sqlite/illegal-option', `sqliteStore: ${problems.join('; ')}.`)
}

const NAMES = ['file', 'database', 'synchronous', 'busyTimeoutMs']

function* problemsOf(options: unknown): Generator<string> {
  if (typeof options !== 'object' || options === null) {
    yield `the options are ${printed(options)}; pass { file: 'path/of/the.db' }`
    return
  }
  for (const name of Object.keys(options))
    if (!NAMES.includes(name)) yield `there is no option "${name}"; there are ${NAMES.join(', ')}`
  const { file, database, synchronous, busyTimeoutMs } = options as Readonly<Record<string, unknown>>
  if ((file === undefined) === (database === undefined)) yield 'pass file or database, one of them'
  if (file !== undefined && (typeof file !== 'string' || file === ''))
    yield `file is ${printed(file)}; pass the path of a file`
  if (database !== undefined && !(database instanceof DatabaseSync && database.isOpen))
    yield `database is ${printed(database)}; pass an open DatabaseSync of node:sqlite`
  if (synchronous !== undefined && synchronous !== 'full' && synchronous !== 'normal')
    yield `synchronous is ${printed(synchronous)}; pass 'full' or 'normal'`
  const isWait =
    Number.isInteger(busyTimeoutMs) && (busyTimeoutMs as number) >= 0 && (busyTimeoutMs as number) < 2 ** 31
  if (busyTimeoutMs !== undefined && !isWait)
    yield `busyTimeoutMs is ${printed(busyTimeoutMs)}; pass a whole number of milliseconds from 0`
}

function printed(value: unknown): string {
  if (typeof value === 'object' && value !== null)
    return value instanceof DatabaseSync ? 'a closed database' : 'an object'
  return typeof value === 'string' ? JSON.stringify(value) : String(value)
}
