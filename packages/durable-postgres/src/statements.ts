import { Buffer } from 'node:buffer'
import { createHash } from 'node:crypto'
import { deflateRawSync, inflateRawSync } from 'node:zlib'

import { hasEnded } from '@stageflow/durable-engine'
import type { AddedFact, Question, RunFilter } from '@stageflow/durable-engine'

import { Sql, identifier, list, sql } from './sql.ts'

/** The rows of the last statement of a message. */
type Rows = readonly Readonly<Record<string, unknown>>[]

/** A question to the tables as SQL. */
export interface Inquiry {
  readonly statements: readonly Sql[]
  /** Makes the answer of the rows. Undefined if the question has no answer, so that the statements can wait for others. */
  readonly answer: ((rows: Rows) => unknown) | undefined
  /** The run that other processes may wait for: they are notified once it is committed. */
  readonly changed?: number | undefined
  /** The graph that the journal has for certain once it is committed. */
  readonly graph?: string
}

/** The statements of a journal in one schema. */
export class Statements {
  readonly #tables: Record<'format' | 'owners' | 'graphs' | 'runs' | 'facts' | 'inbox' | 'schedules', Sql>
  readonly #now: Sql
  readonly #addFact: Sql
  readonly #digestOf: Sql
  readonly #columns: Sql
  /** The digests of the graphs that the journal has, by their shapes. */
  readonly #keptGraphs = new Map<string, string>()

