import { endAfter, migration, shownTable } from './statements.ts'

/** The SQL of one approval store. $1 is the owner and $2 the id, unless it says otherwise. Each returns rows of records. */
export interface ApprovalStatements {
  /** $3 request, $4 how long it can be decided, $5 how long it is kept then, in ms, $6 tenant. Returns the row if the id was free. */
  readonly request: string
  readonly find: string
  /** Frees the id of a row that is missing. Returns nothing. */
  readonly forget: string
  /** $3 status, $4 decision. Returns the row if it was decided, as do `cancel` and `use` if they changed it. */
  readonly decide: string
  readonly cancel: string
  /** $3 token. */
  readonly use: string
  /** $1 owner, $2 the maximum number of rows, $3 the place that they come after. */
  readonly pendingOfOwner: string
  /** $1 tenant, and the rest as above. */
  readonly pendingOfTenant: string
  /** $1 the maximum number of rows. Returns nothing. */
  readonly purge: string
  readonly migrate: string
}

// `expires_at` ends the time to decide, and `gone_at` the row: from then on every statement treats it as missing. `place` is the order
// of requests. The lists have indexes of their own, without decided rows. All times are those of the server.
export function approvalStatements(schema: string | undefined, name: string): ApprovalStatements {
  const table = shownTable(schema, name)
  const fields = `id, request, decision, token,
  CASE WHEN status = 'pending' AND expires_at <= clock_timestamp() THEN 'expired' ELSE status END AS status,
  (extract(epoch FROM expires_at - clock_timestamp()) * 1000)::float8 AS left_ms`
  const there = 'owner = $1 AND id = $2 AND gone_at > clock_timestamp()'
  const isPending = "status = 'pending' AND expires_at > clock_timestamp()"
  // A pending row is never past its `gone_at`.
  const pending = (whose: string): string => `
SELECT place, ${fields} FROM ${table} WHERE ${whose} = $1 AND place > $3 AND ${isPending} ORDER BY place LIMIT $2`
  const kept = `gone_at = ${endAfter('retention_ms')}`
  return {
    request: `
INSERT INTO ${table} (owner, id, status, request, expires_at, retention_ms, gone_at, tenant)
VALUES ($1, $2, 'pending', $3, ${endAfter('$4')}, $5::float8, ${endAfter('($4::float8 + $5::float8)')}, $6)
ON CONFLICT (owner, id) DO NOTHING
RETURNING ${fields}`,
    find: `SELECT ${fields} FROM ${table} WHERE ${there}`,
    forget: `DELETE FROM ${table} WHERE owner = $1 AND id = $2 AND gone_at <= clock_timestamp()`,
    decide: `
UPDATE ${table} SET status = $3, decision = $4, ${kept} WHERE ${there} AND ${isPending} RETURNING ${fields}`,
    cancel: `
UPDATE ${table} SET status = 'cancelled', ${kept} WHERE ${there} AND (status = 'approved' OR (${isPending}))
RETURNING ${fields}`,
    use: `
UPDATE ${table} SET status = 'used', token = $3, ${kept} WHERE ${there} AND status = 'approved' RETURNING ${fields}`,
    pendingOfOwner: pending('owner'),
    pendingOfTenant: pending('tenant'),
    purge: `
DELETE FROM ${table} WHERE place IN (
  SELECT place FROM ${table} WHERE gone_at <= clock_timestamp() ORDER BY gone_at LIMIT $1 FOR UPDATE SKIP LOCKED
)`,
    migrate: migration(
      schema,
      table,
      `
  CREATE TABLE ${table} (
    place bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
    owner text COLLATE "C" NOT NULL,
    tenant text COLLATE "C" NOT NULL,
    id text COLLATE "C" NOT NULL,
    status text NOT NULL,
    request text NOT NULL,
    decision text,
    token text,
    expires_at timestamptz NOT NULL,
    retention_ms float8 NOT NULL,
    gone_at timestamptz NOT NULL,
    PRIMARY KEY (owner, id)
  );
  CREATE INDEX ON ${table} (gone_at);
  CREATE INDEX ON ${table} (owner, place, expires_at) WHERE status = 'pending';
  CREATE INDEX ON ${table} (tenant, place, expires_at) WHERE status = 'pending';`,
    ),
  }
}
