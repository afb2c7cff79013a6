import { Client } from '@modelcontextprotocol/client'
import type { CallToolResult, Progress, Tool as ListedTool } from '@modelcontextprotocol/client'

import type { OpenedTransport } from './open-transport.ts'
import { schemaChecks } from './schema-checks.ts'

/** A server that sends more pages than this is refused. */
const MOST_PAGES = 64
/** The SDK's own limit, out of the way of the tool's. In ms, the longest time of a timer. */
const NO_LIMIT_MS = 2_147_483_647
/** How the SDK says that a message of a process is larger than its buffer. */
const OVERFLOW = /exceeded maximum size/
const CLIENT = { name: 'stageflow', version: '1.0.0' }

export interface ConnectionEvents {
  /** It ended, but not by `close()`. */
  readonly onLost: (error: unknown) => void
  readonly onListChanged: () => void
}

export interface CallSetup {
  readonly signal: AbortSignal
  readonly onProgress: (progress: Progress) => void
}

/** One connection to a server. */
export class Connection {
  readonly #client: Client
  readonly #opened: OpenedTransport
  readonly #events: ConnectionEvents
  #calls = 0
  #isRetired = false
  #closing: Promise<void> | undefined
  readonly #closed = Promise.withResolvers<void>()
  /** Why the SDK ended the connection itself. It tells calls only that it was closed. */
  #overflow: Error | undefined

  constructor(opened: OpenedTransport, events: ConnectionEvents) {
    this.#opened = opened
    this.#events = events
    this.#client = new Client(CLIENT, {
      versionNegotiation: { mode: opened.negotiation },
      listMaxPages: MOST_PAGES,
      jsonSchemaValidator: schemaChecks,
      listChanged: { tools: { autoRefresh: false, debounceMs: 0, onChanged: () => events.onListChanged() } },
    })
    this.#client.onerror = (error) => {
      if (OVERFLOW.test(error.message)) this.#overflow = error
    }
    this.#client.onclose = () => this.#lost(this.#overflow ?? new Error('The connection was closed'))
  }

  async open(timeoutMs: number): Promise<void> {
    await this.#client.connect(this.#opened.transport, { timeout: timeoutMs })
    void this.#client.autoOpenedSubscription?.closed.then((how) => {
      if (how !== 'local') this.#lost(new Error('The stream of changes ended'))
    })
  }

  async listTools(timeoutMs: number): Promise<readonly ListedTool[]> {
    // The SDK prints to the console if it is asked without the capability.
    if (this.#client.getServerCapabilities()?.tools === undefined) return []
    const { tools } = await this.#client.listTools(undefined, { timeout: timeoutMs, cacheMode: 'refresh' })
    return tools
  }

  async call(name: string, input: Record<string, unknown>, { signal, onProgress }: CallSetup): Promise<CallToolResult> {
    this.#calls++
    try {
      const options = { signal, timeout: NO_LIMIT_MS, onprogress: onProgress }
      return await this.#client.callTool({ name, arguments: input }, options)
    } catch (error) {
      throw this.#overflow === undefined ? error : new Error(this.#overflow.message, { cause: error })
    } finally {
      this.#calls--
      if (this.#isRetired && this.#calls === 0) void this.close()
    }
  }

  /** Closes it as soon as no call is left, because another one may still get its answer. Resolves once it is closed. */
  retire(): Promise<void> {
    this.#isRetired = true
    if (this.#calls === 0) void this.close()
    return this.#closed.promise
  }

  /** Doesn't reject. */
  close(): Promise<void> {
    this.#closing ??= this.#opened.close().then(this.#closed.resolve, this.#closed.resolve)
    return this.#closed.promise
  }

  #lost(error: unknown): void {
    if (this.#closing === undefined) this.#events.onLost(error)
  }
}