  constructor(schema: string) {
    const named = (name: string): Sql => new Sql(`${identifier(schema).text}.${name}`)
    this.#tables = {
      format: named('format'),
      owners: named('owners'),
      graphs: named('graphs'),
      runs: named('runs'),
      facts: named('facts'),
      inbox: named('inbox'),
      schedules: named('schedules'),
    }
    this.#now = named('now_ms()')
    this.#addFact = named('add_fact')
    this.#digestOf = named('digest_of')
    const { facts, inbox } = this.#tables
    const isCalled = sql`EXISTS (SELECT 1 FROM ${inbox} i WHERE i.run = r.n AND i.kind NOT IN ('early', 'refused'))`
    const count = sql`(SELECT coalesce(max(f.n), 0) FROM ${facts} f WHERE f.run = r.n)`
    this.#columns = new Sql(
      [
        COLUMNS,
        sql`${this.#isOwned()}::int AS owned`.text,
        sql`${isCalled}::int AS has_inbox`.text,
        sql`${count} AS facts`.text,
        sql`coalesce(r.wake_at <= ${this.#now}, false)::int AS is_due`.text,
      ].join(', '),
    )
  }

  /** The version of the tables, and whether a statement without a transaction of its own has one that writes. */
  format(): Sql {
    return sql`
      SELECT version, current_setting('default_transaction_isolation') = 'read committed'
        AND current_setting('default_transaction_read_only') = 'off' AS writes_alone
      FROM ${this.#tables.format}`
  }

  /**
   * A question as SQL. `isWrite`: it is asked in a transaction that writes. Each statement sees what was committed before it: one that
   * waits for a lock and reads other tables too would see those as they were before the wait.
   */
  inquiry(question: Question, isWrite: boolean): Inquiry {
    const { owners, runs, facts, inbox, schedules } = this.#tables
    const now = this.#now
    switch (question[0]) {
      case 'findRun': {
        const [, id] = question
        const lock = sql`SELECT 1 FROM ${runs} WHERE id = ${id} FOR UPDATE`
        const find = sql`SELECT ${this.#columns} FROM ${this.#runsAndGraphs()} WHERE r.id = ${id}`
        return { statements: isWrite ? [lock, find] : [find], answer: ([row]) => row }
      }
      case 'resultText': {
        const [, run] = question
        return {
          statements: [sql`SELECT encode(result, 'base64') AS result FROM ${runs} WHERE n = ${run}`],
          answer: ([row]) => inflated(row?.['result']),
        }
      }
      case 'listRuns': {
        const [, filter] = question
        return { statements: [this.#list(filter)], answer: (rows) => rows }
      }
      case 'abandonedRuns': {
        const [, pipeline] = question
        const abandoned = this.#unfinished(pipeline, sql`'running'`)
        return { statements: [sql`${abandoned} WHERE NOT ${this.#isOwned()} ORDER BY r.n`], answer: (rows) => rows }
      }
      case 'unfinishedRuns': {
        const [, pipeline] = question
        const unfinished = this.#unfinished(pipeline, sql`'running', 'blocked'`)
        return { statements: [sql`${unfinished} ORDER BY r.n`], answer: (rows) => rows }
      }
      case 'addRun': {
        const [, { id, pipeline, graph, owner, userId, orgId, startedAt, input, options, kept }] = question
        const add = sql`
          INSERT INTO ${runs} (id, pipeline, graph, status, owner, fence, leg, facts_before, crashes, user_id, org_id, started_at, updated_at,
            input, options, kept)
          VALUES (${id}, ${pipeline}, ${this.#graph(graph)}, 'running', ${owner}, 1, 1, 0, 0, ${userId}, ${orgId}, ${startedAt}, ${now},
            ${input}, ${options}, ${kept})
          ON CONFLICT (id) DO NOTHING RETURNING n::float8 AS n`
        return { statements: [...this.#addGraph(graph), add], answer: ([row]) => row?.['n'], graph }
      }
      case 'claimRun': {
        const [, { run, owner, graph, facts: count, crashes }] = question
        const claim = sql`
          UPDATE ${runs} SET owner = ${owner}, graph = ${this.#graph(graph)}, status = 'running', fence = fence + 1, leg = leg + 1,
            facts_before = ${count}, crashes = ${crashes}, updated_at = ${now}, error = NULL, wake_at = NULL
          WHERE n = ${run}`
        return { statements: [...this.#addGraph(graph), claim], answer: undefined, graph }
      }
      case 'reopenRun': {
        const [, { run, options, facts: kept }] = question
        const rows = kept.map(({ n, kind, key, at, value }) => sql`(${run}, ${n}, ${kind}, ${key}, ${at}, ${value})`)
        const restore = sql`INSERT INTO ${facts} (run, n, kind, key, at, value) VALUES ${list(rows)}`
        const reopen = sql`
          UPDATE ${runs} SET status = 'running', owner = NULL, fence = fence + 1, facts_before = ${kept.length}, crashes = 0,
            options = ${options}, result = NULL, error = NULL, reopened = reopened + 1, updated_at = ${now}
          WHERE n = ${run}`
        return {
          statements: [sql`DELETE FROM ${facts} WHERE run = ${run}`, ...(kept.length > 0 ? [restore] : []), reopen],
          answer: undefined,
          changed: run,
        }
      }
      case 'lockRun': {
        const [, run] = question
        return { statements: [this.#lock(run)], answer: undefined }
      }
      case 'endLeg': {
        const [, leg] = question
        const { run, fence, status, error, wakeAt } = leg
        const result =
          leg.result === null ? null : sql`decode(${deflateRawSync(leg.result).toString('base64')}, 'base64')`
        const end = sql`
          UPDATE ${runs} SET status = ${status}, result = ${result}, error = ${error}, wake_at = ${wakeAt}, owner = NULL, crashes = 0,
            fence = fence + 1, updated_at = ${now}
          WHERE n = ${run} AND fence = ${fence} RETURNING n`
        // A run that has ended keeps the answers that no leg took.
        const endAll = sql`
          WITH ended AS (${end}),
          emptied AS (DELETE FROM ${inbox} WHERE run IN (SELECT n FROM ended) AND kind NOT IN ('answer', 'early', 'refused'))
          SELECT n FROM ended`
        // An answer that is being committed is seen only after the lock.
        return {
          statements: hasEnded(leg) ? [this.#lock(run), endAll] : [end],
          answer: (rows) => rows.length === 1,
          changed: run,
        }
      }
      case 'removeRun': {
        const [, run, fence] = question
        const remove = sql`DELETE FROM ${runs} WHERE n = ${run} AND fence = ${fence}`
        return { statements: [remove], answer: undefined, changed: run }
      }
      case 'releaseRun': {
        const [, run, fence] = question
        const release = sql`UPDATE ${runs} SET owner = NULL WHERE n = ${run} AND fence = ${fence}`
        return { statements: [release], answer: undefined, changed: run }
      }
      case 'notCrashed': {
        const [, run] = question
        return { statements: [sql`UPDATE ${runs} SET crashes = 0 WHERE n = ${run}`], answer: undefined }
      }
      case 'renewLease': {
        const [, owner, ms] = question
        const renew = sql`
          INSERT INTO ${owners} (id, until) VALUES (${owner}, ${now} + ${ms}) ON CONFLICT (id) DO UPDATE SET until = excluded.until`
        return { statements: [renew], answer: undefined }
      }
      case 'endLease': {
        const [, owner] = question
        return { statements: [sql`DELETE FROM ${owners} WHERE id = ${owner}`], answer: undefined }
      }
      case 'ownedRuns': {
        const [, owner] = question
        const owned = sql`SELECT n::float8 AS n, id, fence FROM ${runs} WHERE owner = ${owner}`
        return { statements: [owned], answer: (rows) => rows }
      }
      case 'facts': {
        const [, run, after, limit] = question
        const some = sql`SELECT n, kind, key, at, value FROM ${facts} WHERE run = ${run} AND n > ${after} ORDER BY n LIMIT ${limit}`
        return { statements: [some], answer: (rows) => rows }
      }
      case 'factKeys': {
        const [, run] = question
        return {
          statements: [sql`SELECT kind, key FROM ${facts} WHERE run = ${run} ORDER BY n`],
          answer: (rows) => rows,
        }
      }
      case 'inbox': {
        const [, run] = question
        const rows = sql`SELECT n::float8 AS n, kind, key, value FROM ${inbox} WHERE run = ${run} ORDER BY inbox.n`
        return { statements: [rows], answer: (found) => found }
      }
      case 'addToInbox': {
        const [, { run, kind, key, value }] = question
        const add = sql`
          INSERT INTO ${inbox} (run, kind, key, value) VALUES (${run}, ${kind}, ${key}, ${value}) ON CONFLICT (run, kind, ${this.#digestOf}(key)) DO NOTHING`
        return {
          statements: [add],
          answer: undefined,
          changed: kind === 'early' || kind === 'refused' ? undefined : run,
        }
      }
      case 'takeFromInbox': {
        const [, row] = question
        return { statements: [sql`DELETE FROM ${inbox} WHERE n = ${row}`], answer: undefined }
      }
      case 'emptyInbox': {
        const [, run] = question
        return { statements: [sql`DELETE FROM ${inbox} WHERE run = ${run}`], answer: undefined }
      }
      case 'runsWithInbox': {
        const [, owner] = question
        const called = sql`
          SELECT DISTINCT i.run::float8 AS run FROM ${inbox} i JOIN ${runs} r ON r.n = i.run WHERE r.owner = ${owner} AND i.kind NOT IN ('early', 'refused')`
        return { statements: [called], answer: (rows) => rows.map(({ run }) => run) }
      }
      case 'findSchedule': {
        const [, name] = question
        const find = sql`SELECT name, cron, timezone, newest FROM ${schedules} WHERE name = ${name}`
        return { statements: [isWrite ? sql`${find} FOR UPDATE` : find], answer: ([row]) => row }
      }
      case 'putSchedule': {
        const [, { name, cron, timezone, newest }] = question
        const put = sql`
          INSERT INTO ${schedules} (name, cron, timezone, newest) VALUES (${name}, ${cron}, ${timezone}, ${newest})
          ON CONFLICT (name) DO UPDATE SET cron = excluded.cron, timezone = excluded.timezone, newest = excluded.newest`
        return { statements: [put], answer: undefined }
      }
      case 'noteTime': {
        const [, name, time] = question
        const note = sql`UPDATE ${schedules} SET newest = ${time} WHERE name = ${name} AND newest < ${time}`
        return { statements: [note], answer: undefined }
      }
    }
  }

  /**
   * Adds the facts whose runs have their fence and the fact before them, and returns the facts that the journal has then. `wait`: whether
   * it waits for runs that another transaction has locked, or leaves them out.
   */
  addFacts(added: readonly AddedFact[], wait: boolean): Sql {
    const given = added.map(
      ({ run, fence, n, kind, key, at, value, taken = null }) =>
        sql`(${run}::bigint, ${fence}::int, ${n}::int, ${kind}, ${key}, ${at}::float8, ${value}, ${taken}::bigint)`,
    )
    const isAdded = sql`${this.#addFact}(g.run, g.fence, g.n, g.kind, g.key, g.at, g.value, g.taken, ${new Sql(`${wait}`)})`
    return sql`
      SELECT g.run::float8 AS run, g.fence, g.n FROM (VALUES ${list(given)}) AS g (run, fence, n, kind, key, at, value, taken) WHERE ${isAdded}`
  }

  /** Sets how long the journal keeps runs that have ended, in ms. */
  setRetention(ms: number): Sql {
    return sql`UPDATE ${this.#tables.format} SET retention_ms = ${ms} WHERE retention_ms <> ${ms}`
  }
  /** Deletes at most so many of the runs that ended longer ago than the journal keeps them. */
  deleteOutdated(most: number): readonly Sql[] {
    const { format, owners, runs, facts, inbox } = this.#tables
    return [
      sql`
      WITH outdated AS MATERIALIZED (
        SELECT n FROM ${runs} WHERE status IN ('completed', 'cancelled', 'failed') AND updated_at < ${this.#now} - (SELECT retention_ms FROM ${format})
        ORDER BY updated_at LIMIT ${most} FOR UPDATE SKIP LOCKED
      ),
      gone AS (DELETE FROM ${facts} WHERE run IN (SELECT n FROM outdated)),
      emptied AS (DELETE FROM ${inbox} WHERE run IN (SELECT n FROM outdated))
      DELETE FROM ${runs} WHERE n IN (SELECT n FROM outdated)`,
      sql`
      DELETE FROM ${owners} o WHERE until < ${this.#now} AND NOT EXISTS (SELECT 1 FROM ${runs} r WHERE r.owner = o.id)`,
    ]
  }

  #lock(run: number): Sql {
    return sql`SELECT 1 FROM ${this.#tables.runs} WHERE n = ${run} FOR UPDATE`
  }
  /** Whether the owner of a run is alive: its lease has not ended. */
  #isOwned(): Sql {
    return sql`EXISTS (SELECT 1 FROM ${this.#tables.owners} o WHERE o.id = r.owner AND o.until > ${this.#now})`
  }
  #runsAndGraphs(): Sql {
    return sql`${this.#tables.runs} r JOIN ${this.#tables.graphs} g ON g.id = r.graph`
  }

  /**
   * The runs of a pipeline with one of these statuses, and those that wait and can go on: something is in their inbox, or their time has
   * passed. There may be very many that only wait: the indexes lead past them.
   */
  #unfinished(pipeline: string, statuses: Sql): Sql {
    const { runs, inbox } = this.#tables
    return sql`
      SELECT r.n::float8 AS n, r.id, r.status, ${this.#isOwned()}::int AS owned FROM (
        SELECT n, id, status, owner FROM ${runs} WHERE status IN (${statuses}) AND pipeline = ${pipeline}
        UNION
        SELECT w.n, w.id, w.status, w.owner FROM ${inbox} i JOIN ${runs} w ON w.n = i.run
          WHERE i.kind NOT IN ('early', 'refused') AND w.pipeline = ${pipeline} AND w.status = 'suspended'
        UNION
        SELECT n, id, status, owner FROM ${runs} WHERE wake_at <= ${this.#now} AND pipeline = ${pipeline} AND status = 'suspended'
      ) AS r`
  }

  #list({ status, pipeline, userId, orgId, from, to, before, limit }: RunFilter): Sql {
    const conditions = [
      ...(status === null ? [] : [sql`r.status = ${status}`]),
      ...(pipeline === null ? [] : [sql`r.pipeline = ${pipeline}`]),
      ...(userId === null ? [] : [sql`r.user_id = ${userId}`]),
      ...(orgId === null ? [] : [sql`r.org_id = ${orgId}`]),
      ...(from === null ? [] : [sql`r.started_at >= ${from}`]),
      ...(to === null ? [] : [sql`r.started_at < ${to}`]),
      ...(before === null ? [] : [sql`(r.started_at, r.n) < (${before.startedAt}, ${before.n})`]),
    ]
    const where = conditions.length === 0 ? '' : `WHERE ${conditions.map(({ text }) => text).join(' AND ')}`
    return sql`
      SELECT r.n::float8 AS n, r.id, r.pipeline, r.status, r.owner, ${this.#isOwned()}::int AS owned, r.leg, r.user_id, r.org_id, r.started_at,
        r.updated_at, r.error
      FROM ${this.#tables.runs} r ${new Sql(where)} ORDER BY r.started_at DESC, r.n DESC LIMIT ${limit}`
  }

  // Graphs are found by a digest: their shapes can be too long for an index.
  #addGraph(shape: string): readonly Sql[] {
    if (this.#keptGraphs.has(shape)) return []
    return [
      sql`
      INSERT INTO ${this.#tables.graphs} (digest, fingerprint) VALUES (${digestOf(shape)}, ${shape}) ON CONFLICT (digest) DO NOTHING`,
    ]
  }
  #graph(shape: string): Sql {
    const digest = this.#keptGraphs.get(shape) ?? digestOf(shape)
    return sql`(SELECT id FROM ${this.#tables.graphs} WHERE digest = ${digest})`
  }
  /** Notes that the journal has a graph, so that its shape isn't sent again. */
  noteGraph(shape: string): void {
    if (this.#keptGraphs.size >= MOST_GRAPHS) this.#keptGraphs.clear()
    this.#keptGraphs.set(shape, digestOf(shape))
  }
}

function inflated(result: unknown): string | null {
  if (typeof result !== 'string') return null
  try {
    return inflateRawSync(Buffer.from(result, 'base64')).toString()
  } catch {
    // It is damaged, and so is an empty text: the engine says so.
    return ''
  }
}

const COLUMNS = [
  ...[
    'n::float8 AS n',
    'id',
    'pipeline',
    'status',
    'owner',
    'fence',
    'leg',
    'facts_before',
    'crashes',
    'reopened',
    'user_id',
    'org_id',
  ],
  ...['started_at', 'updated_at', 'wake_at', 'input', 'options', 'kept', 'error'],
]
  .map((column) => `r.${column}`)
  .concat('g.fingerprint')
  .join(', ')

const MOST_GRAPHS = 1_000

const digestOf = (shape: string): string => createHash('sha256').update(shape).digest('base64url')
