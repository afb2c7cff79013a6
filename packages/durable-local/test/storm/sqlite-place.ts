import { existsSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

import type { StormPlace } from './place.ts'

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/** A journal in one SQLite file. */
export function sqlitePlace(folder: string): StormPlace {
  const path = join(folder, 'runs.db')
  const read = <T>(act: (database: DatabaseSync) => T, otherwise: T): T => {
    if (!existsSync(path)) return otherwise
    const database = new DatabaseSync(path, { timeout: 10_000 })
    try {
      return act(database)
    } finally {
      database.close()
    }
  }
  return {
    name: 'SQLite',
    address: path,
    whereabouts: folder,
    opener: new URL('sqlite-runs.ts', import.meta.url),
    hasWeak: true,
    newVersion: 'new',
    needsWorker: false,
    troubles: [
      { name: 'locked', happen: (random) => lock(path, 50 + random() * 600) },
      { name: 'moved', happen: (random) => move(folder, 50 + random() * 300, random() < 0.5) },
    ],
    settledCalls: async () => read(settledCalls, new Set()),
    untakenRequests: async () =>
      read(
        (database) =>
          Number(
            database.prepare(`SELECT count(*) AS n FROM inbox WHERE kind NOT IN ('answer', 'early')`).get()?.['n'],
          ),
        0,
      ),
  }
}

/** Calls that failed are left out: `retryFailed` runs them again. */
function settledCalls(database: DatabaseSync): ReadonlySet<string> {
  const rows = database.prepare(
    `SELECT id, key FROM facts JOIN runs ON runs.n = facts.run
     WHERE kind = 'ask' OR (kind = 'call' AND value ->> '$.status' IN ('ok', 'skip'))`,
  )
  return new Set(rows.all().map(({ id, key }) => `${String(id)} ${String(key)}`))
}

/** Another program holds the lock of the file. */
async function lock(path: string, ms: number): Promise<void> {
  if (!existsSync(path)) return
  const database = new DatabaseSync(path, { timeout: 10_000 })
  database.exec('BEGIN IMMEDIATE')
  await wait(ms)
  database.exec('ROLLBACK')
  database.close()
}

/** The file is moved away and comes back. `isReplaced`: meanwhile another one has its name. */
async function move(folder: string, ms: number, isReplaced: boolean): Promise<void> {
  const names = ['runs.db', 'runs.db-wal', 'runs.db-shm'].filter((name) => existsSync(join(folder, name)))
  if (names.length < 3) return
  for (const name of names) renameSync(join(folder, name), join(folder, `moved-${name}`))
  if (isReplaced) writeFileSync(join(folder, 'runs.db'), '')
  await wait(ms)
  for (const name of names) renameSync(join(folder, `moved-${name}`), join(folder, name))
}
