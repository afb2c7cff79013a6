/**
 * One row per key: a claim while `value` is NULL, otherwise a completion. Times are milliseconds since 1970 on the machine's clock,
 * which all processes share. Every statement treats an expired row as missing.
 */
export const CREATE: string = `
  CREATE TABLE IF NOT EXISTS stageflow_idempotency (
    key TEXT PRIMARY KEY NOT NULL,
    token TEXT NOT NULL,
    parameters TEXT NOT NULL,
    value TEXT,
    expires_at INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX IF NOT EXISTS stageflow_idempotency_expires_at ON stageflow_idempotency (expires_at);
`

/** The machine's clock, in ms. */
export const NOW: string = `CAST(unixepoch('subsec') * 1000 AS INTEGER)`

/** The record. Only reads, so repeats of finished work don't wait for writers. */
export const FIND: string = `
  SELECT token, parameters, value, expires_at - ${NOW} AS left_ms
  FROM stageflow_idempotency WHERE key = :key AND expires_at > ${NOW}
`

export const CLAIM: string = `
  INSERT INTO stageflow_idempotency (key, token, parameters, value, expires_at)
  VALUES (:key, :token, :parameters, NULL, ${NOW} + :ms)
  ON CONFLICT (key) DO UPDATE
  SET token = excluded.token, parameters = excluded.parameters, value = NULL, expires_at = excluded.expires_at
  WHERE stageflow_idempotency.expires_at <= ${NOW}
    OR (stageflow_idempotency.token = excluded.token AND stageflow_idempotency.value IS NULL)
`

export const COMPLETE: string = `
  INSERT INTO stageflow_idempotency (key, token, parameters, value, expires_at)
  VALUES (:key, :token, :parameters, :value, ${NOW} + :ms)
  ON CONFLICT (key) DO UPDATE
  SET token = excluded.token, parameters = excluded.parameters, value = excluded.value, expires_at = excluded.expires_at
  WHERE stageflow_idempotency.expires_at <= ${NOW} OR stageflow_idempotency.token = excluded.token
`

export const RELEASE: string = `DELETE FROM stageflow_idempotency WHERE key = :key AND token = :token AND value IS NULL`

export const PURGE: string = `
  DELETE FROM stageflow_idempotency WHERE key IN (
    SELECT key FROM stageflow_idempotency WHERE expires_at <= ${NOW} ORDER BY expires_at LIMIT :most
  )
`
