import { clearTimeout, setImmediate, setTimeout } from 'node:timers'

import type { Connections } from './connections.ts'
import type { JournalClient, JournalPool } from './options.ts'
import { sql } from './sql.ts'

// The timers are those of node: a timer of a clock would keep a process alive that has nothing to do but listen.
/** How long until it listens again after its connection was lost, and how often it looks whether the connection lives, in ms. */
const AGAIN_MS = 1_000
const LOOK_MS = 15_000
/** What comes within this time is heard together, in ms: each time, processes look into the journal. */
const TOGETHER_MS = 10
/** The payload of a notification has at most 8,000 bytes. */
const RUNS_AT_ONCE = 400

export interface NotificationsPlan {
  readonly pool: JournalPool
  readonly connections: Connections
  readonly channel: string
  /** This process: it has no use for its own notifications. */
  readonly origin: string
  readonly limitMs: number
}

/**
 * Tells other processes which runs have changed. A notification can be lost, with its connection or with a process: then the next look into
 * the journal finds the change.
 */
export class Notifications {
  readonly #plan: NotificationsPlan
  #told = new Set<number>()
  #heard = new Set<number>()
  #isCollecting = false
  #changed: (run: number) => void = () => {}
  #client: JournalClient | undefined
  #timer: NodeJS.Timeout | undefined
  #isClosed = false

  constructor(plan: NotificationsPlan) {
    this.#plan = plan
  }

  // Telling

  /** Tells it with all others of this turn. */
  tell(runs: Iterable<number>): void {
    const isFirst = this.#told.size === 0
    for (const run of runs) this.#told.add(run)
    if (isFirst && this.#told.size > 0) setImmediate(() => void this.#tellAll())
  }
  async #tellAll(): Promise<void> {
    const { connections, channel, origin, limitMs } = this.#plan
    const runs = [...this.#told]
    this.#told = new Set()
    const payloads: string[] = []
    for (let place = 0; place < runs.length; place += RUNS_AT_ONCE)
      payloads.push(`${origin} ${runs.slice(place, place + RUNS_AT_ONCE).join(' ')}`)
    const statements = payloads.map((payload) => sql`SELECT pg_notify(${channel}, ${payload})`)
    await connections.use(limitMs, async (connection) => connection.send(statements)).catch(() => {})
  }

  // Listening

  /** Calls `changed` with the number of each run that another process tells. */
  listen(changed: (run: number) => void): void {
    this.#changed = changed
    void this.#connect()
  }

  async #connect(): Promise<void> {
    const { pool, channel } = this.#plan
    let client: JournalClient | undefined
    try {
      client = await pool.connect()
      const listening = client
      const lost = (): void => this.#lost(listening)
      client.on('error', lost)
      client.on('end', lost)
      client.on('notification', ({ payload = '' }: { readonly payload?: string }) => this.#notified(payload))
      this.#client = client
      if (this.#isClosed) return this.#lost(client)
      await this.#send(client, `LISTEN "${channel}"`)
      if (this.#client !== client) return
      // What came before it listened was heard by no one.
      this.#changed(0)
      this.#lookLater(client)
    } catch {
      if (client !== undefined) this.#lost(client)
      else this.#connectLater()
    }
  }
  #lost(client: JournalClient): void {
    if (this.#client !== client) return
    this.#client = undefined
    client.release(true)
    this.#connectLater()
  }
  #connectLater(): void {
    if (this.#isClosed) return
    this.#timer = setTimeout(() => void this.#connect(), AGAIN_MS)
    this.#timer.unref()
  }
  /** A connection that a firewall has forgotten looks alive until something is sent. */
  #lookLater(client: JournalClient): void {
    this.#timer = setTimeout(() => void this.#look(client), LOOK_MS)
    this.#timer.unref()
  }
  async #look(client: JournalClient): Promise<void> {
    try {
      await this.#send(client, 'SELECT 1')
      if (this.#client === client) this.#lookLater(client)
    } catch {
      this.#lost(client)
    }
  }
  /** Sends a statement. A connection that doesn't answer in time is lost. */
  async #send(client: JournalClient, statement: string): Promise<void> {
    const late = setTimeout(() => this.#lost(client), this.#plan.limitMs)
    late.unref()
    try {
      await client.query(statement)
    } finally {
      clearTimeout(late)
    }
  }

  #notified(payload: string): void {
    const [origin, ...runs] = payload.split(' ')
    if (origin === this.#plan.origin) return
    for (const run of runs) this.#heard.add(Number(run))
    if (this.#isCollecting) return
    this.#isCollecting = true
    this.#passOn()
  }
  /** The first of a while is passed on at once, and the rest together. */
  #passOn(): void {
    if (this.#heard.size === 0) {
      this.#isCollecting = false
      return
    }
    const heard = [...this.#heard]
    this.#heard.clear()
    for (const run of heard) this.#changed(run)
    setTimeout(() => this.#passOn(), TOGETHER_MS).unref()
  }

  close(): void {
    this.#isClosed = true
    clearTimeout(this.#timer)
    const client = this.#client
    this.#client = undefined
    client?.release(true)
  }
}
