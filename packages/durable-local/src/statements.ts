/** Format 1 was never published. The format of a file is its `PRAGMA user_version`. */
export const OLDEST_FORMAT = 2
/** Statements that make the tables of the next format out of those of the one before, from the oldest. */
export const MIGRATIONS: readonly string[] = []
export const NEWEST_FORMAT: number = OLDEST_FORMAT + MIGRATIONS.length
/** Marks the file as a journal, in `PRAGMA application_id`: "sfdl" as a number. */
export const APPLICATION_ID = 0x7366646c

/** The time of the machine in ms since 1970, which all processes share. */
const NOW = `CAST(unixepoch('subsec') * 1000 AS INTEGER)`

/**
 * `runs.n` numbers the runs, so that facts don't repeat their ids. `kept` is what interceptors kept when the run was admitted, `wake_at` when a suspended run
 * goes on without an answer. `result` is JSON, deflated. Large columns come last: SQLite reads a row up to the last column that is asked
 * for. `facts_before` is the number of facts when the last leg began.
 * `crashes` counts the legs in a row that ended with their process and added no fact. `inbox` has what other processes want of a
 * run: only its owner turns that into facts, so facts have one order. Facts are stored in the order of their commits: stored by run, a
 * commit of 64 runs wrote 64 pages, and a fact took 70 µs instead of 9.
 */
export const CREATE: string = `
  CREATE TABLE settings (retention_ms INTEGER NOT NULL) STRICT;
  INSERT INTO settings VALUES (${30 * 86_400_000});
  CREATE TABLE graphs (id INTEGER PRIMARY KEY, fingerprint TEXT NOT NULL UNIQUE) STRICT;
  CREATE TABLE owners (id TEXT PRIMARY KEY NOT NULL, until INTEGER NOT NULL) STRICT;
  CREATE TABLE runs (
    n INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    pipeline TEXT NOT NULL,
    graph INTEGER NOT NULL,
    status TEXT NOT NULL,
    owner TEXT,
    fence INTEGER NOT NULL,
    leg INTEGER NOT NULL,
    facts_before INTEGER NOT NULL,
    crashes INTEGER NOT NULL,
    user_id TEXT,
    org_id TEXT,
    started_at REAL NOT NULL,
    updated_at INTEGER NOT NULL,
    wake_at REAL,
    reopened INTEGER NOT NULL DEFAULT 0,
    error TEXT,
    options TEXT NOT NULL,
    kept TEXT,
    input TEXT NOT NULL,
    result BLOB
  ) STRICT;
  CREATE INDEX runs_started ON runs (started_at);
  CREATE INDEX runs_of_status ON runs (status, started_at);
  CREATE INDEX runs_of_pipeline ON runs (pipeline, started_at);
  CREATE INDEX runs_of_user ON runs (user_id, started_at) WHERE user_id IS NOT NULL;
  CREATE INDEX runs_of_org ON runs (org_id, started_at) WHERE org_id IS NOT NULL;
  CREATE INDEX runs_waking ON runs (wake_at) WHERE wake_at IS NOT NULL;
  CREATE INDEX runs_owned ON runs (owner) WHERE owner IS NOT NULL;
  CREATE INDEX runs_ended ON runs (updated_at) WHERE status IN ('completed', 'cancelled', 'failed');
  CREATE TABLE facts (
    run INTEGER NOT NULL,
    n INTEGER NOT NULL,
    kind TEXT NOT NULL,
    key TEXT NOT NULL,
    at REAL NOT NULL,
    value TEXT NOT NULL,
    UNIQUE (run, n)
  ) STRICT;
  CREATE TABLE schedules (
    name TEXT PRIMARY KEY NOT NULL,
    cron TEXT NOT NULL,
    timezone TEXT NOT NULL,
    newest REAL NOT NULL
  ) STRICT;
  CREATE TABLE inbox (
    n INTEGER PRIMARY KEY AUTOINCREMENT,
    run INTEGER NOT NULL,
    kind TEXT NOT NULL,
    key TEXT NOT NULL,
    value TEXT NOT NULL,
    UNIQUE (run, kind, key)
  ) STRICT;
`

export const ADD_GRAPH: string = `INSERT INTO graphs (fingerprint) VALUES (?) ON CONFLICT DO NOTHING`
export const FIND_GRAPH: string = `SELECT id FROM graphs WHERE fingerprint = ?`

