import { endAfter, migration, shownTable } from './statements.ts'

/** The SQL of one undo store. $1 is the id, unless it says otherwise. */
export interface UndoStatements {
  /** $2 run or null, $3 call id, $4 call, $5 how long it can be undone, $6 how long it is kept then, in ms. */
  readonly add: string
  /** Frees the id of a row that is missing. */
  readonly forget: string
  /** $1 run. Returns rows in their order, as do the next two. */
  readonly findRun: string
  /** $1 call id. */
  readonly findCall: string
  /** $1 run, $2 call id. */
  readonly findBoth: string
  /** $2 token, $3 lease in ms. Returns a row if it was claimed. */
  readonly claim: string
  /** Returns a row that says why it can't be claimed. */
  readonly state: string
  /** $2 token. */
  readonly release: string
  /** $2 token. */
  readonly remove: string
  /** $1 the maximum number of rows. */
  readonly purge: string
  readonly migrate: string
}

// `place` is the order in which rows were added. `expires_at` ends the time for a new claim, and `gone_at` the row: from then on every
// statement treats it as missing. A claim has a `token`, and holds until `leased_until`. All times are those of the server.
export function undoStatements(schema: string | undefined, name: string): UndoStatements {
  const table = shownTable(schema, name)
  const there = 'gone_at > clock_timestamp()'
  const left = (until: string): string => `(extract(epoch FROM ${until} - clock_timestamp()) * 1000)::float8`
  const find = (condition: string): string => `
SELECT id, run, call_id, call, ${left('expires_at')} AS left_ms FROM ${table} WHERE ${condition} AND ${there} ORDER BY place`
  return {
    add: `
INSERT INTO ${table} (id, run, call_id, call, expires_at, gone_at)
VALUES ($1, $2, $3, $4, ${endAfter('$5')}, ${endAfter('($5::float8 + $6::float8)')})
ON CONFLICT (id) DO NOTHING`,
    forget: `DELETE FROM ${table} WHERE id = $1 AND gone_at <= clock_timestamp()`,
    findRun: find('run = $1'),
    findCall: find('call_id = $1'),
    findBoth: find('run = $1 AND call_id = $2'),
    claim: `
UPDATE ${table} SET token = $2, leased_until = ${endAfter('$3')}
WHERE id = $1 AND ${there} AND (
  token = $2 OR (expires_at > clock_timestamp() AND (token IS NULL OR leased_until <= clock_timestamp()))
)
RETURNING id`,
    state: `
SELECT ${left('leased_until')} AS lease_ms, ${left('expires_at')} AS left_ms FROM ${table} WHERE id = $1 AND ${there}`,
    release: `UPDATE ${table} SET token = NULL, leased_until = NULL WHERE id = $1 AND token = $2`,
    remove: `DELETE FROM ${table} WHERE id = $1 AND token = $2`,
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
    id text COLLATE "C" PRIMARY KEY,
    run text COLLATE "C",
    call_id text COLLATE "C" NOT NULL,
    call text NOT NULL,
    token text,
    leased_until timestamptz,
    expires_at timestamptz NOT NULL,
    gone_at timestamptz NOT NULL
  );
  CREATE INDEX ON ${table} (run);
  CREATE INDEX ON ${table} (call_id);
  CREATE INDEX ON ${table} (gone_at);`,
    ),
  }
}
