import { StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import type { JSONRPCMessage, Transport, TransportSendOptions } from '@modelcontextprotocol/client'
import type { Clock } from '@stageflow/core'
import { read, withinLimit } from '@stageflow/core/kit'

import { limitedAnswer, limitedEvents } from './answer-limit.ts'
import { STREAM_ENDED, TOO_LARGE } from './call-trouble.ts'
import type { HttpServer } from './options.ts'

/** How long the server has to take a cancellation, or the end of the session, in ms. */
const FAREWELL_MS = 1_000
/** Of JSON-RPC. */
const INTERNAL_ERROR = -32_603

export interface HttpTransportSetup {
  readonly maxBytes: number
  readonly clock: Clock
  /** Called when the stream of the server's own messages can't be opened again: it has restarted, or is down. */
  readonly onDeaf: (error: unknown) => void
}

/**
 * Streamable HTTP as the SDK speaks it, with what the SDK leaves to others:
 * - A request fails whose stream of events, or whose whole response, ends without its answer. With the SDK alone it would wait for its timeout.
 * - A cancelled request is closed once the server has been told. Otherwise its socket would stay open, because a server doesn't answer it.
 * - Answers have a limit.
 */
export class HttpTransport implements Transport {
  readonly hasPerRequestStream = true
  declare onclose?: () => void
  declare onerror?: (error: Error) => void
  declare onmessage?: NonNullable<Transport['onmessage']>
  readonly #inner: StreamableHTTPClientTransport
  readonly #setup: HttpTransportSetup
  /** Closes each request that has no answer yet. */
  readonly #open = new Map<string | number, AbortController>()
  /** The requests whose response isn't a stream of events: their answer has come once the response is read. */
  readonly #whole = new Set<unknown>()
  #hasListened = false

  constructor(server: HttpServer, setup: HttpTransportSetup) {
    this.#setup = setup
    this.#inner = new StreamableHTTPClientTransport(new URL(server.url), {
      requestInit: { headers: { ...server.headers } },
      fetch: (url, init) => this.#fetch(url, init),
    })
  }

  get sessionId(): string | undefined {
    return this.#inner.sessionId
  }

  setProtocolVersion(version: string): void {
    this.#inner.setProtocolVersion(version)
  }

  start(): Promise<void> {
    this.#inner.onclose = () => this.onclose?.()
    this.#inner.onerror = (error) => this.onerror?.(error)
    this.#inner.onmessage = (message) => this.#deliver(message)
    return this.#inner.start()
  }

  async send(message: JSONRPCMessage, options: TransportSendOptions = {}): Promise<void> {
    if ('method' in message && 'id' in message) return this.#sendRequest(message, message.id, options)
    if ('method' in message && message.method === 'notifications/cancelled')
      return this.#sendCancellation(message, options)
    return this.#sendNow(message, options)
  }

  async close(): Promise<void> {
    // The server may keep a session, and what belongs to it, until it is told.
    await this.#briefly(this.#inner.terminateSession()).catch(() => {})
    await this.#inner.close()
    this.#open.clear()
  }

  async #sendRequest(message: JSONRPCMessage, id: string | number, options: TransportSendOptions): Promise<void> {
    const controller = new AbortController()
    this.#open.set(id, controller)
    const signals = [controller.signal, ...(options.requestSignal === undefined ? [] : [options.requestSignal])]
    options.requestSignal?.addEventListener('abort', () => this.#open.delete(id), { once: true })
    const onRequestStreamEnd = (): void => {
      // The SDK gives one for its own streams, such as that of changes.
      if (options.onRequestStreamEnd === undefined) this.#fail(id, STREAM_ENDED)
      else options.onRequestStreamEnd()
    }
    try {
      await this.#sendNow(message, { ...options, requestSignal: AbortSignal.any(signals), onRequestStreamEnd })
      if (this.#whole.has(id)) this.#fail(id, STREAM_ENDED)
    } catch (error) {
      this.#open.delete(id)
      throw error
    } finally {
      this.#whole.delete(id)
    }
  }

  async #sendCancellation(message: JSONRPCMessage, options: TransportSendOptions): Promise<void> {
    const id = read(read(message, 'params'), 'requestId') as string | number
    const enough = new AbortController()
    try {
      await this.#briefly(this.#sendNow(message, { ...options, requestSignal: enough.signal }))
    } finally {
      enough.abort()
      this.#open.get(id)?.abort()
      this.#open.delete(id)
    }
  }

  #sendNow(message: JSONRPCMessage, options: TransportSendOptions): Promise<void> {
    const inner: Transport = this.#inner
    return inner.send(message, options)
  }

  #deliver(message: JSONRPCMessage): void {
    if (!('method' in message) && message.id !== undefined) this.#open.delete(message.id)
    this.onmessage?.(message)
  }

  /** Answers a request in the place of the server, if it has no answer yet. `data` tells why. */
  #fail(id: string | number | undefined, data: object): void {
    if (id === undefined || !this.#open.delete(id)) return
    const error = { code: INTERNAL_ERROR, message: 'The response ended without an answer', data }
    this.onmessage?.({ jsonrpc: '2.0', id, error })
  }

  async #fetch(url: string | URL, init: RequestInit = {}): Promise<Response> {
    if (init.method === 'GET') return this.#listen(url, init)
    const response = await fetch(url, init)
    const isStream = response.headers.get('content-type')?.includes('text/event-stream') === true
    if (!isStream) this.#whole.add(idIn(init))
    return limitedAnswer(response, this.#setup.maxBytes, () => this.#fail(idIn(init), TOO_LARGE))
  }

  /** Opens the stream of the server's own messages. Many servers have none, but one that had it and refuses it now has lost the session. */
  async #listen(url: string | URL, init: RequestInit): Promise<Response> {
    const { maxBytes, onDeaf } = this.#setup
    try {
      const response = await fetch(url, init)
      if (!response.ok && this.#hasListened) onDeaf(new Error(`HTTP ${response.status} for the stream of changes`))
      if (response.ok) this.#hasListened = true
      return limitedEvents(response, maxBytes)
    } catch (error) {
      if (this.#hasListened && init.signal?.aborted !== true) onDeaf(error)
      throw error
    }
  }

  #briefly(work: Promise<void>): Promise<void> {
    const late = (): Error => new Error('The server took too long.')
    return withinLimit(work, { clock: this.#setup.clock, limitMs: FAREWELL_MS, late })
  }
}

/** The id of the request in the body; undefined if it has none, as a notification. */
function idIn({ body }: RequestInit): string | number | undefined {
  const id = typeof body === 'string' ? read(JSON.parse(body), 'id') : undefined
  return typeof id === 'string' || typeof id === 'number' ? id : undefined
}
