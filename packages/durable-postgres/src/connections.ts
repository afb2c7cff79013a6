import { systemClock } from '@stageflow/core'

import type { ErrorSource, JournalClient, JournalPool } from './options.ts'
import type { Sql } from './sql.ts'

/** The rows of one statement. */
export type Rows = readonly Readonly<Record<string, unknown>>[]

/** One connection of the pool, for as long as it is used. */
export class Connection {
  readonly #client: JournalClient

  constructor(client: JournalClient) {
    this.#client = client
  }

  /** Sends statements in one message, and resolves with the rows of each. */
  async send(statements: readonly Sql[]): Promise<readonly Rows[]> {
    const answer = await this.#client.query(statements.map(({ text }) => text).join(';\n'))
    return (Array.isArray(answer) ? answer : [answer]).map(({ rows }: { readonly rows?: Rows }) => rows ?? [])
  }
  /** Sends a statement whose end isn't waited for. What uses the connection next comes after it. */
  post(statement: Sql): void {
    this.#client.query(statement.text).catch(() => {}) // the pool notices a connection that is lost
  }
}

/** An error after which the connection can be used again. */
export class Undone extends Error {}

/**
 * The connections that the journal uses at once: never more than the pool has. What waits for one waits here, because the pool's own
 * time limit for waiting would make an error of many runs at once.
 */
export class Connections {
  readonly #pool: JournalPool
  readonly #most: number
  readonly #waiting: (() => void)[] = []
  /** Ends the use of each connection. */
  readonly #inUse = new Set<(why: Error) => void>()
  #used = 0
  #isGivenUp = false
  #whenIdle: (() => void)[] = []

  constructor(pool: JournalPool, most: number) {
    this.#pool = pool
    this.#most = most
    // A new connection can be lost before `connect` has resolved, and no one listens to it until then.
    pool.on?.('connect', survive)
  }
  /** It no longer listens to the pool. Connections that are in use stay so. */
  close(): void {
    this.#pool.off?.('connect', survive)
  }

  /** Uses one connection, for at most `limitMs`. After an error other than `Undone`, the connection is closed. */
  async use<T>(limitMs: number, work: (connection: Connection) => Promise<T>): Promise<T> {
    if (this.#used < this.#most) this.#used++
    // The one before hands its place over, so that no later caller takes it.
    else await new Promise<void>((resolve) => this.#waiting.push(resolve))
    try {
      if (this.#isGivenUp) throw givenUp()
      return await this.#useOne(limitMs, work)
    } finally {
      const next = this.#waiting.shift()
      if (next === undefined) this.#leave()
      else next()
    }
  }
  #leave(): void {
    this.#used--
    if (this.#used === 0) for (const resolve of this.#whenIdle.splice(0)) resolve()
  }
  /** Resolves when no connection is in use. */
  async idle(): Promise<void> {
    if (this.#used > 0) await new Promise<void>((resolve) => this.#whenIdle.push(resolve))
  }

  /** Ends all uses, and those that wait: they reject. */
  giveUp(): void {
    this.#isGivenUp = true
    for (const end of this.#inUse) end(givenUp())
  }

  async #useOne<T>(limitMs: number, work: (connection: Connection) => Promise<T>): Promise<T> {
    const late = Promise.withResolvers<never>()
    late.promise.catch(() => {}) // nothing may be waiting for it
    let client: JournalClient | undefined
    let isLate = false
    const end = (why: Error): void => {
      if (isLate) return
      isLate = true
      late.reject(why)
      // The statement in progress rejects with it.
      client?.release(true)
    }
    const stopTimer = systemClock.setTimeout(() => end(tooLate(limitMs)), limitMs)
    this.#inUse.add(end)
    let isUsable = false
    try {
      client = await this.#connect(late.promise)
      const value = await work(new Connection(client))
      isUsable = true
      return value
    } catch (error) {
      isUsable = error instanceof Undone
      throw isUsable ? (error as Undone).cause : error
    } finally {
      stopTimer()
      this.#inUse.delete(end)
      if (!isLate) client?.release(!isUsable)
    }
  }
  async #connect(late: Promise<never>): Promise<JournalClient> {
    const connecting = this.#pool.connect()
    try {
      const client = await Promise.race([connecting, late])
      survive(client) // one that the pool had before this journal
      return client
    } catch (error) {
      connecting.then(
        (client) => client.release(),
        () => {},
      )
      throw error
    }
  }
}

const tooLate = (limitMs: number): Error => new Error(`PostgreSQL did not answer within ${limitMs} ms.`)
const givenUp = (): Error => new Error('PostgreSQL did not answer before the journal was closed.')
const ignore = (): void => {}
/** The statement in progress rejects if a connection is lost. Without a listener, that would also end the process. */
const survive = (client: ErrorSource): void => {
  client.off('error', ignore)
  client.on('error', ignore)
}
