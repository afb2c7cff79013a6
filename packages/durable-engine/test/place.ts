import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

import { systemClock } from '@stageflow/core'
import type { DurableRuns, EngineOptions, Journal } from '@stageflow/durable-engine'

import { durableLocal } from '../../durable-local/src/index.ts'
import { SqliteJournal } from '../../durable-local/src/sqlite-journal.ts'

type Rows = readonly Record<string, unknown>[]

/** Where the tests of the engine keep their runs. Each journal has a path. */
export interface Place {
  /** Whether a read returns its value, or a promise. */
  readonly answersAtOnce: boolean
  /** The codes of its errors. */
  readonly codes: { readonly full: string; readonly unavailable: string }
  /** That of a journal that no other test has. */
  newPath(): string
  open(path: string, options: Partial<EngineOptions>): DurableRuns
  /** A journal without an engine, whose methods a test can change. */
  newJournal(path: string): Journal
  /** Looks into a journal, or changes it, as another program does. The tables of all places have the same columns. */
  change(path: string, sql: string): Promise<Rows>
  /** All that is in a journal. */
  text(path: string): Promise<string>
  /** At the end of a test file. */
  close(): Promise<void>
}

function filesOfSqlite(): Place {
  const folder = mkdtempSync(join(tmpdir(), 'durable-local-'))
  let files = 0
  return {
    answersAtOnce: true,
    codes: { full: 'durable-local/full', unavailable: 'durable-local/unavailable' },
    newPath: () => join(folder, `${++files}.db`),
    open: (path, options) => durableLocal({ path, synchronous: 'normal', ...options }),
    newJournal: (path) => {
      const file = {
        path,
        synchronous: 'normal',
        openTimeoutMs: 5_000,
        busyTimeoutMs: 1_000,
        maxBytes: 2 ** 30,
      } as const
      return new SqliteJournal({ ...file, retentionMs: undefined, clock: systemClock })
    },
    change: async (path, sql) => inFile(path, sql),
    text: async (path) => readFileSync(path, 'latin1'),
    close: async () => rmSync(folder, { recursive: true }),
  }
}

/** Looks into a file, or changes it, as another program does. */
export function inFile(path: string, sql: string): Rows {
  const database = new DatabaseSync(path, { timeout: 5_000 })
  try {
    return database.prepare(sql).all() as Rows
  } finally {
    database.close()
  }
}

let openPlace: () => Place = filesOfSqlite

/** The test files that are imported next keep their runs there. Without it, they keep them in files of SQLite. */
export function usePlace(open: () => Place): void {
  openPlace = open
}
export const newPlace = (): Place => openPlace()
