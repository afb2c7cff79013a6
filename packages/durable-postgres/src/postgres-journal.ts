import { randomUUID } from 'node:crypto'

import { systemClock } from '@stageflow/core'
import { codeOf } from '@stageflow/core/kit'
import { closedJournal } from '@stageflow/durable-engine'
import type { Act, AddedFact, Journal, Passing, Repetition } from '@stageflow/durable-engine'

import { Connections } from './connections.ts'
import type { Connection } from './connections.ts'
import { FactWriter } from './fact-writer.ts'
import { FORMAT, STEPS, checkFormat, migrate, olderFormat } from './migrate.ts'
import type { Step } from './migrate.ts'
import { Notifications } from './notifications.ts'
import type { JournalPool } from './options.ts'
import { explained, isContended, isOutage, unknownCommit } from './postgres-errors.ts'
import { Statements } from './statements.ts'
import { CommitLost, Reading, read, write, writeOnce } from './transaction.ts'
import type { LockLimits } from './transaction.ts'

export interface PostgresJournalPlan {
  readonly pool: JournalPool
  readonly schema: string
  readonly leaseMs: number
  /** Undefined: as the journal has it. */
  readonly retentionMs: number | undefined
  readonly timeoutMs: number
  readonly pollMs: number
  readonly listen: boolean
}

/** The journal of many machines, in one schema of PostgreSQL. */
export class PostgresJournal implements Journal {
  /** Its schema. */
  readonly name: string
  readonly pollMs: number
  readonly isRemote = true
  readonly #plan: PostgresJournalPlan
  readonly #statements: Statements
  readonly #connections: Connections
  readonly #notifications: Notifications
  readonly #facts: FactWriter
  readonly #limitMs: number
  readonly #lockLimits: LockLimits
  readonly #mayListen: boolean
  #checked: Promise<void> | undefined
  /** Whether a statement of its own writes, as the pool's connections are set. */
  #writesAlone = false
  #isClosed = false
  /** Wakes up what waits for its next try. */
  readonly #pauses = new Set<() => void>()