/** Whether the owner of a run is alive: its lease has not ended. */
const IS_OWNED = `EXISTS (SELECT 1 FROM owners WHERE owners.id = runs.owner AND owners.until > ${NOW})`
const HAS_INBOX = `EXISTS (SELECT 1 FROM inbox WHERE inbox.run = runs.n AND inbox.kind NOT IN ('early', 'refused'))`
/** The columns that a list has too. */
const LISTED = `n, runs.id, pipeline, status, owner, leg, user_id, org_id, started_at, updated_at, error`
const LARGE = `input, options, kept`
const COLUMNS = `
  ${LISTED}, fence, facts_before, crashes, wake_at, reopened, ${LARGE}, fingerprint,
  ${IS_OWNED} AS owned, ${HAS_INBOX} AS has_inbox, coalesce(wake_at <= :now, 0) AS is_due,
  (SELECT coalesce(max(n), 0) FROM facts WHERE facts.run = runs.n) AS facts`
export const FIND: string = `SELECT ${COLUMNS} FROM runs JOIN graphs ON graphs.id = runs.graph WHERE runs.id = :id`
export const RESULT: string = `SELECT result FROM runs WHERE n = ?`

export const HAS: string = `SELECT 1 FROM runs WHERE id = ?`
export const ADD: string = `
  INSERT INTO runs (id, pipeline, graph, status, owner, fence, leg, facts_before, crashes, user_id, org_id, started_at, updated_at,
    input, options, kept)
  VALUES (:id, :pipeline, :graph, 'running', :owner, 1, 1, 0, 0, :userId, :orgId, :startedAt, ${NOW}, :input, :options, :kept)
  RETURNING n`
export const CLAIM: string = `
  UPDATE runs SET owner = :owner, graph = :graph, status = 'running', fence = fence + 1, leg = leg + 1, facts_before = :facts,
    crashes = :crashes, updated_at = ${NOW}, error = NULL, wake_at = NULL
  WHERE n = :run`
/** Ends a leg whose lease still holds, or a run that no process carries. */
export const END: string = `
  UPDATE runs SET status = :status, result = :result, error = :error, wake_at = :wakeAt, owner = NULL, crashes = 0, fence = fence + 1, updated_at = ${NOW}
  WHERE n = :run AND fence = :fence`
/** A failed run that is tried again. No process carries it yet. */
export const REOPEN: string = `
  UPDATE runs SET status = 'running', owner = NULL, fence = fence + 1, facts_before = :facts, crashes = 0, options = :options,
    result = NULL, error = NULL, reopened = reopened + 1, updated_at = ${NOW}
  WHERE n = :run`
/** A first leg in which no stage has begun leaves no run. */
export const UNDO_ADD: string = `DELETE FROM runs WHERE n = ? AND fence = ?`
export const RELEASE: string = `UPDATE runs SET owner = NULL WHERE n = ? AND fence = ?`

export const RENEW: string = `
  INSERT INTO owners (id, until) VALUES (:owner, ${NOW} + :ms) ON CONFLICT DO UPDATE SET until = excluded.until`
export const LEAVE: string = `DELETE FROM owners WHERE id = ?`
/** Owners whose lease has ended and who own nothing. */
export const FORGET_OWNERS: string = `
  DELETE FROM owners WHERE until < ${NOW} AND id NOT IN (SELECT owner FROM runs WHERE owner IS NOT NULL)`
export const OWNED: string = `SELECT n, id, fence FROM runs WHERE owner = ?`

/**
 * Inserts nothing if the fence is no longer that of the run, because another process has taken it. Nor if the fact before this one is
 * missing, because there was no room for it.
 */
export const ADD_FACT: string = `
  INSERT INTO facts (run, n, kind, key, at, value) SELECT :run, :n, :kind, :key, :at, :value FROM runs
  WHERE runs.n = :run AND fence = :fence AND :n = 1 + (SELECT coalesce(max(n), 0) FROM facts WHERE facts.run = :run)`
/** A fact that a run keeps when it is tried again. */
export const RESTORE_FACT: string = `
  INSERT INTO facts (run, n, kind, key, at, value) VALUES (:run, :n, :kind, :key, :at, :value)`
export const FACTS: string = `SELECT n, kind, key, at, value FROM facts WHERE run = ? AND n > ? ORDER BY n LIMIT ?`
export const KEYS: string = `SELECT kind, key FROM facts WHERE run = ? ORDER BY n`

