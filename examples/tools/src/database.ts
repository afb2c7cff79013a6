import { constants, DatabaseSync } from 'node:sqlite'
import { StageflowError } from '@stageflow/core'

export type Row = Record<string, string | number | null>

export interface Database {
  /** The first rows that a SELECT answers. */
  query(sql: string, most: number): Row[]
  close(): void
}

/**
 * What a question may do: read tables, and call functions that make no huge values. Everything else SQLite refuses while
 * it compiles, recursion too: what never ends blocks the thread, and no time-out gets there. A join of very many tables
 * still takes its time. If users may ask anything, ask in a process that can be ended.
 */
const ALLOWED = new Set([constants.SQLITE_SELECT, constants.SQLITE_READ])
const FUNCTIONS = /^(count|sum|total|avg|min|max|round|abs|lower|upper|length|like|coalesce|ifnull|date|strftime)$/i

/** Writes a small database to `file`. */
export function makeDatabase(file: string): void {
  const database = new DatabaseSync(file)
  database.exec(`
    CREATE TABLE orders (id INTEGER PRIMARY KEY, customer TEXT, euros INTEGER);
    INSERT INTO orders (customer, euros) VALUES ('Ada', 120), ('Grace', 80), ('Ada', 40), ('Alan', 15);
  `)
  database.close()
}

/** Opens it to be read only. */
export function openDatabase(file: string): Database {
  const database = new DatabaseSync(file, { readOnly: true })
  database.setAuthorizer((action, _, name) => {
    const isAllowed = action === constants.SQLITE_FUNCTION ? FUNCTIONS.test(name ?? '') : ALLOWED.has(action)
    return isAllowed ? constants.SQLITE_OK : constants.SQLITE_DENY
  })
  return {
    query(sql, most) {
      try {
        const rows: Row[] = []
        for (const row of database.prepare(sql).iterate()) if (rows.push(row as Row) >= most) break
        return rows
      } catch (error) {
        throw new StageflowError('database/refused', (error as Error).message, { cause: error })
      }
    },
    close: () => database.close(),
  }
}
