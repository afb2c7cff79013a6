import type { DatabaseSync } from 'node:sqlite'

import { StageflowError } from '@stageflow/core'

import { MIGRATIONS, OLDEST_FORMAT } from './statements.ts'

/** The formats that a version of this package reads: the oldest, and those that its migrations lead to. */
export interface Formats {
  readonly oldest: number
  readonly migrations: readonly string[]
}
const FORMATS: Formats = { oldest: OLDEST_FORMAT, migrations: MIGRATIONS }

/** Makes the tables of a journal those of the newest format. Runs within a transaction, after `checkFormat`. */
export function migrate(database: DatabaseSync, { oldest, migrations }: Formats = FORMATS): void {
  const newest = oldest + migrations.length
  const before = Number(database.prepare('PRAGMA user_version').get()?.['user_version'])
  if (before === newest) return
  for (const migration of migrations.slice(before - oldest)) database.exec(migration)
  database.exec(`PRAGMA user_version = ${newest}`)
}

/** Throws `durable-local/other-file` for a format that this version doesn't read. */
export function checkFormat(format: number, path: string, { oldest, migrations }: Formats = FORMATS): void {
  const newest = oldest + migrations.length
  if (format >= oldest && format <= newest) return
  const [whose, fix] =
    format > newest
      ? ['which a newer version of @stageflow/durable-local has written', 'Update the package']
      : ['which no published version has written', 'Delete the file']
  throw new StageflowError(
    'durable-local/other-file',
    `The journal "${path}" has format ${format}, ${whose}; this version reads format ${newest}. ${fix}, or pass another path.`,
  )
}
