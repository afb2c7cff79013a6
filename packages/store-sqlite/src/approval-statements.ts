import { NOW } from './statements.ts'

/**
 * One row per owner and id. `expires_at` ends the time to decide, and `gone_at` the row: from then on every statement treats it as
 * missing. `place` is the order of requests, and no later row gets it again. The lists have indexes of their own, without decided rows.
 */
export const CREATE: string = `
  CREATE TABLE IF NOT EXISTS stageflow_approvals (
    place INTEGER PRIMARY KEY AUTOINCREMENT,
    owner TEXT NOT NULL,
    tenant TEXT NOT NULL,
    id TEXT NOT NULL,
    status TEXT NOT NULL,
    request TEXT NOT NULL,
    decision TEXT,
    token TEXT,
    expires_at INTEGER NOT NULL,
    retention_ms INTEGER NOT NULL,
    gone_at INTEGER NOT NULL,
    UNIQUE (owner, id)
  ) STRICT;
  CREATE INDEX IF NOT EXISTS stageflow_approvals_gone_at ON stageflow_approvals (gone_at);
  CREATE INDEX IF NOT EXISTS stageflow_approvals_owner ON stageflow_approvals (owner, place, expires_at)
    WHERE status = 'pending';
  CREATE INDEX IF NOT EXISTS stageflow_approvals_tenant ON stageflow_approvals (tenant, place, expires_at)
    WHERE status = 'pending';
`

const FIELDS = `
  id,
  CASE WHEN status = 'pending' AND expires_at <= ${NOW} THEN 'expired' ELSE status END AS status,
  request, decision, token, expires_at - ${NOW} AS left_ms
`
const THERE = `owner = :owner AND id = :id AND gone_at > ${NOW}`
const IS_PENDING = `status = 'pending' AND expires_at > ${NOW}`

/** Only reads, so waiting for a decision doesn't wait for writers. */
export const FIND: string = `SELECT ${FIELDS} FROM stageflow_approvals WHERE ${THERE}`

/** Frees the id of a row that is missing. */
export const FORGET: string = `
  DELETE FROM stageflow_approvals WHERE owner = :owner AND id = :id AND gone_at <= ${NOW}
`

/** Returns the row if the id was free. */
export const REQUEST: string = `
  INSERT INTO stageflow_approvals (owner, tenant, id, status, request, expires_at, retention_ms, gone_at)
  VALUES (:owner, :tenant, :id, 'pending', :request, ${NOW} + :ttlMs, :retentionMs, ${NOW} + :ttlMs + :retentionMs)
  ON CONFLICT (owner, id) DO NOTHING
  RETURNING ${FIELDS}
`

// These return the row if they changed it.
export const DECIDE: string = `
  UPDATE stageflow_approvals SET status = :status, decision = :decision, gone_at = ${NOW} + retention_ms
  WHERE ${THERE} AND ${IS_PENDING}
  RETURNING ${FIELDS}
`

export const CANCEL: string = `
  UPDATE stageflow_approvals SET status = 'cancelled', gone_at = ${NOW} + retention_ms
  WHERE ${THERE} AND (status = 'approved' OR (${IS_PENDING}))
  RETURNING ${FIELDS}
`

export const USE: string = `
  UPDATE stageflow_approvals SET status = 'used', token = :token, gone_at = ${NOW} + retention_ms
  WHERE ${THERE} AND status = 'approved'
  RETURNING ${FIELDS}
`

// A pending row is never past its `gone_at`.
const pending = (whose: string): string => `
  SELECT place, ${FIELDS} FROM stageflow_approvals
  WHERE ${whose} AND place > :after AND ${IS_PENDING} ORDER BY place LIMIT :most
`
export const PENDING_OF_OWNER: string = pending('owner = :owner')
export const PENDING_OF_TENANT: string = pending('tenant = :tenant')

export const PURGE: string = `
  DELETE FROM stageflow_approvals WHERE place IN (
    SELECT place FROM stageflow_approvals WHERE gone_at <= ${NOW} ORDER BY gone_at LIMIT :most
  )
`
