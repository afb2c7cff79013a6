import { DatabaseSync } from 'node:sqlite'

import { StageflowError } from '@stageflow/core'
import { type OptionRules, TEXT, oneOf, optionProblems, read, refuseOptions, textOf, whole } from '@stageflow/core/kit'

export interface SqliteStoreOptions {
  /** The path of the database file. It is created if it is missing, and opened in WAL mode. Pass this or `database`. */
  readonly path?: string
  /** The app's own open database. Its settings stay unchanged, and `close` leaves it open. Pass this or `path`. */
  readonly database?: DatabaseSync
  /** For `path`: `full` keeps what was stored through a power loss; `normal` is faster and keeps it through a crash of the process only. Default: `'full'`. */
  readonly synchronous?: 'full' | 'normal'
  /** For `path`: maximum time that opening and each operation wait for the write of another process, in ms. Blocks the process. Default: 5,000. */
  readonly busyTimeoutMs?: number
}

/** Node before 22.15 doesn't say whether a database is open. */
const isClosed = ({ isOpen }: { readonly isOpen?: boolean }): boolean => isOpen === false

const RULES: OptionRules<SqliteStoreOptions> = {
  path: TEXT,
  database: [(value) => value instanceof DatabaseSync && !isClosed(value), 'an open DatabaseSync of node:sqlite'],
  synchronous: oneOf('full', 'normal'),
  busyTimeoutMs: whole(0, 2 ** 31 - 1),
}

/** How long to sleep before the next try to set the journal mode. */
const MODE_RETRY_MS = 5

/** The database of a store. */
export interface OpenDatabase {
  readonly database: DatabaseSync
  /** Runs an operation. Throws `store-sqlite/unavailable` for what SQLite throws. */
  readonly attempt: <T>(operation: string, act: () => T) => T
  /** Closes the file if it was opened here. */
  readonly close: () => void
}

/** Opens the database of the options. Throws `store-sqlite/illegal-option` and `store-sqlite/unavailable`. `store`: its factory. */
export function openDatabase(store: string, options: SqliteStoreOptions): OpenDatabase {
  checkOptions(store, options)
  const { path, synchronous = 'full', busyTimeoutMs = 5_000 } = options
  const attempt = <T>(operation: string, act: () => T): T => {
    try {
      return act()
    } catch (cause) {
      throw unavailable(store, operation, path, cause)
    }
  }
  const database = options.database ?? attempt('open', () => openFile(path as string, synchronous, busyTimeoutMs))
  let isDone = options.database !== undefined
  return {
    database,
    attempt,
    close() {
      if (!isDone && !isClosed(database)) database.close()
      isDone = true
    },
  }
}

function openFile(path: string, synchronous: 'full' | 'normal', busyTimeoutMs: number): DatabaseSync {
  const database = new DatabaseSync(path)
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

function unavailable(store: string, operation: string, path: string | undefined, cause: unknown): StageflowError {
  const where = path === undefined ? '' : ` for the file "${path}"`
  return new StageflowError(
    'store-sqlite/unavailable',
    `${store}(): ${operation} failed${where}: ${textOf(cause).replace(/\.$/, '')}. Check that its folder exists, that the process can write the file, that the disk is not full, and that no other program keeps a transaction open.`,
    { cause },
  )
}

function checkOptions(store: string, options: unknown): void {
  const problems = [...optionProblems(options, RULES)]
  if ((read(options, 'path') === undefined) === (read(options, 'database') === undefined))
    problems.push(`pass either path or database: ${store}({ path: 'folder/name.db' })`)
  refuseOptions(`${store}()`, 'store-sqlite/illegal-option', problems)
}
