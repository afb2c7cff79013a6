import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { StageflowError } from '@stageflow/core'

export interface Turn {
  readonly question: string
  readonly answer: string
  /** Ids of the passages that the answer cites, in the order of its numbers. */
  readonly cited: readonly string[]
}

/** What was asked and answered in earlier turns, by session. */
export interface History {
  /** The newest turns of a session, oldest first. */
  recent(session: string, count: number): readonly Turn[]
  add(session: string, turn: Turn, askedAt: number): void
  close(): void
}

/** Turns kept of each session; older ones are deleted as new ones come. */
const KEPT_TURNS = 200
/** How long one process waits for another that is writing. */
const BUSY_MS = 5_000
const SCHEMA_VERSION = 1

const SCHEMA = `
  CREATE TABLE turn (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    session TEXT NOT NULL,
    asked_at INTEGER NOT NULL,
    question TEXT NOT NULL,
    answer TEXT NOT NULL,
    cited TEXT NOT NULL
  ) STRICT;
  CREATE INDEX turn_by_session ON turn (session, id);
  PRAGMA user_version = ${SCHEMA_VERSION};
`

/** Opens the database of a data directory, making both when they are not there. Several processes may have it open. */
export function openHistory(directory: string): History {
  const file = join(directory, 'chat.sqlite')
  const database = readable(file, () => {
    // What people ask is theirs: no other user of the machine may read it.
    mkdirSync(directory, { recursive: true, mode: 0o700 })
    return prepare(new DatabaseSync(file, { timeout: BUSY_MS }))
  })
  const newest = database.prepare('SELECT question, answer, cited FROM turn WHERE session = ? ORDER BY id DESC LIMIT ?')
  const insert = database.prepare(
    'INSERT INTO turn (session, asked_at, question, answer, cited) VALUES (?, ?, ?, ?, ?)',
  )
  const prune = database.prepare(
    'DELETE FROM turn WHERE session = ? AND id <= (SELECT id FROM turn WHERE session = ? ORDER BY id DESC LIMIT 1 OFFSET ?)',
  )

  return {
    recent: (session, count) =>
      readable(file, () =>
        newest
          .all(session, count)
          .map((row) => ({
            question: String(row['question']),
            answer: String(row['answer']),
            cited: citedIn(row['cited']),
          }))
          .reverse(),
      ),
    add(session, { question, answer, cited }, askedAt) {
      readable(file, () =>
        inTransaction(database, () => {
          insert.run(session, Math.round(askedAt), question, answer, JSON.stringify(cited))
          prune.run(session, session, KEPT_TURNS)
        }),
      )
    },
    close: () => database.close(),
  }
}

function prepare(database: DatabaseSync): DatabaseSync {
  inTransaction(database, () => {
    const version = pragma(database, 'user_version')
    if (version === 0) return database.exec(SCHEMA)
    if (version === SCHEMA_VERSION) return
    throw new StageflowError(
      'chat/history-version',
      `The chat history has version ${String(version)}, and this example writes version ${SCHEMA_VERSION}. Set STAGEFLOW_CHAT_DATA to another folder, or delete chat.sqlite.`,
    )
  })
  return database
}

const pragma = (database: DatabaseSync, name: string): unknown => database.prepare(`PRAGMA ${name}`).get()?.[name]

function inTransaction(database: DatabaseSync, work: () => void): void {
  database.exec('BEGIN IMMEDIATE')
  try {
    work()
    database.exec('COMMIT')
  } catch (error) {
    database.exec('ROLLBACK')
    throw error
  }
}

function readable<T>(file: string, work: () => T): T {
  try {
    return work()
  } catch (cause) {
    if (StageflowError.is(cause)) throw cause
    const said = cause instanceof Error ? cause.message : String(cause)
    throw new StageflowError(
      'chat/history-unusable',
      `The chat history in "${file}" cannot be used: ${said}. Set STAGEFLOW_CHAT_DATA to a folder that can be written, or delete the file if it is damaged.`,
      { cause },
    )
  }
}

/** Another program may have written the row: what is not a list of ids cites nothing. */
function citedIn(value: unknown): readonly string[] {
  try {
    const parsed: unknown = JSON.parse(String(value))
    return Array.isArray(parsed) ? parsed.filter((id) => typeof id === 'string') : []
  } catch {
    return []
  }
}
