import type { Act, Question } from '@stageflow/durable-engine'

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
  step: IteratorResult<Question, T>
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
  await transaction.commit()
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
async function undone(connection: Connection, error: unknown): Promise<unknown> {
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

  constructor(connection: Connection, statements: Statements, begin: readonly Sql[], isWrite: boolean) {
    this.#connection = connection
    this.#statements = statements
    this.#isWrite = isWrite
    this.#waiting = [...begin]
  }

  async write<T>(act: Act<T>): Promise<T> {
    try {
      let step = act.next()
      while (step.done !== true) step = act.next(await this.#ask(step.value))
      return step.value
    } catch (error) {
      throw await this.#undone(error)
    }
  }
  async read<T>(reading: Reading<T>): Promise<T> {
    try {
      while (reading.step.done !== true) {
        const answer = await this.#ask(reading.step.value)
        reading.hasAnswer = true
        reading.step = reading.act.next(answer)
      }
      return reading.step.value
    } catch (error) {
      throw await this.#undone(error)
    }
  }

  async #ask(question: Question): Promise<unknown> {
    const { statements, answer, changed, graph } = this.#statements.inquiry(question, this.#isWrite)
    this.#waiting.push(...statements)
    if (changed !== undefined) this.changes.runs.add(changed)
    if (graph !== undefined) this.changes.graphs.add(graph)
    return answer?.(await this.#send())
  }

  async commit(): Promise<void> {
    try {
      this.#waiting.push(COMMIT)
      await this.#send()
    } catch (error) {
      const left = await this.#undone(error)
      throw left instanceof Undone ? left : new CommitLost('', { cause: error })
    }
  }

  /** Sends what waits. Returns the rows of the last statement. */
  async #send(): Promise<Rows> {
    const statements = this.#waiting
    this.#waiting = []
    this.#hasBegun = true
    const rows = await this.#connection.send(statements)
    return rows.at(-1) ?? []
  }

  #undone(error: unknown): Promise<unknown> | Undone {
    return this.#hasBegun ? undone(this.#connection, error) : new Undone('', { cause: error })
  }
}
