import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { deflateRawSync, inflateRawSync } from 'node:zlib'

import { StageflowError } from '@stageflow/core'
import type { Clock } from '@stageflow/core'
import { hasEnded } from '@stageflow/durable-engine'
import type {
  AddedFact,
  AddedInboxRow,
  AddedRun,
  ClaimedRun,
  EndedLeg,
  FactKey,
  FactRow,
  FoundRun,
  InboxRow,
  ListedRun,
  OwnedRun,
  ReopenedRun,
  RunFilter,
  RunRow,
  ScheduleRow,
  Tables,
} from '@stageflow/durable-engine'

import { pragma } from './journal-file.ts'
import {
  ABANDONED,
  ADD,
  ADD_FACT,
  ADD_GRAPH,
  ADD_TO_INBOX,
  CLAIM,
  DELETE_FACTS,
  DELETE_RUN,
  EMPTY_INBOX,
  END,
  FACTS,
  FIND,
  FIND_GRAPH,
  FIND_SCHEDULE,
  FORGET_OWNERS,
  HAS,
  INBOX,
  KEEP_ANSWERS,
  KEYS,
  LEAVE,
  NOTE_TIME,
  NOT_CRASHED,
  OUTDATED,
  OWNED,
  PUT_SCHEDULE,
  RELEASE,
  RENEW,
  REOPEN,
  RESTORE_FACT,
  RESULT,
  TAKE,
  UNDO_ADD,
  UNFINISHED,
  WITH_INBOX,
  listOf,
} from './statements.ts'

interface TablesPlan {
  readonly path: string
  readonly maxBytes: number
  readonly clock: Pick<Clock, 'now'>
}

/** The tables of a journal in its file. All methods answer at once. */
export class SqliteTables implements Tables {
  readonly #database: DatabaseSync
  readonly #plan: TablesPlan
  readonly #pageSize: number
  readonly #statements = new Map<string, StatementSync>()

  constructor(database: DatabaseSync, plan: TablesPlan) {
    this.#database = database
    this.#plan = plan
    this.#pageSize = pragma(database, 'page_size')
  }

  // Runs

  findRun(id: string): RunRow | undefined {
    return this.#get<RunRow>(FIND, { id, now: this.#plan.clock.now() })
  }
  resultText(run: number): string | null {
    const result = this.#get<{ readonly result: Uint8Array | null }>(RESULT, run)?.result ?? null
    if (result === null) return null
    try {
      return inflateRawSync(result).toString()
    } catch {
      // It is damaged, and so is an empty text: the engine says so.
      return ''
    }
  }
  listRuns({ limit, before, ...filter }: RunFilter): readonly ListedRun[] {
    const given = Object.entries(filter).filter(([, value]) => value !== null)
    const names = given.map(([name]) => name as keyof typeof filter)
    const page = before === null ? {} : { beforeAt: before.startedAt, beforeRun: before.n }
    const sql = listOf(before === null ? names : [...names, 'before'])
    return this.#all(sql, { limit, ...Object.fromEntries(given), ...page })
  }
  abandonedRuns(pipeline: string): readonly FoundRun[] {
    return this.#all(ABANDONED, { pipeline, now: this.#plan.clock.now() })
  }
  unfinishedRuns(pipeline: string): readonly FoundRun[] {
    return this.#all(UNFINISHED, { pipeline, now: this.#plan.clock.now() })
  }

