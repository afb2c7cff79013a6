/** The SQL of one store. */
export interface Statements {
  /** $1 key, $2 token, $3 parameters, $4 lease in ms. Returns a row if the key was free and is claimed. */
  readonly insert: string
  /** $1 key, $2 token. Returns the record that keeps this token from the key. */
  readonly find: string
  /** $1 key, $2 token, $3 parameters, $4 lease in ms. Returns a row if the claim had ended or was this token's, and now is. */
  readonly take: string
  /** $1 key, $2 token, $3 parameters, $4 value, $5 time to live in ms. Returns a row if the value is kept. */
  readonly complete: string
  /** $1 key, $2 token. */
  readonly release: string
  /** $1 the maximum number of rows. */
  readonly purge: string
  readonly migrate: string
}

/** The table as SQL and messages name it. Names contain nothing to escape. */
export const shownTable = (schema: string | undefined, name: string): string =>
  schema === undefined ? `"${name}"` : `"${schema}"."${name}"`

// A record is a row. Only a completion has a value. All times are those of the server: clock_timestamp() is the current time, while
// now() is the start of the transaction.
export function statementsFor(schema: string | undefined, name: string): Statements {
  const table = shownTable(schema, name)
  return {
    // DO UPDATE … WHERE would lock an existing row, which is a write.
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
    migrate: migration(
      schema,
      table,
      `
  CREATE TABLE ${table} (
    key text COLLATE "C" PRIMARY KEY,
    token text NOT NULL,
    parameters text NOT NULL,
    value text,
    expires_at timestamptz NOT NULL
  );
  CREATE INDEX ON ${table} (expires_at);`,
    ),
  }
}

export function endAfter(ms: string): string {
  return `clock_timestamp() + ${ms}::float8 * interval '1 millisecond'`
}

// The lock lets one process in at a time: IF NOT EXISTS alone fails if two create the same table. It looks before it creates,
// because PostgreSQL demands the right to create even if the table exists.
export function migration(schema: string | undefined, table: string, create: string): string {
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
  END IF;${createSchema}${create}
END $migrate$`
}
