import type { IncomingMessage, ServerResponse } from 'node:http'

import { StageflowError } from '@stageflow/core'
import { checkArgumentCount, checkOptions, whole } from '@stageflow/core/kit'
import type { OptionRules } from '@stageflow/core/kit'

import { tooLarge } from './read-json.ts'
import { HANDLER_RULES, ROUTE_RULES, checkedResponse, errorResponse, report } from './route.ts'
import type { RouteOptions } from './route.ts'

export interface NodeHandlerOptions extends RouteOptions {
  /** Maximum size of the body of a request, in bytes. Default: 65,536. */
  readonly maxBytes?: number
}

/** A listener for `createServer` of `node:http`, and a handler for Express. */
export type NodeHandler = (incoming: IncomingMessage, outgoing: ServerResponse) => Promise<void>

const RULES: OptionRules<NodeHandlerOptions> = { ...ROUTE_RULES, maxBytes: whole(1) }

/**
 * Makes a handler of web requests serve `node:http` and Express. `request.signal` aborts if the client leaves. The body of a request is bounded, and that of
 * a response is read as fast as the client takes it. What the handler throws becomes a response, as with `route`. Never rejects. Throws
 * `http/illegal-option`.
 */
export function nodeHandler(
  handle: (request: Request) => Response | Promise<Response>,
  options: NodeHandlerOptions = {},
): NodeHandler {
  checkArgumentCount(arguments.length, 2, 'nodeHandler(handle, options)', 'http/illegal-option')
  checkOptions('nodeHandler()', 'http/illegal-option', { handle }, HANDLER_RULES)
  checkOptions('nodeHandler()', 'http/illegal-option', options, RULES)
  const { maxBytes = 65_536 } = options
  return async (incoming, outgoing) => {
    const left = new AbortController()
    const leave = (): void => {
      if (!outgoing.writableFinished) left.abort('the client disconnected')
    }
    outgoing.once('close', leave)
    // The client may have left while something before this one waited.
    if (outgoing.destroyed) leave()
    const fallback = new Request('http://localhost/', { signal: left.signal })
    let request: Request | undefined
    let response: Response
    try {
      request = requestOf(incoming, left.signal, maxBytes)
      response = checkedResponse(await handle(request))
    } catch (thrown) {
      response = errorResponse(thrown, request ?? fallback, options)
    }
    try {
      await send(response, incoming, outgoing)
    } catch (thrown) {
      // A body that was read before, for example. One that fails because the client has left is no one's fault.
      if (!left.signal.aborted) report(thrown, request ?? fallback, options.onError)
      outgoing.destroy()
    }
  }
}

/** `express.json()` and its kin leave what they read in `body`, and Express cuts the path of a router from `url`. */
interface ParsedMessage extends IncomingMessage {
  readonly body?: unknown
  readonly originalUrl?: string
}

function requestOf(incoming: ParsedMessage, signal: AbortSignal, maxBytes: number): Request {
  const { method = 'GET', headers: given, rawHeaders } = incoming
  const path = incoming.originalUrl ?? incoming.url ?? ''
  try {
    // The path is appended, because `new URL('//host/path', base)` would take the host from it.
    if (!path.startsWith('/')) throw new TypeError('its target is not a path')
    const host = given.host || 'localhost'
    // Otherwise a part of the host would be the path, and what has checked the path would have checked another one.
    if (!/^[^\s/\\?#@]+$/.test(host)) throw new TypeError('its host is not a host')
    const target = new URL(`${isEncrypted(incoming) ? 'https' : 'http'}://${host}${path}`)
    const headers = new Headers()
    for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
      const [name = '', value = ''] = rawHeaders.slice(at, at + 2)
      if (!name.startsWith(':')) headers.append(name, value)
    }
    const body = method === 'GET' || method === 'HEAD' ? undefined : bodyOf(incoming, maxBytes)
    return new Request(target, { method, headers, signal, ...(body !== undefined && { body, duplex: 'half' }) })
  } catch (cause) {
    if (StageflowError.is(cause)) throw cause
    throw new StageflowError(
      'http/malformed-request',
      'The target, the method or a header of the request is malformed.',
      {
        cause,
      },
    )
  }
}

const isEncrypted = ({ socket }: IncomingMessage): boolean => 'encrypted' in socket && socket.encrypted === true

function bodyOf(incoming: ParsedMessage, maxBytes: number): BodyInit {
  const { body } = incoming
  // A parser of the app has read it, and has its own limit.
  if (incoming.readableEnded && body !== undefined)
    return typeof body === 'string' || body instanceof Uint8Array ? (body as BodyInit) : JSON.stringify(body)
  if (Number(incoming.headers['content-length'] ?? 0) > maxBytes) throw tooLarge(maxBytes)
  const parts = incoming[Symbol.asyncIterator]()
  let length = 0
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = (await parts.next()) as IteratorResult<Uint8Array, undefined>
      if (done === true) return controller.close()
      length += value.byteLength
      if (length > maxBytes) return controller.error(tooLarge(maxBytes))
      controller.enqueue(new Uint8Array(value))
    },
  })
}

/** Throws if the response can't be sent. What the client has of it then breaks off, and doesn't end. */
async function send(response: Response, incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  const reader = response.body?.getReader()
  if (outgoing.destroyed || outgoing.headersSent) return void reader?.cancel().catch(() => {})
  for (const [name, value] of response.headers) {
    if (name !== 'set-cookie') outgoing.setHeader(name, value)
  }
  // Besides those that Express has set, such as that of a session.
  for (const cookie of response.headers.getSetCookie()) outgoing.appendHeader('set-cookie', cookie)
  // The rest of a body that was not read would be taken for the next request.
  if (!incoming.complete) outgoing.setHeader('connection', 'close')
  outgoing.writeHead(response.status)
  outgoing.flushHeaders()
  if (reader === undefined || incoming.method === 'HEAD') {
    outgoing.end()
    return void reader?.cancel().catch(() => {})
  }
  // Cancels the stream, and with it the run, even if the next part never comes.
  outgoing.once('close', () => void reader.cancel().catch(() => {}))
  for (let part = await reader.read(); !part.done && !outgoing.destroyed; part = await reader.read()) {
    if (!outgoing.write(part.value)) await room(outgoing)
  }
  outgoing.end()
}

/** Resolves when the client has taken what was sent, or has left. */
function room(outgoing: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      outgoing.off('drain', done).off('close', done)
      resolve()
    }
    outgoing.once('drain', done).once('close', done)
    if (outgoing.destroyed) done()
  })
}