  addRun({ graph, ...run }: AddedRun): number | undefined {
    if (this.#get(HAS, run.id) !== undefined) return undefined
    if (!this.#hasRoom()) throw fullJournal(run.id, this.#plan.path)
    return this.#get<{ readonly n: number }>(ADD, { ...run, graph: this.#idOfGraph(graph) })?.n
  }
  claimRun({ graph, ...run }: ClaimedRun): void {
    this.#run(CLAIM, { ...run, graph: this.#idOfGraph(graph) })
  }
  reopenRun({ run, options, facts }: ReopenedRun): void {
    this.#run(DELETE_FACTS, run)
    for (const { n, kind, key, at, value } of facts) this.#run(RESTORE_FACT, { run, n, kind, key, at, value })
    this.#run(REOPEN, { run, options, facts: facts.length })
  }
  /** Each transaction has the whole file. */
  lockRun(): void {}
  endLeg(leg: EndedLeg): boolean {
    const result = leg.result === null ? null : deflateRawSync(leg.result)
    const isOurs = this.#run(END, { ...leg, result }) === 1
    if (isOurs && hasEnded(leg)) this.#run(KEEP_ANSWERS, leg.run)
    return isOurs
  }
  removeRun(run: number, fence: number): void {
    this.#run(UNDO_ADD, run, fence)
  }
  releaseRun(run: number, fence: number): void {
    this.#run(RELEASE, run, fence)
  }
  notCrashed(run: number): void {
    this.#run(NOT_CRASHED, run)
  }
  /** Deletes at most so many of the runs that ended longer ago than the file keeps them. Returns how many. */
  deleteOutdated(most: number): number {
    const runs = this.#all<{ readonly n: number }>(OUTDATED, { most })
    for (const { n } of runs) {
      this.#run(DELETE_FACTS, n)
      this.#run(EMPTY_INBOX, n)
      this.#run(DELETE_RUN, n)
    }
    this.#run(FORGET_OWNERS)
    return runs.length
  }

  /** The number of a graph. Adds it if it is new. */
  #idOfGraph(shape: string): number {
    this.#run(ADD_GRAPH, shape)
    return Number(this.#get<{ readonly id: number }>(FIND_GRAPH, shape)?.id)
  }
  #hasRoom(): boolean {
    const used = pragma(this.#database, 'page_count') - pragma(this.#database, 'freelist_count')
    return used * this.#pageSize < 0.9 * this.#plan.maxBytes
  }

  // Leases

  renewLease(owner: string, ms: number): void {
    this.#run(RENEW, { owner, ms })
  }
  endLease(owner: string): void {
    this.#run(LEAVE, owner)
  }
  ownedRuns(owner: string): readonly OwnedRun[] {
    return this.#all(OWNED, owner)
  }

  // Facts

  facts(run: number, after: number, limit: number): readonly FactRow[] {
    return this.#all(FACTS, run, after, limit)
  }
  factKeys(run: number): readonly FactKey[] {
    return this.#all(KEYS, run)
  }
  /** Returns false if the fence is no longer that of the run. */
  addFact({ taken, ...fact }: AddedFact): boolean {
    const isOurs = this.#run(ADD_FACT, fact) === 1
    if (isOurs && taken !== undefined) this.#run(TAKE, taken)
    return isOurs
  }

  // The inbox

  inbox(run: number): readonly InboxRow[] {
    return this.#all(INBOX, run)
  }
  addToInbox(row: AddedInboxRow): void {
    this.#run(ADD_TO_INBOX, row)
  }
  takeFromInbox(row: number): void {
    this.#run(TAKE, row)
  }
  emptyInbox(run: number): void {
    this.#run(EMPTY_INBOX, run)
  }
  runsWithInbox(owner: string): readonly number[] {
    return this.#all<{ readonly run: number }>(WITH_INBOX, owner).map(({ run }) => run)
  }

  // Schedules

  findSchedule(name: string): ScheduleRow | undefined {
    return this.#get(FIND_SCHEDULE, name)
  }
  putSchedule(row: ScheduleRow): void {
    this.#run(PUT_SCHEDULE, { ...row })
  }
  noteTime(name: string, time: number): void {
    this.#run(NOTE_TIME, { name, time })
  }

  // Statements

  #get<Row>(sql: string, ...values: readonly unknown[]): Row | undefined {
    return this.#prepared(sql).get(...(values as [])) as Row | undefined
  }
  #all<Row>(sql: string, ...values: readonly unknown[]): readonly Row[] {
    return this.#prepared(sql).all(...(values as [])) as Row[]
  }
  /** Returns how many rows have changed. */
  #run(sql: string, ...values: readonly unknown[]): number {
    return Number(this.#prepared(sql).run(...(values as [])).changes)
  }
  #prepared(sql: string): StatementSync {
    const known = this.#statements.get(sql)
    if (known !== undefined) return known
    const statement = this.#database.prepare(sql)
    this.#statements.set(sql, statement)
    return statement
  }
}

const fullJournal = (runId: string, path: string): StageflowError =>
  new StageflowError(
    'durable-local/full',
    `Run "${runId}" was not started: the journal "${path}" has reached 90% of maxBytes. Raise maxBytes, or shorten retentionMs so that ended runs are deleted sooner.`,
  )
