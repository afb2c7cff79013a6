import { DatabaseSync } from 'node:sqlite'

import type { ProcessSide } from '@stageflow/keyed-work/contract'

import { sqliteStore } from '../src/sqlite-store.ts'

/** One process's side of a race on one file, whose path is in the environment. */
export async function openSide(): Promise<ProcessSide> {
  const file = process.env['SQLITE_SIDE_FILE'] ?? ''
  const store = sqliteStore({ path: file })
  const counts = new DatabaseSync(file)
  counts.exec('PRAGMA busy_timeout = 5000')
  counts.exec('CREATE TABLE IF NOT EXISTS executions (name TEXT NOT NULL)')
  return {
    store,
    count: (name) => void counts.prepare('INSERT INTO executions (name) VALUES (?)').run(name),
    counted: (prefix) =>
      Number(counts.prepare('SELECT count(*) AS n FROM executions WHERE name GLOB ?').get(`${prefix}*`)?.['n']),
    close() {
      counts.close()
      store.close()
    },
  }
}
