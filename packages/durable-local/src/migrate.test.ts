import { DatabaseSync } from 'node:sqlite'

import { expect, test } from 'vitest'

import { FIVE, inFile, newPath, open, order } from '../../durable-engine/test/open-runs.ts'
import { durableLocal, openJournal } from './index.ts'
import { checkFormat, migrate } from './migrate.ts'
import type { Formats } from './migrate.ts'

/** Formats that a later version of this package could have. */
const LATER: Formats = {
  oldest: 2,
  migrations: [
    `ALTER TABLE runs ADD COLUMN priority INTEGER NOT NULL DEFAULT 1; CREATE INDEX runs_by_priority ON runs (priority)`,
    `UPDATE runs SET priority = 5 WHERE status = 'suspended'; CREATE TABLE labels (run INTEGER, label TEXT) STRICT`,
  ],
}
const versionOf = (path: string): unknown => inFile(path, 'PRAGMA user_version')[0]?.['user_version']

async function journalOfToday(): Promise<string> {
  const path = newPath()
  await open(path).run(order(), FIVE, { runId: 'a' })
  return path
}
function migrated(path: string, formats: Formats): void {
  const database = new DatabaseSync(path)
  database.exec('BEGIN IMMEDIATE')
  try {
    migrate(database, formats)
    database.exec('COMMIT')
  } finally {
    database.close()
  }
}

test('a journal goes through all formats to the newest, with its runs', async () => {
  const path = await journalOfToday()
  migrated(path, LATER)
  expect(versionOf(path)).toBe(4)
  expect(inFile(path, 'SELECT id, priority FROM runs')).toMatchObject([{ id: 'a', priority: 5 }])
  expect(inFile(path, 'SELECT count(*) AS count FROM facts')).toMatchObject([{ count: 2 }])
})

test('only the migrations that a journal has not had are applied, and none a second time', async () => {
  const path = await journalOfToday()
  migrated(path, { ...LATER, migrations: LATER.migrations.slice(0, 1) })
  expect(versionOf(path)).toBe(3)
  expect(inFile(path, 'SELECT priority FROM runs')).toMatchObject([{ priority: 1 }])
  migrated(path, LATER)
  migrated(path, LATER)
  expect(versionOf(path)).toBe(4)
  expect(inFile(path, 'SELECT priority FROM runs')).toMatchObject([{ priority: 5 }])
})

test("a migration that fails leaves the journal as it was, and today's version opens it", async () => {
  const path = await journalOfToday()
  const broken = [LATER.migrations[0] as string, 'UPDATE missing SET a = 1']
  expect(() => migrated(path, { ...LATER, migrations: broken })).toThrow('no such table')
  expect(versionOf(path)).toBe(2)
  expect((await open(path).resume(order(), 'a', { approve: 1 })).status).toBe('completed')
})

test('the formats of a later version are known to it, and those before the oldest and after the newest are refused', () => {
  for (const format of [2, 3, 4]) expect(() => checkFormat(format, 'a.db', LATER)).not.toThrow()
  expect(() => checkFormat(5, 'a.db', LATER)).toThrow('Update the package')
  expect(() => checkFormat(1, 'a.db', LATER)).toThrow('which no published version has written')
})

test.each([
  [1, 'has format 1, which no published version has written; this version reads format 2. Delete the file'],
  [
    9,
    'has format 9, which a newer version of @stageflow/durable-local has written; this version reads format 2. Update',
  ],
])('a journal of format %j is refused, and stays as it is', async (format, message) => {
  const path = await journalOfToday()
  inFile(path, `PRAGMA user_version = ${format}`)
  for (const act of [() => durableLocal({ path }), () => openJournal(path, { readOnly: true })])
    expect(act).toThrow(
      expect.objectContaining({
        code: 'durable-local/other-file',
        message: expect.stringContaining(message) as string,
      }) as Error,
    )
  expect(versionOf(path)).toBe(format)
})
