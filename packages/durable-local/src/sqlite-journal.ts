import { statSync } from 'node:fs'
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { setImmediate } from 'node:timers'

import { StageflowError } from '@stageflow/core'
import type { Clock } from '@stageflow/core'
import { codeOf } from '@stageflow/core/kit'
import { closedJournal, perform } from '@stageflow/durable-engine'
import type { Act, AddedFact, Journal, Passing } from '@stageflow/durable-engine'

import { openFile, rollBack, unavailable } from './journal-file.ts'
import type { JournalFile } from './journal-file.ts'
import { SqliteTables } from './sqlite-tables.ts'

interface Write {
  readonly act: () => unknown
  readonly resolve: (value: unknown) => void
  readonly reject: (error: unknown) => void
}

export interface SqliteJournalPlan extends JournalFile {
  /** Says when the runs that wait go on. Leases and retention use the clock of the machine. */
  readonly clock: Pick<Clock, 'now'>
}

/**
 * The file of a journal. All writes of one turn of the event loop are one transaction, so that many runs share the cost of its
 * commit.
 */
export class SqliteJournal implements Journal {
  /** Its path. */
  readonly name: string
  readonly pollMs = 100
  readonly isRemote = false
  readonly #database: DatabaseSync
  readonly #tables: SqliteTables
  readonly #begin: StatementSync
  readonly #end: StatementSync
  /** Which file it is, whatever its path leads to later. */
  readonly #file: string | undefined
  #writes: Write[] = []

  constructor(plan: SqliteJournalPlan) {
    this.name = plan.path
    this.#database = openFile(plan)
    this.#tables = new SqliteTables(this.#database, plan)
    this.#begin = this.#database.prepare('BEGIN IMMEDIATE')
    this.#end = this.#database.prepare('COMMIT')
    this.#file = fileAt(plan.path)
  }

  /** Kept here, because the databases of Node before 22.15 don't say it. */
  #isOpen = true

  read<T>(act: Act<T>): T {
    this.#checkOpen()
    try {
      return perform(act, this.#tables)
    } catch (error) {
      throw unavailable(error, 'read', this.name)
    }
  }
  #checkOpen(): void {
    if (!this.#isOpen) throw closedJournal(this)
  }

  // Writes

  write<T>(act: () => Act<T>): Promise<T> {
    return this.#inTransaction(() => perform(act(), this.#tables))
  }
  addFact(fact: AddedFact): Promise<boolean> {
    return this.#inTransaction(() => this.#tables.addFact(fact))
  }

  /**
   * Runs `act` in the next transaction, and resolves with what it returns once that is committed. What `act` throws rejects
   * alone; it must throw before it writes. It may run again after an error of SQLite.
   */
  #inTransaction<T>(act: () => T): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      if (this.#writes.length === 0) setImmediate(() => this.#flush())
      this.#writes.push({ act, resolve: resolve as (value: unknown) => void, reject })
    })
  }

  /** Commits what waits. */
  #flush(): void {
    const writes = this.#writes
    this.#writes = []
    if (writes.length > 0) this.#commit(writes)
  }

  /** Throws if others no longer find the file: what is written into it would be confirmed, and lost. */
  #checkFile(): void {
    if (fileAt(this.name) === this.#file) return
    throw new StageflowError(
      'durable-local/unavailable',
      `The journal "${this.name}" was deleted, renamed or replaced while it was open, so nothing is written any more. Put the file back and restart this process.`,
    )
  }

  #commit(writes: readonly Write[]): void {
    let settles: readonly (() => void)[]
    let hasBegun = false
    try {
      this.#checkOpen()
      this.#checkFile()
      this.#begin.run()
      hasBegun = true
      settles = writes.map(carryOut)
      this.#end.run()
    } catch (error) {
      if (this.#isOpen) rollBack(this.#database)
      // A write that SQLite refuses must not take the others with it.
      if (hasBegun && writes.length > 1) for (const write of writes) this.#commit([write])
      else for (const { reject } of writes) reject(unavailable(error, 'written', this.name))
      return
    }
    // Only now: what a write has changed is on the disk.
    for (const settle of settles) settle()
  }

  mayPass(error: unknown): Passing | undefined {
    const code = codeOf(error)
    if (code === 'durable-local/full') return 'after-help'
    return code === 'durable-local/unavailable' ? 'soon' : undefined
  }

  /** Deletes runs that ended longer ago than the file keeps them, some at a time, and gives their space back. */
  async cleanUp(): Promise<void> {
    try {
      const count = await this.#inTransaction(() => this.#tables.deleteOutdated(RUNS_PER_CLEANUP))
      if (count > 0 && this.#isOpen) this.#database.exec(`PRAGMA incremental_vacuum(${PAGES_PER_CLEANUP})`)
    } catch {
      // The next cleanup tries again. A journal that can't be written fails the runs that need it.
    }
  }

  close(): void {
    this.#flush()
    if (this.#isOpen) this.#database.close()
    this.#isOpen = false
  }
}

/** More than are added between two cleanups, so that the journal shrinks. */
const RUNS_PER_CLEANUP = 256
const PAGES_PER_CLEANUP = 1_024

/** The device and the number of the file at a path; undefined if no file is there. */
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
