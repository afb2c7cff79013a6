import { DatabaseSync } from 'node:sqlite'
import type { ProcessSide } from '@stageflow/keyed-work/contract'
import { templateNameStore } from '../src/index.ts'

/**
 * What one process of the contract has: the store, and a table in which it
 * counts executions.
 */
export async function openSide(): Promise<ProcessSide> {
  const database = new DatabaseSync(
    process.env['TEMPLATE_NAME_FILE'] ?? ':memory:',
    { timeout: 5_000 },
  )
  // OFF: only because a test needs no durability
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF')
  database.exec(
    'CREATE TABLE IF NOT EXISTS executions (name TEXT NOT NULL)',
  )
  return {
    store: templateNameStore(database),
    count: (name) =>
      void database.prepare('INSERT INTO executions VALUES (?)').run(name),
    counted: (start) => {
      const count = database.prepare(
        `SELECT count(*) AS found FROM executions WHERE name LIKE ? || '%'`,
      )
      return Number(count.get(start)?.['found'])
    },
    close: () => database.close(),
  }
}
