import { endAfter, migration, shownTable } from './statements.ts'

/** The SQL of one budget store. $1 is the key, unless it says otherwise. */
export interface BudgetStatements {
  /** $2 token, $3 amount, $4 most, $5 length of a new window in ms. Returns a row if it is reserved. */
  readonly reserve: string
  /** $2 token. Returns a row with what others hold and have settled, and how long the window still lasts, if there is one. */
  readonly state: string
  /** $2 token, $3 amount. Returns nothing. */
  readonly settle: string
  /** $1 the maximum number of rows. Returns nothing. */
  readonly purge: string
  readonly migrate: string
}

// A window is a row: `total` is all that is settled and held, and `held` has the amount of each token. A writer locks the row, so that the
// next one reads what it has written. `gone_at` ends the window: from then on every statement treats it as missing. All times are those of
// the server.
export function budgetStatements(schema: string | undefined, name: string): BudgetStatements {
  const table = shownTable(schema, name)
  const hasEnded = 'of_key.gone_at <= clock_timestamp()'
  const others = '(of_key.total - coalesce((of_key.held ->> $2)::bigint, 0))'
  const own = 'jsonb_build_object($2::text, $3::bigint)'
  return {
    reserve: `
INSERT INTO ${table} AS of_key (key, total, held, gone_at)
SELECT $1, $3::bigint, ${own}, ${endAfter('$5')} WHERE $3::bigint <= $4::bigint
ON CONFLICT (key) DO UPDATE SET
  total = CASE WHEN ${hasEnded} THEN $3::bigint ELSE ${others} + $3::bigint END,
  held = CASE WHEN ${hasEnded} THEN ${own} ELSE of_key.held || ${own} END,
  gone_at = CASE WHEN ${hasEnded} THEN ${endAfter('$5')} ELSE of_key.gone_at END
WHERE ${hasEnded} OR ${others} + $3::bigint <= $4::bigint
RETURNING key`,
    state: `
SELECT ${others}::text AS others, (extract(epoch FROM gone_at - clock_timestamp()) * 1000)::float8 AS left_ms
FROM ${table} AS of_key WHERE key = $1 AND NOT (${hasEnded})`,
    settle: `
UPDATE ${table} AS of_key SET total = ${others} + $3::bigint, held = of_key.held - $2
WHERE key = $1 AND of_key.held ? $2 AND NOT (${hasEnded})`,
    purge: `
DELETE FROM ${table} WHERE key IN (
  SELECT key FROM ${table} WHERE gone_at <= clock_timestamp() ORDER BY gone_at LIMIT $1 FOR UPDATE SKIP LOCKED
)`,
    migrate: migration(
      schema,
      table,
      `
  CREATE TABLE ${table} (
    key text COLLATE "C" PRIMARY KEY,
    total bigint NOT NULL,
    held jsonb NOT NULL,
    gone_at timestamptz NOT NULL
  );
  CREATE INDEX ON ${table} (gone_at);`,
    ),
  }
}