export const FIND_SCHEDULE: string = `SELECT name, cron, timezone, newest FROM schedules WHERE name = ?`
export const PUT_SCHEDULE: string = `
  INSERT INTO schedules (name, cron, timezone, newest) VALUES (:name, :cron, :timezone, :newest)
  ON CONFLICT DO UPDATE SET cron = excluded.cron, timezone = excluded.timezone, newest = excluded.newest`
export const NOTE_TIME: string = `UPDATE schedules SET newest = :time WHERE name = :name AND newest < :time`

export const ADD_TO_INBOX: string = `
  INSERT INTO inbox (run, kind, key, value) VALUES (:run, :kind, :key, :value) ON CONFLICT DO NOTHING`
export const INBOX: string = `SELECT n, kind, key, value FROM inbox WHERE run = ? ORDER BY n`
export const TAKE: string = `DELETE FROM inbox WHERE n = ?`
export const EMPTY_INBOX: string = `DELETE FROM inbox WHERE run = ?`
/** A run that has ended keeps the answers that no leg took. */
export const KEEP_ANSWERS: string = `DELETE FROM inbox WHERE run = ? AND kind NOT IN ('answer', 'early', 'refused')`
/** A leg that has lost its lease lives, so what followed it doesn't count as a crash. */
export const NOT_CRASHED: string = `UPDATE runs SET crashes = 0 WHERE n = ?`
/** The runs of an owner that have something in their inbox. */
export const WITH_INBOX: string = `
  SELECT DISTINCT inbox.run FROM inbox JOIN runs ON runs.n = inbox.run WHERE owner = ? AND inbox.kind NOT IN ('early', 'refused')`

/**
 * The runs of a pipeline with one of these statuses, and those that wait and can go on: something is in their inbox, or their time has
 * passed. There may be very many that only wait: the index of statuses, the inbox and the index of times lead past them. A plus sign keeps
 * SQLite from using another index.
 */
const unfinished = (statuses: string, condition: string): string => `
  SELECT n, id, status, ${IS_OWNED} AS owned FROM (
    SELECT n, id, status, owner FROM runs
      WHERE +pipeline = :pipeline AND status IN (${statuses})
    UNION
    SELECT runs.n, runs.id, runs.status, runs.owner FROM inbox CROSS JOIN runs ON runs.n = inbox.run
      WHERE +pipeline = :pipeline AND status = 'suspended' AND inbox.kind NOT IN ('early', 'refused')
    UNION
    SELECT n, id, status, owner FROM runs WHERE wake_at <= :now AND +pipeline = :pipeline AND +status = 'suspended'
  ) AS runs ${condition} ORDER BY n`
/** Runs that no process carries and that can go on: their process has died, or an answer or a cancel has come for them. */
export const ABANDONED: string = unfinished(`'running'`, `WHERE NOT ${IS_OWNED}`)
export const UNFINISHED: string = unfinished(`'running', 'blocked'`, '')

/** What `list` filters by. Only the conditions that a caller has given are in the statement, so that their index is used. */
const CONDITIONS = {
  status: 'status = :status',
  pipeline: 'pipeline = :pipeline',
  userId: 'user_id = :userId',
  orgId: 'org_id = :orgId',
  from: 'started_at >= :from',
  to: 'started_at < :to',
  before: '(started_at, n) < (:beforeAt, :beforeRun)',
}
/** The runs with these conditions, the newest first. */
export function listOf(conditions: readonly (keyof typeof CONDITIONS)[]): string {
  const all = conditions.map((name) => CONDITIONS[name]).join(' AND ')
  return `
  SELECT ${LISTED}, ${IS_OWNED} AS owned
  FROM runs ${all && `WHERE ${all}`} ORDER BY started_at DESC, n DESC LIMIT :limit`
}

export const SET_RETENTION: string = `UPDATE settings SET retention_ms = :ms WHERE retention_ms <> :ms`
/** Runs that ended longer ago than the file keeps them. */
export const OUTDATED: string = `
  SELECT n FROM runs WHERE status IN ('completed', 'cancelled', 'failed') AND updated_at < ${NOW} - (SELECT retention_ms FROM settings)
  ORDER BY updated_at LIMIT :most`
export const DELETE_FACTS: string = `DELETE FROM facts WHERE run = ?`
export const DELETE_RUN: string = `DELETE FROM runs WHERE n = ?`