  constructor(plan: PostgresJournalPlan) {
    const { pool, schema, leaseMs, pollMs, timeoutMs } = plan
    this.name = schema
    this.pollMs = pollMs
    this.#plan = plan
    this.#statements = new Statements(schema)
    // What listens keeps its connection, so a pool of one has none for it.
    const most = pool.options?.max ?? DEFAULT_MAX
    this.#mayListen = plan.listen && most > 1
    this.#connections = new Connections(pool, this.#mayListen ? most - 1 : most)
    this.#limitMs = Math.min(timeoutMs, MOST_MS)
    this.#lockLimits = { waitMs: Math.min(1_000, leaseMs), silentMs: leaseMs }
    this.#notifications = new Notifications({
      pool,
      connections: this.#connections,
      channel: `stageflow.${schema}`,
      origin: randomUUID(),
      limitMs: this.#limitMs,
    })
    this.#facts = new FactWriter((facts, wait) => this.#addFacts(facts, wait))
  }

  async read<T>(act: Act<T>): Promise<T> {
    const reading = new Reading(act)
    return this.#tried(
      'read',
      () => !reading.hasAnswer,
      (connection) => read(connection, this.#statements, reading),
    )
  }

  async write<T>(act: () => Act<T>, repetition?: Repetition): Promise<T> {
    const isLost = (error: unknown): boolean => error instanceof CommitLost
    const { value, changes } = await this.#tried(
      'written',
      (error) => repetition === 'repeatable' || !isLost(error),
      (connection) => write(connection, this.#statements, this.#lockLimits, act()),
    )
    for (const graph of changes.graphs) this.#statements.noteGraph(graph)
    this.#notifications.tell(changes.runs)
    return value
  }

  addFact(fact: AddedFact): Promise<boolean> {
    return this.#facts.add(fact)
  }
  async #addFacts(facts: readonly AddedFact[], wait: boolean): Promise<ReadonlySet<AddedFact>> {
    const statement = this.#statements.addFacts(facts, wait)
    // A fact that was kept, and whose confirmation was lost, is found by the next try.
    const [rows = []] = await this.#tried(
      'written',
      () => true,
      async (connection) => {
        // One that waits for a lock needs its limit, which lasts as long as a transaction.
        const isAlone = this.#writesAlone && !wait
        return isAlone ? connection.send([statement]) : writeOnce(connection, this.#lockLimits, [statement])
      },
    )
    const kept = new Set((rows as readonly Numbered[]).map(idOf))
    return new Set(facts.filter((fact) => kept.has(idOf(fact))))
  }

  listen(changed: (run: number) => void): void {
    if (this.#mayListen) this.#notifications.listen(changed)
  }

  mayPass(error: unknown): Passing | undefined {
    const code = codeOf(error)
    if (code === 'durable-postgres/full') return 'after-help'
    return code === 'durable-postgres/unavailable' ? 'soon' : undefined
  }

  async cleanUp(): Promise<void> {
    const { retentionMs } = this.#plan
    const setRetention = retentionMs === undefined ? [] : [this.#statements.setRetention(retentionMs)]
    const statements = [...setRetention, ...this.#statements.deleteOutdated(RUNS_PER_CLEANUP)]
    try {
      await this.#use((connection) => writeOnce(connection, this.#lockLimits, statements))
    } catch {
      // The next cleanup tries again. A journal that can't be written fails the runs that need it.
    }
  }

  /** Creates the tables, or brings them to this format. */
  async migrate(format: number = FORMAT, steps: ReadonlyMap<number, Step> = STEPS): Promise<void> {
    const migration = { schema: this.name, statements: this.#statements, format, steps }
    await this.#repeated(
      'migrated',
      () => true,
      () => this.#connections.use(this.#limitMs, (connection) => migrate(connection, migration)),
    )
  }

  async close(limitMs: number = Infinity): Promise<void> {
    this.#isClosed = true
    for (const wake of this.#pauses) wake()
    this.#notifications.close()
    const stopTimer = systemClock.setTimeout(() => this.#connections.giveUp(), limitMs)
    await this.#connections.idle()
    stopTimer()
    this.#connections.close()
  }

  // Trying

  /** Carries out some work with the tables. `mayRepeat`: whether it may be tried again after an error of the server or the connection. */
  #tried<T>(
    doing: string,
    mayRepeat: (error: unknown) => boolean,
    work: (connection: Connection) => Promise<T>,
  ): Promise<T> {
    return this.#repeated(doing, mayRepeat, () => this.#use(work))
  }
  async #use<T>(work: (connection: Connection) => Promise<T>): Promise<T> {
    await this.#checkTables()
    return this.#connections.use(this.#limitMs, work)
  }
  /** Looks once whether this version can use the tables. */
  #checkTables(): Promise<void> {
    this.#checked ??= this.#connections
      .use(this.#limitMs, async (connection) => {
        const [[row] = []] = await connection.send([this.#statements.format()])
        const version = row?.['version']
        checkFormat(this.name, version, FORMAT)
        if (Number(version) < FORMAT) throw olderFormat(this.name, version)
        this.#writesAlone = row?.['writes_alone'] === true
      })
      .catch((error: unknown) => {
        this.#checked = undefined
        throw error
      })
    return this.#checked
  }

  /** Tries again while the server isn't there, or another transaction is in the way, for at most `timeoutMs`. */
  async #repeated<T>(doing: string, mayRepeat: (error: unknown) => boolean, attempt: () => Promise<T>): Promise<T> {
    const since = systemClock.now()
    for (let tries = 0; ; tries++) {
      if (this.#isClosed) throw closedJournal(this)
      try {
        return await attempt()
      } catch (thrown) {
        const error = thrown instanceof CommitLost ? thrown.cause : thrown
        const isPassing = isContended(error) || isOutage(error)
        const isOver = systemClock.now() - since >= this.#plan.timeoutMs || this.#isClosed
        const mayGoOn = isPassing && !isOver && mayRepeat(thrown)
        if (mayGoOn) await this.#pause(Math.min(1_000, 10 * 2 ** tries))
        if (!mayGoOn || this.#isClosed)
          throw thrown instanceof CommitLost ? unknownCommit(error, this.name) : explained(error, doing, this.name)
      }
    }
  }
  async #pause(ms: number): Promise<void> {
    const paused = Promise.withResolvers<void>()
    const stopTimer = systemClock.setTimeout(paused.resolve, ms)
    this.#pauses.add(paused.resolve)
    await paused.promise
    this.#pauses.delete(paused.resolve)
    stopTimer()
  }
}

type Numbered = Pick<AddedFact, 'run' | 'fence' | 'n'>
const idOf = ({ run, fence, n }: Numbered): string => `${run} ${fence} ${n}`

/** That of pools of pg. */
const DEFAULT_MAX = 10
/** How long one try may take: longer than any statement of the journal, and short enough to notice that a connection is dead. */
const MOST_MS = 10_000
const RUNS_PER_CLEANUP = 256
