import { existsSync, realpathSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { pathToFileURL } from 'node:url'

import { StageflowError, systemClock } from '@stageflow/core'
import { codeOf } from '@stageflow/core/kit'
import { closedJournal, perform } from '@stageflow/durable-engine'
import type { Act, ReadableJournal } from '@stageflow/durable-engine'

import { checkIsFile, isJournal, notOpened, pragma } from './journal-file.ts'
import { SqliteTables } from './sqlite-tables.ts'
import { NEWEST_FORMAT } from './statements.ts'

/**
 * The file of a journal, for who only looks at it. Each look opens it again. While an app has it open, its log stands beside it, and is
 * read too. Without a log, SQLite would create an empty one, unless it is told that nothing changes the file during the look.
 */
export class ReadOnlyJournal implements ReadableJournal {
  /** Its path, which is absolute. */
  readonly name: string
  readonly #busyTimeoutMs: number
  #isOpen = true

  constructor(path: string, busyTimeoutMs: number) {
    this.name = path
    this.#busyTimeoutMs = busyTimeoutMs
    this.#look(() => {})
  }

  read<T>(act: Act<T>): T {
    if (!this.#isOpen) throw closedJournal(this)
    return this.#look((tables) => perform(act, tables))
  }
  close(): void {
    this.#isOpen = false
  }

  #look<T>(use: (tables: SqliteTables) => T): T {
    try {
      checkIsFile(this.name)
      const path = realpathSync(this.name)
      const isWritten = hasLog(path)
      const database = this.#open(path, isWritten)
      try {
        const seen = use(new SqliteTables(database, { path, maxBytes: Infinity, clock: systemClock }))
        if (!isWritten && hasLog(path)) throw openedMeanwhile(this.name)
        return seen
      } finally {
        database.close()
      }
    } catch (error) {
      throw codeOf(error) === 'ENOENT' ? noJournal(this.name, error) : notOpened(error, 'read', this.name)
    }
  }
  #open(path: string, isWritten: boolean): DatabaseSync {
    const url = pathToFileURL(path)
    if (!isWritten) url.searchParams.set('immutable', '1')
    const database = new DatabaseSync(url, { readOnly: true })
    try {
      database.exec(`PRAGMA busy_timeout = ${this.#busyTimeoutMs}; BEGIN`)
      this.#checkFormat(database)
      return database
    } catch (error) {
      database.close()
      throw error
    }
  }
  #checkFormat(database: DatabaseSync): void {
    const format = isJournal(database, this.name) ? pragma(database, 'user_version') : undefined
    if (format === NEWEST_FORMAT) return
    const [what, fix] =
      format === undefined
        ? ['is empty', 'Check the path']
        : [`has format ${format}, and this version reads format ${NEWEST_FORMAT}`, 'Open it once with durableLocal()']
    throw new StageflowError('durable-local/other-file', `The journal "${this.name}" ${what}. ${fix}.`)
  }
}

/** Whether an app has the file open, or has left it without closing it. */
const hasLog = (path: string): boolean => existsSync(`${path}-wal`)

const openedMeanwhile = (path: string): StageflowError =>
  new StageflowError(
    'durable-local/unavailable',
    `An app has opened the journal "${path}" while it was being read, so the read is not certain. Read it again.`,
  )
const noJournal = (path: string, cause: unknown): StageflowError =>
  new StageflowError(
    'durable-local/unavailable',
    `There is no journal "${path}" to look at. Check the path; durableLocal() creates a journal.`,
    { cause },
  )
