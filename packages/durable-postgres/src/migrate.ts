import { StageflowError } from '@stageflow/core'
import { codeOf } from '@stageflow/core/kit'

import type { Connection } from './connections.ts'
import { identifier, sql } from './sql.ts'
import type { Sql } from './sql.ts'
import type { Statements } from './statements.ts'
import { undone } from './transaction.ts'

/** The version of the tables. Format 1 was never published, so no step leads from it to this one. */
export const FORMAT = 2

/** Makes the tables of a format out of those of the one before. `s`: the schema. */
export type Step = (s: Sql) => readonly Sql[]

/** The steps by the format that they lead to: none is needed before this format changes. */
export const STEPS: ReadonlyMap<number, Step> = new Map()

/**
 * `runs.n` numbers the runs, so that facts don't repeat their ids. `kept` is what interceptors kept when the run was admitted, `wake_at` when a
 * suspended run goes on without an answer. `facts_before` is the number of facts when the last leg began. `crashes` counts the legs in a
 * row that ended with their process and added no fact. `inbox` has what other processes want of a run: only its owner turns that into
 * facts, so facts have one order. The time of leases and waits is that of `now_ms`.
 */
const create: Step = (s) => [
  sql`
  CREATE FUNCTION ${s}.now_ms() RETURNS double precision LANGUAGE sql VOLATILE AS
    'SELECT (extract(epoch FROM clock_timestamp()) * 1000)::double precision'`,
  sql`CREATE TABLE ${s}.format (version int NOT NULL, retention_ms double precision NOT NULL)`,
  sql`CREATE TABLE ${s}.owners (id text COLLATE "C" PRIMARY KEY, until double precision NOT NULL)`,
  sql`
  CREATE TABLE ${s}.schedules (
    name text COLLATE "C" PRIMARY KEY,
    cron text NOT NULL,
    timezone text NOT NULL,
    newest double precision NOT NULL
  )`,
  sql`
  CREATE TABLE ${s}.graphs (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    digest text COLLATE "C" NOT NULL UNIQUE,
    fingerprint text NOT NULL
  )`,
  sql`
  CREATE TABLE ${s}.runs (
    n bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id text COLLATE "C" NOT NULL UNIQUE,
    pipeline text COLLATE "C" NOT NULL,
    graph bigint NOT NULL,
    status text COLLATE "C" NOT NULL,
    owner text COLLATE "C",
    fence int NOT NULL,
    leg int NOT NULL,
    facts_before int NOT NULL,
    crashes int NOT NULL,
    reopened int NOT NULL DEFAULT 0,
    user_id text COLLATE "C",
    org_id text COLLATE "C",
    started_at double precision NOT NULL,
    updated_at double precision NOT NULL,
    wake_at double precision,
    input text NOT NULL,
    options text NOT NULL,
    kept text,
    result bytea,
    error text
  )`,
  sql`CREATE INDEX runs_started ON ${s}.runs (started_at, n)`,
  sql`CREATE INDEX runs_of_status ON ${s}.runs (status, started_at, n)`,
  sql`CREATE INDEX runs_of_pipeline ON ${s}.runs (pipeline, status, started_at, n)`,
  sql`CREATE INDEX runs_of_user ON ${s}.runs (user_id, started_at, n) WHERE user_id IS NOT NULL`,
  sql`CREATE INDEX runs_of_org ON ${s}.runs (org_id, started_at, n) WHERE org_id IS NOT NULL`,
  sql`CREATE INDEX runs_waking ON ${s}.runs (wake_at) WHERE wake_at IS NOT NULL`,
  sql`CREATE INDEX runs_owned ON ${s}.runs (owner) WHERE owner IS NOT NULL`,
  sql`CREATE INDEX runs_ended ON ${s}.runs (updated_at) WHERE status IN ('completed', 'cancelled', 'failed')`,
  sql`
  CREATE TABLE ${s}.facts (
    run bigint NOT NULL,
    n int NOT NULL,
    kind text COLLATE "C" NOT NULL,
    key text COLLATE "C" NOT NULL,
    at double precision NOT NULL,
    value text NOT NULL,
    PRIMARY KEY (run, n)
  )`,
  sql`
  CREATE TABLE ${s}.inbox (
    n bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    run bigint NOT NULL,
    kind text COLLATE "C" NOT NULL,
    key text COLLATE "C" NOT NULL,
    value text NOT NULL
  )`,
  // An index takes no more than 2,704 bytes, and the key of a stage deep in child pipelines can be longer.
  sql`
  CREATE FUNCTION ${s}.digest_of(key text) RETURNS bytea LANGUAGE sql IMMUTABLE AS 'SELECT sha256(convert_to(key, ''UTF8''))'`,
  sql`CREATE UNIQUE INDEX inbox_keys ON ${s}.inbox (run, kind, ${s}.digest_of(key))`,
  // Its plans are kept by the session, so a fact costs no planning. The lock on the run keeps other processes from claiming it before the fact
  // is committed. A fact that is there already was added by an earlier try. Nothing is
  // added to a run whose fact before it is missing: it could not be written.
  sql`
  CREATE FUNCTION ${s}.add_fact(
    its_run bigint, its_fence int, its_n int, its_kind text, its_key text, its_at double precision, its_value text, its_row bigint, waits boolean
  ) RETURNS boolean LANGUAGE plpgsql AS $add_fact$
  BEGIN
    IF waits THEN
      PERFORM FROM ${s}.runs WHERE n = its_run AND fence = its_fence FOR SHARE;
    ELSE
      PERFORM FROM ${s}.runs WHERE n = its_run AND fence = its_fence FOR SHARE SKIP LOCKED;
    END IF;
    IF NOT FOUND OR its_n > 1 + (SELECT coalesce(max(n), 0) FROM ${s}.facts WHERE run = its_run) THEN
      RETURN false;
    END IF;
    INSERT INTO ${s}.facts (run, n, kind, key, at, value) VALUES (its_run, its_n, its_kind, its_key, its_at, its_value)
      ON CONFLICT (run, n) DO NOTHING;
    IF its_row IS NOT NULL THEN
      DELETE FROM ${s}.inbox WHERE n = its_row;
    END IF;
    RETURN true;
  END $add_fact$`,
  sql`INSERT INTO ${s}.format (version, retention_ms) VALUES (${FORMAT}, ${30 * 86_400_000})`,
]

