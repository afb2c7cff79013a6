import { ProtocolError, ProtocolErrorCode } from '@modelcontextprotocol/client'
import type { CallToolResult, Tool as ListedTool } from '@modelcontextprotocol/client'
import { type Clock, systemClock, type EventMap } from '@stageflow/core'
import { onRejection, withinLimit } from '@stageflow/core/kit'
import type { AnyTool, ToolContext } from '@stageflow/tools'

import { callTrouble } from './call-trouble.ts'
import type { Connection } from './connection.ts'
import type { McpEvent, McpEventEmitter } from './events.ts'
import { Failures } from './failures.ts'
import { Link } from './link.ts'
import { makeTool } from './make-tool.ts'
import type { McpServer, McpTools, McpToolsOptions, McpToolsStats } from './options.ts'
import { serverText } from './server-text.ts'
import { ToolList } from './tool-list.ts'

const DEFAULTS = { maxTools: 256, maxBytes: 10_485_760, connectTimeoutMs: 30_000, timeoutMs: 30_000 } as const

/** After so many changes in a row, the list is read once in a pause: a server may say that it has changed whenever it is read. */
const MOST_IN_A_ROW = 5
const PAUSE_MS = 1_000

/** The tools of a server, and the calls to them. */
export class McpSource implements McpTools {
  readonly #serverName: string
  readonly #failures: Failures
  readonly #emitter: McpEventEmitter | undefined
  readonly #connectTimeoutMs: number
  readonly #clock: Clock
  readonly #link: Link
  readonly #tools: ToolList
  #listing: Promise<void> | undefined
  /** The one after it, for what has changed while the list is read. */
  #nextListing: Promise<void> | undefined
  /** When the server last said that its list has changed, on the clock of the options. */
  #changedAt = -Infinity
  /** How often it has said so with less than `PAUSE_MS` in between. */
  #changesInARow = 0
  /** Ends the pause before the next listing in the background. */
  #endPause: (() => void) | undefined
  #emitterErrors = 0
  #lastEmitterError: unknown

