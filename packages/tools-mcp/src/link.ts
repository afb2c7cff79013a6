import { StageflowError } from '@stageflow/core'
import type { Clock } from '@stageflow/core'
import { withinLimit } from '@stageflow/core/kit'

import { callTrouble, type CallTrouble } from './call-trouble.ts'
import { Connection } from './connection.ts'
import type { Failures } from './failures.ts'
import { type OpenedTransport, openTransport } from './open-transport.ts'
import type { McpServer } from './options.ts'

export interface LinkSetup {
  readonly server: McpServer
  readonly failures: Failures
  readonly maxBytes: number
  readonly connectTimeoutMs: number
  readonly clock: Clock
  /** Lists the tools of a new connection, before any call gets it. */
  readonly onOpened: (connection: Connection) => Promise<void>
  readonly onLost: (error: unknown) => void
  readonly onListChanged: () => void
}

/** What may be repeated on a new connection. */
export interface WorkRules {
  /** Whether to repeat it if the server may have carried it out. */
  readonly mayRepeat: boolean
  /** Ends the wait for a connection, which goes on for others. After it nothing is repeated. */
  readonly signal?: AbortSignal
}

/**
 * The one connection of a server, for all calls. If it is lost, the next call opens another one, and all calls share that. A connection that
 * failed isn't kept.
 */
export class Link {
  readonly #setup: LinkSetup
  /** All connections that aren't closed: the current one, one that is being opened, and lost ones whose calls may still be answered. */
  readonly #live = new Set<Connection>()
  #current: Connection | undefined
  #opening: Promise<Connection> | undefined
  #isClosed = false
  connections = 0

  constructor(setup: LinkSetup) {
    this.#setup = setup
  }

  get isOpen(): boolean {
    return this.#current !== undefined
  }

  get isClosed(): boolean {
    return this.#isClosed
  }

  isCurrent(connection: Connection): boolean {
    return connection === this.#current
  }

  /** The current connection, opened if needed. All who ask while it is being opened get the same one. */
  async connected(signal?: AbortSignal): Promise<Connection> {
    if (this.#isClosed) throw this.#setup.failures.closed()
    if (this.#current !== undefined) return this.#current
    this.#opening ??= this.#connect().finally(() => {
      this.#opening = undefined
    })
    return withinLimit(this.#opening, { ...NO_TIME_LIMIT, clock: this.#setup.clock, signal })
  }

  /** Does work on the current connection. If that is lost, and the work may be repeated, does it once more on another one. */
  async run<T>(work: (connection: Connection) => Promise<T>, { mayRepeat, signal }: WorkRules): Promise<T> {
    const first = await this.connected(signal)
    try {
      return await work(first)
    } catch (error) {
      const trouble = this.#dropIfLost(error, first, signal)
      if (trouble === 'none' || (trouble === 'unsure' && !mayRepeat)) throw error
    }
    const second = await this.connected(signal)
    try {
      return await work(second)
    } catch (error) {
      this.#dropIfLost(error, second, signal)
      throw error
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true
    this.#current = undefined
    await Promise.all([...this.#live].map((connection) => connection.close()))
    await this.#opening?.catch(() => {})
  }

  /** Drops the connection that the work used, if the error says that it is lost. Throws the reason of a cancelled caller, whose connection stays. */
  #dropIfLost(error: unknown, used: Connection, signal: AbortSignal | undefined): CallTrouble {
    signal?.throwIfAborted()
    if (this.#isClosed) throw this.#setup.failures.closed()
    const trouble = callTrouble(error)
    if (trouble !== 'none') this.#drop(used, error)
    return trouble
  }

  async #connect(): Promise<Connection> {
    const { server, failures, maxBytes, connectTimeoutMs, clock, onOpened, onListChanged } = this.#setup
    const onDeaf = (error: unknown): void => this.#drop(connection, error)
    const opened = await openTransport(server, { maxBytes, clock, onDeaf })
    if (this.#isClosed) throw failures.closed()
    const onLost = (error: unknown): void => this.#drop(connection, withLastWords(error, opened))
    const connection = new Connection(opened, { onLost, onListChanged })
    this.#live.add(connection)
    try {
      const ready = connection.open(connectTimeoutMs).then(() => onOpened(connection))
      const late = (): unknown => failures.connectTimedOut(connectTimeoutMs)
      await withinLimit(ready, { clock, limitMs: connectTimeoutMs, late })
    } catch (error) {
      void this.#end(connection)
      throw this.#isClosed ? failures.closed() : failures.unavailable(withLastWords(error, opened))
    }
    if (this.#isClosed) {
      void this.#end(connection)
      throw failures.closed()
    }
    this.connections++
    this.#current = connection
    return connection
  }

  /** Only the connection that failed: a call that fails late must not end the one that others use by now. */
  #drop(connection: Connection, error: unknown): void {
    if (connection !== this.#current) return
    this.#current = undefined
    void connection.retire().then(() => this.#live.delete(connection))
    this.#setup.onLost(error)
  }

  async #end(connection: Connection): Promise<void> {
    await connection.close()
    this.#live.delete(connection)
  }
}

const NO_TIME_LIMIT = { limitMs: Infinity, late: (): undefined => undefined } as const

/** What a process wrote before it ended tells more than that it ended. An error of this package says enough. */
function withLastWords(error: unknown, { lastWords }: OpenedTransport): unknown {
  const words = lastWords()
  return words === '' || StageflowError.is(error) ? error : new Error(words, { cause: error })
}
