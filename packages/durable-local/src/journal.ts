import { statSync } from 'node:fs'
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { setImmediate } from 'node:timers'

import { StageflowError } from '@stageflow/core'

import { openJournal, pragma, rollBack, unavailable } from './open-journal.ts'
import type { JournalFile } from './open-journal.ts'

interface Write {
  readonly act: () => unknown
  readonly resolve: (value: unknown) => void
  readonly reject: (error: unknown) => void
}
type Row = Readonly<Record<string, unknown>>

/**
 * The file of a journal. All writes of one turn of the event loop are one transaction, so that many runs share the cost of its
 * commit.
 */
export class Journal {
  readonly path: string
  readonly #database: DatabaseSync
  readonly #statements = new Map<string, StatementSync>()
  readonly #maxBytes: number
  readonly #pageSize: number
  /** Which file it is, whatever its path leads to later. */
  readonly #file: string | undefined
  #writes: Write[] = []

  constructor(file: JournalFile) {
    this.path = file.path
    this.#maxBytes = file.maxBytes
    this.#database = openJournal(file)
    this.#pageSize = pragma(this.#database, 'page_size')
    this.#file = fileAt(this.path)
  }

  /** Kept here, because the databases of Node before 22.15 don't say it. */
  #isOpen = true
  get isOpen(): boolean {
    return this.#isOpen
  }

  // Statements, for reads and within a write

  get(sql: string, ...values: readonly unknown[]): Row | undefined {
    return this.#read(() => this.#prepared(sql).get(...(values as [])) as Row | undefined)
  }
  all(sql: string, ...values: readonly unknown[]): readonly Row[] {
    return this.#read(() => this.#prepared(sql).all(...(values as [])) as Row[])
  }
  /** Returns how many rows have changed. */
  run(sql: string, ...values: readonly unknown[]): number {
    return Number(this.#prepared(sql).run(...(values as [])).changes)
  }

  #prepared(sql: string): StatementSync {
    const known = this.#statements.get(sql)
    if (known !== undefined) return known
    const statement = this.#database.prepare(sql)
    this.#statements.set(sql, statement)
    return statement
  }
  #read<T>(act: () => T): T {
    this.#checkOpen()
    try {
      return act()
    } catch (error) {
      // Within a transaction, its own handler looks at the error.
      throw this.#isWriting ? error : unavailable(error, 'read', this.path)
    }
  }
  #checkOpen(): void {
    if (!this.isOpen) throw closedJournal(this.path)
  }

  // Writes

  /**
   * Runs `act` in the next transaction, and resolves with what it returns once that is committed. What `act` throws rejects
   * alone; it must throw before it writes. It may run again after an error of SQLite.
   */
  write<T>(act: () => T): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      if (this.#writes.length === 0) setImmediate(() => this.flush())
      this.#writes.push({ act, resolve: resolve as (value: unknown) => void, reject })
    })
  }

  /** Commits what waits. */
  flush(): void {
    const writes = this.#writes
    this.#writes = []
    if (writes.length > 0) this.#commit(writes)
  }

  /** Throws if others no longer find the file: what is written into it would be confirmed, and lost. */
  #checkFile(): void {
    if (fileAt(this.path) === this.#file) return
    throw new StageflowError(
      'durable-local/unavailable',
      `The journal "${this.path}" was deleted, renamed or replaced while it was open, so nothing is written any more. Put the file back and restart this process.`,
    )
  }

  #isWriting = false
  #commit(writes: readonly Write[]): void {
    let settles: readonly (() => void)[]
    let hasBegun = false
    try {
      this.#checkOpen()
      this.#checkFile()
      this.#isWriting = true
      this.#prepared('BEGIN IMMEDIATE').run()
      hasBegun = true
      settles = writes.map(carryOut)
      this.#prepared('COMMIT').run()
    } catch (error) {
      this.#isWriting = false
      if (this.isOpen) rollBack(this.#database)
      // A write that SQLite refuses must not take the others with it.
      if (hasBegun && writes.length > 1) for (const write of writes) this.#commit([write])
      else for (const { reject } of writes) reject(unavailable(error, 'write', this.path))
      return
    }
    this.#isWriting = false
    // Only now: what a write has changed is on the disk.
    for (const settle of settles) settle()
  }

  /** Whether the file has room for more runs. */
  get hasRoom(): boolean {
    const used = pragma(this.#database, 'page_count') - pragma(this.#database, 'freelist_count')
    return used * this.#pageSize < 0.9 * this.#maxBytes
  }
  /** Gives some pages that are free back to the file system. */
  shrink(pages: number): void {
    this.#database.exec(`PRAGMA incremental_vacuum(${pages})`)
  }

  close(): void {
    this.flush()
    if (this.#isOpen) this.#database.close()
    this.#isOpen = false
  }
}

/** The device and the number of the file at a path; undefined if there is none. */
function fileAt(path: string): string | undefined {
  const found = statSync(path, { throwIfNoEntry: false })
  return found && `${found.dev}:${found.ino}`
}

/** Carries out a write within its transaction. Returns what settles its promise. Throws an error of SQLite, which ends the transaction. */
function carryOut({ act, resolve, reject }: Write): () => void {
  try {
    const value = act()
    return () => resolve(value)
  } catch (error) {
    if (!StageflowError.is(error)) throw error
    return () => reject(error)
  }
}

export const closedJournal = (path: string): StageflowError =>
  new StageflowError(
    'durable-local/closed',
    `The journal "${path}" was closed. Its runs go on in another process, or when it is opened again.`,
  )
