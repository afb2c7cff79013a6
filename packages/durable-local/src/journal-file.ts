import { closeSync, lstatSync, openSync, statSync } from 'node:fs'
import type { Stats } from 'node:fs'
import { dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

import { StageflowError } from '@stageflow/core'
import { asClause, codeOf, textOf } from '@stageflow/core/kit'

import { checkFormat, migrate } from './migrate.ts'
import { APPLICATION_ID, CREATE, NEWEST_FORMAT, SET_RETENTION } from './statements.ts'

export interface JournalFile {
  /** Absolute: the process may change its folder, and SQLite would read a path that begins with `file:` as a URI. */
  readonly path: string
  readonly synchronous: 'full' | 'normal'
  /** How long the opening waits for another process, and how long each transaction does. */
  readonly openTimeoutMs: number
  readonly busyTimeoutMs: number
  readonly maxBytes: number
  /** Undefined: the file keeps what it has. */
  readonly retentionMs: number | undefined
}

/** How long to sleep before the next try to set the journal mode. */
const MODE_RETRY_MS = 5

/**
 * Opens the file of a journal, and creates it with its tables if it is missing. Throws `durable-local/unavailable`, and
 * `durable-local/other-file` for a database that isn't a journal, or one that a newer version has written.
 */
export function openFile(file: JournalFile): DatabaseSync {
  try {
    checkIsFile(file.path)
    createFile(file.path)
    const database = new DatabaseSync(file.path)
    try {
      prepare(database, file)
      return database
    } catch (error) {
      database.close()
      throw error
    }
  } catch (error) {
    throw notOpened(error, 'opened', file.path)
  }
}

/** The journal holds the data of runs, so only its user may read it. SQLite gives its other files the same rights. */
function createFile(path: string): void {
  try {
    closeSync(openSync(path, 'ax', 0o600))
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error
    // A link to a file that is missing. SQLite would create that file readable for all.
    if (statOf(path) === undefined) closeSync(openSync(path, 'a', 0o600))
  }
}

function prepare(database: DatabaseSync, file: JournalFile): void {
  const { path, synchronous, openTimeoutMs, busyTimeoutMs, maxBytes, retentionMs } = file
  useWriteAheadLog(database, path, openTimeoutMs) // before busy_timeout is set, or SQLite would wait that long in each try
  database.exec(`PRAGMA busy_timeout = ${openTimeoutMs}; PRAGMA synchronous = ${synchronous}`)
  const pageSize = pragma(database, 'page_size')
  database.exec(`PRAGMA max_page_count = ${Math.ceil(maxBytes / pageSize)}`)
  database.exec('BEGIN IMMEDIATE') // Another process may open the new file too.
  try {
    createTables(database, path)
    if (retentionMs !== undefined) database.prepare(SET_RETENTION).run({ ms: retentionMs })
    database.exec('COMMIT')
  } catch (error) {
    rollBack(database)
    throw error
  }
  database.exec(`PRAGMA busy_timeout = ${busyTimeoutMs}`)
}

function createTables(database: DatabaseSync, path: string): void {
  if (isJournal(database, path)) return migrate(database)
  database.exec(`${CREATE}; PRAGMA user_version = ${NEWEST_FORMAT}; PRAGMA application_id = ${APPLICATION_ID}`)
}

/** False for an empty file. Throws `durable-local/other-file` for anything but a journal that this version reads. */
export function isJournal(database: DatabaseSync, path: string): boolean {
  const version = pragma(database, 'user_version')
  if (pragma(database, 'application_id') === APPLICATION_ID) {
    checkFormat(version, path)
    return true
  }
  const tables = database.prepare('SELECT count(*) AS count FROM sqlite_schema').get() as { readonly count: number }
  if (tables.count > 0 || version !== 0)
    throw new StageflowError(
      'durable-local/other-file',
      `"${path}" is an SQLite database, but not a journal of @stageflow/durable-local. Pass the path of a file of its own.`,
    )
  return false
}

export function pragma(database: DatabaseSync, name: string): number {
  return Number(Object.values(database.prepare(`PRAGMA ${name}`).get() ?? {})[0])
}

/** SQLite has rolled some failed transactions back itself. */
export function rollBack(database: DatabaseSync): void {
  try {
    database.exec('ROLLBACK')
  } catch {
    // No transaction is open.
  }
}

/** Refuses the database of another app before it is changed. In one transaction: another process may be making a journal of a new file. */
function refuseOtherFile(database: DatabaseSync, path: string): void {
  database.exec('BEGIN')
  try {
    isJournal(database, path)
  } finally {
    rollBack(database)
  }
}

/** Sets the journal mode, which a file keeps. SQLite doesn't wait for locks while it changes the mode, so this waits. */
function useWriteAheadLog(database: DatabaseSync, path: string, busyTimeoutMs: number): void {
  for (let waitedMs = 0; ; waitedMs += MODE_RETRY_MS) {
    try {
      refuseOtherFile(database, path)
      // The first counts in a new file only, and must come before its first table.
      return database.exec('PRAGMA auto_vacuum = INCREMENTAL; PRAGMA journal_mode = WAL')
    } catch (error) {
      if (sqliteCode(error) !== BUSY || waitedMs >= busyTimeoutMs) throw error
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, MODE_RETRY_MS)
    }
  }
}