export interface Migration {
  readonly schema: string
  readonly statements: Statements
  /** Which format the tables have at the end, and how they get there. */
  readonly format: number
  readonly steps: ReadonlyMap<number, Step>
}

/** Creates the tables, or makes them those of this version. One process at a time: the others wait, and find them. */
export async function migrate(connection: Connection, migration: Migration): Promise<void> {
  const { schema } = migration
  const [key, s] = [`@stageflow/durable-postgres ${schema}`, identifier(schema)]
  try {
    const [, , [found] = []] = await connection.send([
      sql`BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE`,
      sql`SELECT pg_advisory_xact_lock(hashtextextended(${key}, 0))`,
      // Looked for, because PostgreSQL demands the right to create even if they exist.
      sql`SELECT to_regnamespace(${s.text}) IS NOT NULL AS has_schema, to_regclass(${`${s.text}.format`}) IS NOT NULL AS has_format`,
    ])
    const newSchema = found?.['has_schema'] === true ? [] : [sql`CREATE SCHEMA ${s}`]
    const steps = found?.['has_format'] === true ? await stepsFrom(connection, migration) : [...newSchema, ...create(s)]
    await connection.send([...steps, sql`COMMIT`])
  } catch (error) {
    throw await undone(connection, codeOf(error) === TABLE_EXISTS ? otherTables(schema) : error)
  }
}
const TABLE_EXISTS = '42P07'

async function stepsFrom(
  connection: Connection,
  { schema, statements, format, steps }: Migration,
): Promise<readonly Sql[]> {
  const [[row] = []] = await connection.send([statements.format()])
  const before = row?.['version']
  checkFormat(schema, before, format)
  const s = identifier(schema)
  const all: Sql[] = []
  for (let version = Number(before) + 1; version <= format; version++) {
    const step = steps.get(version)
    if (step === undefined) throw olderFormat(schema, before)
    all.push(...step(s), sql`UPDATE ${s}.format SET version = ${version}`)
  }
  return all
}

/** Throws if a newer version has written the tables. */
export function checkFormat(schema: string, version: unknown, format: number): void {
  if (typeof version !== 'number') throw otherTables(schema)
  if (version > format)
    throw new StageflowError(
      'durable-postgres/other-tables',
      `The journal in the schema "${schema}" has format ${version}, which a newer version of @stageflow/durable-postgres has written; this one knows formats up to ${format}. Update the package, or pass another schema.`,
    )
}

export const olderFormat = (schema: string, version: unknown): StageflowError =>
  new StageflowError(
    'durable-postgres/other-tables',
    `The journal in the schema "${schema}" has format ${String(version)}, which no longer exists. Pass another schema, or drop this one if its runs may go.`,
  )

const otherTables = (schema: string): StageflowError =>
  new StageflowError(
    'durable-postgres/other-tables',
    `The schema "${schema}" has tables of the same names that aren't a journal. Pass a schema of its own, such as durablePostgres({ pool, schema: 'stageflow_runs' }).`,
  )
