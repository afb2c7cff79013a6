import { questionOf } from '@stageflow/durable-engine'
import type { Act, LastQuestion, Question } from '@stageflow/durable-engine'

import { Undone } from './connections.ts'
import type { Connection, Rows } from './connections.ts'
import { sql } from './sql.ts'
import type { Sql } from './sql.ts'
import type { Statements } from './statements.ts'

/** What a transaction has changed once it is committed. */
export interface Changes {
  /** The runs that other processes may wait for. */
  readonly runs: Set<number>
  readonly graphs: Set<string>
}

/** The connection was lost while the transaction was being committed: it may have been, or not. */
export class CommitLost extends Error {}

/** Each statement sees what was committed before it, whatever the default of the pool is. */
const BEGIN_WRITE = sql`BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE`
const COMMIT = sql`COMMIT`
const ROLLBACK = sql`ROLLBACK`
/** All questions of an act see the same. */
const BEGIN_READ = sql`BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY`

/** An act that only reads, up to the question that it has asked last. An act can't begin again, but its first question can. */
export class Reading<T> {
  readonly act: Act<T>
  step: IteratorResult<Question | LastQuestion, T>
  hasAnswer = false

  constructor(act: Act<T>) {
    this.act = act
    this.step = act.next()
  }
}

/** Carries out an act that only reads. */
export async function read<T>(connection: Connection, statements: Statements, reading: Reading<T>): Promise<T> {
  const transaction = new Transaction(connection, statements, [BEGIN_READ], false)
  const value = await transaction.read(reading)
  connection.post(COMMIT)
  return value
}

/** How long a transaction may wait for another one, and how long it keeps its locks while its process says nothing, in ms. */
export interface LockLimits {
  readonly waitMs: number
  readonly silentMs: number
}

/** Carries out an act that writes, and commits it. */
export async function write<T>(
  connection: Connection,
  statements: Statements,
  { waitMs, silentMs }: LockLimits,
  act: Act<T>,
): Promise<{ readonly value: T; readonly changes: Changes }> {
  const begin = [
    BEGIN_WRITE,
    sql`SET LOCAL lock_timeout = ${waitMs}`,
    // A process that is stopped in the middle would keep its run locked for all others.
    sql`SET LOCAL idle_in_transaction_session_timeout = ${silentMs}`,
  ]
  const transaction = new Transaction(connection, statements, begin, true)
  const value = await transaction.write(act)
  return { value, changes: transaction.changes }
}

/** Carries out statements that are known beforehand, in one message. Resolves with the rows of each. */
export async function writeOnce(
  connection: Connection,
  { waitMs }: Pick<LockLimits, 'waitMs'>,
  statements: readonly Sql[],
): Promise<readonly Rows[]> {
  const before = [BEGIN_WRITE, sql`SET LOCAL lock_timeout = ${waitMs}`]
  try {
    return (await connection.send([...before, ...statements, COMMIT])).slice(before.length, -1)
  } catch (error) {
    throw await undone(connection, error)
  }
}

/** Rolls back, so that the connection can be used again. If that fails too, it is closed. */
export async function undone(connection: Connection, error: unknown): Promise<unknown> {
  try {
    await connection.send([ROLLBACK])
    return new Undone('', { cause: error })
  } catch {
    return error
  }
}

/** A transaction in few messages: statements without an answer wait for the next that has one, or for the commit. */
class Transaction {
  readonly changes: Changes = { runs: new Set(), graphs: new Set() }
  readonly #connection: Connection
  readonly #statements: Statements
  readonly #isWrite: boolean
  #waiting: Sql[]
  #hasBegun = false
  #isCommitting = false
  #isCommitted = false

  constructor(connection: Connection, statements: Statements, begin: readonly Sql[], isWrite: boolean) {
    this.#connection = connection
    this.#statements = statements
    this.#isWrite = isWrite
    this.#waiting = [...begin]
  }

  async write<T>(act: Act<T>): Promise<T> {
    try {
      let step = act.next()
      while (step.done !== true) {
        const isLast = 'last' in step.value
        step = act.next(await this.#ask(questionOf(step.value), isLast))
      }
      if (!this.#isCommitted) await this.#commit()
      return step.value
    } catch (error) {
      const left = await this.#undone(error)
      throw this.#isCommitting && !(left instanceof Undone) ? new CommitLost('', { cause: error }) : left
    }
  }
  async read<T>(reading: Reading<T>): Promise<T> {
    try {
      while (reading.step.done !== true) {
        const answer = await this.#ask(questionOf(reading.step.value), false)
        reading.hasAnswer = true
        reading.step = reading.act.next(answer)
      }
      return reading.step.value
    } catch (error) {
      throw await this.#undone(error)
    }
  }

  async #ask(question: Question, isLast: boolean): Promise<unknown> {
    const { statements, answer, changed, graph } = this.#statements.inquiry(question, this.#isWrite)
    this.#waiting.push(...statements)
    if (changed !== undefined) this.changes.runs.add(changed)
    if (graph !== undefined) this.changes.graphs.add(graph)
    if (answer === undefined) return undefined
    return answer(isLast ? await this.#commit() : await this.#send())
  }

  /** Commits, and returns the rows of the last statement before. */
  async #commit(): Promise<Rows> {
    this.#isCommitting = true
    this.#waiting.push(COMMIT)
    const rows = await this.#send(-2)
    this.#isCommitted = true
    return rows
  }

  /** Sends what waits. Returns the rows of the last statement, or of one before it. */
  async #send(place = -1): Promise<Rows> {
    const statements = this.#waiting
    this.#waiting = []
    this.#hasBegun = true
    const rows = await this.#connection.send(statements)
    return rows.at(place) ?? []
  }

  #undone(error: unknown): Promise<unknown> | Undone {
    return this.#hasBegun ? undone(this.#connection, error) : new Undone('', { cause: error })
  }
}