  constructor(server: McpServer, options: McpToolsOptions) {
    const { prefix = '', maxTools = DEFAULTS.maxTools, maxBytes = DEFAULTS.maxBytes, clock = systemClock } = options
    const { timeoutMs = DEFAULTS.timeoutMs, connectTimeoutMs = DEFAULTS.connectTimeoutMs, eventEmitter } = options
    const text = serverText(server)
    this.#serverName = text.name
    this.#failures = new Failures(text, maxBytes)
    this.#emitter = eventEmitter
    this.#connectTimeoutMs = connectTimeoutMs
    this.#clock = clock
    const { clean } = text
    const makeToolOf = (name: string, listed: ListedTool): AnyTool => {
      const call = (input: Record<string, unknown>, context: ToolContext): Promise<CallToolResult> =>
        this.#call(name, listed, input, context)
      return makeTool(name, listed, { timeoutMs, call, clean })
    }
    this.#tools = new ToolList({ prefix, maxTools, makeTool: makeToolOf, clean })
    this.#link = new Link({
      server,
      failures: this.#failures,
      maxBytes,
      connectTimeoutMs,
      clock,
      onOpened: (connection) => this.#opened(connection),
      onLost: (error) =>
        this.#emit('mcp.disconnected', { server: this.#serverName, message: this.#failures.reasonOf(error) }),
      onListChanged: () => this.#listInBackground(),
    })
  }

  list(): readonly AnyTool[] {
    if (!this.#link.isOpen && !this.#link.isClosed) this.#connectInBackground()
    return this.#tools.tools
  }

  async refresh(): Promise<void> {
    // A new connection has listed the tools.
    if (this.#link.isOpen) await this.#listAgain()
    else await this.#link.connected()
  }

  stats(): McpToolsStats {
    return Object.freeze({
      isConnected: this.#link.isOpen,
      connections: this.#link.connections,
      tools: this.#tools.tools.length,
      leftOut: this.#tools.leftOut,
      emitterErrors: this.#emitterErrors,
      lastEmitterError: this.#lastEmitterError,
    })
  }

  close(): Promise<void> {
    this.#endPause?.()
    return this.#link.close()
  }

  async #call(
    name: string,
    { name: serverName, annotations }: ListedTool,
    input: Record<string, unknown>,
    { signal, progress }: ToolContext,
  ): Promise<CallToolResult> {
    const mayRepeat = annotations?.readOnlyHint === true || annotations?.idempotentHint === true
    const call = (connection: Connection): Promise<CallToolResult> => {
      if (!this.#tools.has(name)) throw this.#failures.toolGone(name)
      return connection.call(serverName, input, {
        signal,
        onProgress: ({ progress: done, total, message }) =>
          progress({ done, ...(total !== undefined && { total }), ...(message !== undefined && { message }) }),
      })
    }
    try {
      return await this.#link.run(call, { mayRepeat, signal })
    } catch (error) {
      if (signal.aborted) throw error
      // A server without news of its list may have refused a tool that it no longer has.
      if (isInvalid(error)) this.#listInBackground()
      switch (callTrouble(error)) {
        case 'none':
          throw this.#failures.callFailed(name, error)
        case 'not-made':
          throw this.#failures.unavailable(error)
        case 'unsure':
          throw this.#failures.connectionLost(name, mayRepeat, error)
      }
    }
  }

  /** Lists the tools of a new connection. */
  async #opened(connection: Connection): Promise<void> {
    const listed = await connection.listTools(this.#connectTimeoutMs)
    // The link counts this connection once its tools are listed.
    this.#emit('mcp.connected', { server: this.#serverName, connections: this.#link.connections + 1 })
    this.#update(listed)
  }

  /** Lists the tools of the current connection. All that ask while a list is being read share the next one. */
  #listAgain(): Promise<void> {
    if (this.#listing !== undefined) {
      this.#nextListing ??= this.#listing
        .finally(() => {
          this.#nextListing = undefined
        })
        .then(() => this.#listAgain())
      return this.#nextListing
    }
    this.#listing = this.#listOnce().finally(() => {
      this.#listing = undefined
    })
    return this.#listing
  }

  async #listOnce(): Promise<void> {
    const limitMs = this.#connectTimeoutMs
    const late = (): unknown => this.#failures.connectTimedOut(limitMs)
    const list = async (connection: Connection): Promise<void> => {
      const listed = await withinLimit(connection.listTools(limitMs), { clock: this.#clock, limitMs, late })
      if (this.#link.isCurrent(connection)) this.#update(listed)
    }
    try {
      await this.#link.run(list, { mayRepeat: true })
    } catch (error) {
      throw this.#failures.unavailable(error)
    }
  }

  /** Lists the tools because they may have changed: at once, or after a pause if the server says so all the time. */
  #listInBackground(): void {
    if (this.#endPause !== undefined || this.#link.isClosed) return
    const now = this.#clock.now()
    this.#changesInARow = now - this.#changedAt < PAUSE_MS ? this.#changesInARow + 1 : 1
    this.#changedAt = now
    if (this.#changesInARow <= MOST_IN_A_ROW) return this.#listNow()
    this.#endPause = this.#clock.setTimeout(() => {
      this.#endPause = undefined
      this.#changedAt = this.#clock.now()
      this.#listNow()
    }, PAUSE_MS)
  }

  #listNow(): void {
    this.#listAgain().catch((error: unknown) => this.#listFailed(error))
  }

  #connectInBackground(): void {
    this.#link.connected().catch((error: unknown) => this.#listFailed(error))
  }

  #listFailed(error: unknown): void {
    if (this.#link.isClosed) return
    this.#emit('mcp.list_failed', { server: this.#serverName, message: this.#failures.reasonOf(error) })
  }

  #update(listed: readonly ListedTool[]): void {
    const change = this.#tools.update(listed)
    if (change !== undefined) this.#emit('mcp.tools_changed', { server: this.#serverName, ...change })
  }

  #emit<Type extends McpEvent>(type: Type, data: EventMap[Type]): void {
    const onError = (error: unknown): void => {
      this.#emitterErrors++
      this.#lastEmitterError = error
    }
    try {
      onRejection(this.#emitter?.(type, data), onError)
    } catch (error) {
      onError(error)
    }
  }
}

const isInvalid = (error: unknown): boolean =>
  error instanceof ProtocolError && error.code === ProtocolErrorCode.InvalidParams
