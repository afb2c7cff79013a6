/** The SQL of one store. */
export interface Statements {
  /** $1 key, $2 token, $3 parameters, $4 lease in ms. A row: the key was free, and is claimed. */
  readonly insert: string
  /** $1 key, $2 token. A row: what keeps this token from the key. */
  readonly find: string
  /** $1 key, $2 token, $3 parameters, $4 lease in ms. A row: the claim was over or this token's own, and is its now. */
  readonly take: string
  /** $1 key, $2 token, $3 parameters, $4 value, $5 time to live in ms. A row: it is kept. */
  readonly complete: string
  /** $1 key, $2 token. */
  readonly release: string
  /** $1 how many at most. */
  readonly purge: string
  readonly migrate: string
}

// A record is a row; a completion has a value, a claim has none. All times are the server's: clock_timestamp() is that
// of the moment, where now() would be that of the start of a transaction.
export function statementsFor(schema: string | undefined, name: string): Statements {
  const table = schema === undefined ? `"${name}"` : `"${schema}"."${name}"`
  return {
    // DO NOTHING, and not DO UPDATE … WHERE: that would lock the row, which is a write, of whatever is found there.
    insert: `
INSERT INTO ${table} (key, token, parameters, expires_at) VALUES ($1, $2, $3, ${endAfter('$4')})
ON CONFLICT (key) DO NOTHING
RETURNING key`,
    find: `
SELECT parameters, value, (extract(epoch FROM expires_at - clock_timestamp()) * 1000)::float8 AS left_ms FROM ${table}
WHERE key = $1 AND expires_at > clock_timestamp() AND (value IS NOT NULL OR token <> $2)`,
    take: `
UPDATE ${table} SET token = $2, parameters = $3, value = NULL, expires_at = ${endAfter('$4')}
WHERE key = $1 AND (expires_at <= clock_timestamp() OR (value IS NULL AND token = $2))
RETURNING key`,
    complete: `
INSERT INTO ${table} AS record (key, token, parameters, value, expires_at)
VALUES ($1, $2, $3, $4, ${endAfter('$5')})
ON CONFLICT (key) DO UPDATE
SET token = excluded.token, parameters = excluded.parameters, value = excluded.value, expires_at = ${endAfter('$5')}
WHERE record.expires_at <= clock_timestamp() OR record.token = excluded.token
RETURNING key`,
    release: `DELETE FROM ${table} WHERE key = $1 AND token = $2 AND value IS NULL`,
    purge: `
DELETE FROM ${table} WHERE key IN (
  SELECT key FROM ${table} WHERE expires_at <= clock_timestamp() ORDER BY expires_at LIMIT $1 FOR UPDATE SKIP LOCKED
)`,
    migrate: migration(schema, table),
  }
}

function endAfter(ms: string): string {
  return `clock_timestamp() + ${ms}::float8 * interval '1 millisecond'`
}

// One at a time, by the lock: IF NOT EXISTS alone fails where two create the same. Looks before it creates, since
// PostgreSQL asks for the right to create also where there is nothing left to create. Names hold nothing to escape.
function migration(schema: string | undefined, table: string): string {
  const createSchema =
    schema === undefined
      ? ''
      : `
  IF to_regnamespace('"${schema}"') IS NULL THEN
    CREATE SCHEMA "${schema}";
  END IF;`
  return `
DO $migrate$ BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended('@stageflow/store-postgres', 0));
  IF to_regclass('${table}') IS NOT NULL THEN
    RETURN;
  END IF;${createSchema}
  CREATE TABLE ${table} (
    key text COLLATE "C" PRIMARY KEY,
    token text NOT NULL,
    parameters text NOT NULL,
    value text,
    expires_at timestamptz NOT NULL
  );
  CREATE INDEX ON ${table} (expires_at);
END $migrate$`
}
