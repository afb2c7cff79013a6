import type { DatabaseSync } from 'node:sqlite'
import type {
  Claim,
  ClaimAnswer,
  Completion,
  KeyedStore,
} from '@stageflow/keyed-work'

/** A store that answers synchronously. */
export interface TemplateNameStore extends KeyedStore {
  claim(key: string, claim: Claim): ClaimAnswer
  complete(key: string, completion: Completion): boolean
  release(key: string, token: string): void
}

// the database's clock, in ms
const NOW = `CAST(unixepoch('subsec') * 1000 AS INTEGER)`

/**
 * Keeps claims and results in a table of this database, which the app opens
 * and closes. Creates the table if it is missing.
 */
export function templateNameStore(
  database: DatabaseSync,
): TemplateNameStore {
  database.exec(`CREATE TABLE IF NOT EXISTS work (
    key TEXT PRIMARY KEY, token TEXT NOT NULL, parameters TEXT NOT NULL,
    value TEXT, ends_at INTEGER NOT NULL)`)
  const find = database.prepare(
    `SELECT token, parameters, value, ends_at - ${NOW} AS left
    FROM work WHERE key = :key AND ends_at > ${NOW}`,
  )
  const claim = database.prepare(`
    INSERT INTO work
    VALUES (:key, :token, :parameters, NULL, ${NOW} + :leaseMs)
    ON CONFLICT (key) DO UPDATE SET
      token = excluded.token, parameters = excluded.parameters,
      value = NULL, ends_at = excluded.ends_at
    WHERE work.ends_at <= ${NOW}
      OR (work.token = excluded.token AND work.value IS NULL)`)
  const complete = database.prepare(`
    INSERT INTO work
    VALUES (:key, :token, :parameters, :value, ${NOW} + :ttlMs)
    ON CONFLICT (key) DO UPDATE SET
      token = excluded.token, parameters = excluded.parameters,
      value = excluded.value, ends_at = excluded.ends_at
    WHERE work.ends_at <= ${NOW} OR work.token = excluded.token`)
  const release = database.prepare(`DELETE FROM work
    WHERE key = :key AND token = :token AND value IS NULL`)

  return {
    core: '^1.0.0',
    claim(key, { token, parameters, leaseMs }): ClaimAnswer {
      for (;;) {
        if (claim.run({ key, token, parameters, leaseMs }).changes === 1)
          return { status: 'claimed' }
        const row = find.get({ key })
        if (row === undefined) continue // it ended in between
        const given = { parameters: String(row['parameters']) }
        if (row['value'] !== null)
          return {
            status: 'completed',
            ...given,
            value: String(row['value']),
          }
        return { status: 'running', ...given, leaseMs: Number(row['left']) }
      }
    },
    complete: (key, completion) =>
      complete.run({ key, ...completion }).changes === 1,
    release: (key, token) => void release.run({ key, token }),
  }
}