const BUSY = 5
const READ_ONLY = 8
const CORRUPT = 11
const FULL = 13
const CANNOT_OPEN = 14
const NOT_A_DATABASE = 26

/** The code of SQLite in its lowest byte; what is above it tells more. */
const sqliteCode = (error: unknown): number => ((error as { errcode?: number } | null)?.errcode ?? 0) % 256

/** The error for a path that can't be opened. It says what is there, if that isn't a journal. */
export function notOpened(cause: unknown, done: Done, path: string): StageflowError {
  if (StageflowError.is(cause)) return cause
  const what = somethingElse(cause, path)
  if (what === undefined) return unavailable(cause, done, path)
  return new StageflowError('durable-local/other-file', `There is no journal at "${path}": ${what}`, { cause })
}

/**
 * Throws `durable-local/other-file` if something at `path` isn't a file. Opening a pipe would wait for its other end, and a device would
 * look like an empty file.
 */
export function checkIsFile(path: string): void {
  const found = statOf(path)
  if (found === undefined || found.isFile()) return
  const what = found.isDirectory()
    ? `it is a folder. Pass the path of a file, such as "${join(path, 'runs.db')}".`
    : "it is a pipe, a socket or a device. Pass the path of a file, such as 'runs.db'."
  throw new StageflowError('durable-local/other-file', `There is no journal at "${path}": ${what}`)
}

function somethingElse(cause: unknown, path: string): string | undefined {
  const file = foldersOf(path).find((folder) => statOf(folder)?.isFile())
  if (file !== undefined) return `"${file}" is a file, so nothing can be below it. Pass the path of a file in a folder.`
  if (sqliteCode(cause) !== NOT_A_DATABASE) return undefined
  return "the file isn't an SQLite database, or its beginning was overwritten. Pass another path, or restore the journal from a backup."
}

function statOf(path: string): Stats | undefined {
  try {
    return statSync(path)
  } catch {
    return undefined
  }
}
const isLink = (path: string): boolean => lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true

/** The folders that a path goes through, the innermost first. */
function foldersOf(path: string): readonly string[] {
  const folder = dirname(path)
  return folder === path ? [] : [folder, ...foldersOf(folder)]
}

/** What could not be done with the file. */
type Done = 'opened' | 'read' | 'written'

/** The error of this package for one of SQLite or of the file system. */
export function unavailable(cause: unknown, done: Done, path: string): StageflowError {
  if (StageflowError.is(cause)) return cause
  if (sqliteCode(cause) === FULL)
    return new StageflowError(
      'durable-local/full',
      `The journal "${path}" could not be ${done}: the disk is full, or the file has reached maxBytes. Make room or raise maxBytes; then continue the runs with run() or recover().`,
      { cause },
    )
  return new StageflowError(
    'durable-local/unavailable',
    `The journal "${path}" could not be ${done}: ${asClause(textOf(cause))}. ${adviceFor(cause, path)}`,
    { cause },
  )
}

function adviceFor(cause: unknown, path: string): string {
  const code = codeOf(cause)
  if (code === 'ENOENT' && isLink(path))
    return `"${path}" is a link into a folder that doesn't exist: create that folder first.`
  if (code === 'ENOENT') return `The folder "${dirname(path)}" doesn't exist: create it first.`
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS' || sqliteCode(cause) === READ_ONLY)
    return 'Give the process the right to write the file and its folder, because SQLite keeps two more files there.'
  if (sqliteCode(cause) === NOT_A_DATABASE || sqliteCode(cause) === CORRUPT)
    return 'The file is something else, or damaged: pass another path, or restore it from a backup.'
  if (sqliteCode(cause) === CANNOT_OPEN) return 'Pass the path of a file, and give the process the right to open it.'
  if (sqliteCode(cause) === BUSY) return 'Another program keeps a transaction open: end it, or raise busyTimeoutMs.'
  return 'Check that the process can write the file, and that it is on a local disk.'
}
