import { NOW } from './statements.ts'

/**
 * One row per call that can be undone. `place` is the order in which they were added. `expires_at` ends the time for a new claim, and
 * `gone_at` the row: from then on every statement treats it as missing. A claim has a `token`, and holds until `leased_until`.
 */
export const CREATE: string = `
  CREATE TABLE IF NOT EXISTS stageflow_undo (
    place INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    run TEXT,
    call_id TEXT NOT NULL,
    call TEXT NOT NULL,
    token TEXT,
    leased_until INTEGER,
    expires_at INTEGER NOT NULL,
    gone_at INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX IF NOT EXISTS stageflow_undo_run ON stageflow_undo (run);
  CREATE INDEX IF NOT EXISTS stageflow_undo_call_id ON stageflow_undo (call_id);
  CREATE INDEX IF NOT EXISTS stageflow_undo_gone_at ON stageflow_undo (gone_at);
`

/** Frees the id of a row that is missing. */
export const FORGET: string = `DELETE FROM stageflow_undo WHERE id = :id AND gone_at <= ${NOW}`

export const ADD: string = `
  INSERT INTO stageflow_undo (id, run, call_id, call, expires_at, gone_at)
  VALUES (:id, :run, :callId, :call, ${NOW} + :ttlMs, ${NOW} + :ttlMs + :retentionMs)
  ON CONFLICT (id) DO NOTHING
`

const find = (condition: string): string => `
  SELECT id, run, call_id, call, expires_at - ${NOW} AS left_ms FROM stageflow_undo
  WHERE ${condition} AND gone_at > ${NOW} ORDER BY place
`
export const FIND_RUN: string = find('run = :run')
export const FIND_CALL: string = find('call_id = :callId')
export const FIND_BOTH: string = find('run = :run AND call_id = :callId')

/** Changes the row if it can be claimed. */
export const CLAIM: string = `
  UPDATE stageflow_undo SET token = :token, leased_until = ${NOW} + :leaseMs
  WHERE id = :id AND gone_at > ${NOW} AND (
    token = :token OR (expires_at > ${NOW} AND (token IS NULL OR leased_until <= ${NOW}))
  )
`

/** Why a row can't be claimed. */
export const STATE: string = `
  SELECT leased_until - ${NOW} AS lease_ms, expires_at - ${NOW} AS left_ms FROM stageflow_undo
  WHERE id = :id AND gone_at > ${NOW}
`

export const RELEASE: string = `UPDATE stageflow_undo SET token = NULL, leased_until = NULL WHERE id = :id AND token = :token`

export const REMOVE: string = `DELETE FROM stageflow_undo WHERE id = :id AND token = :token`

export const PURGE: string = `
  DELETE FROM stageflow_undo WHERE place IN (
    SELECT place FROM stageflow_undo WHERE gone_at <= ${NOW} ORDER BY gone_at LIMIT :most
  )
`
