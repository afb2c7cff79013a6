import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What a lying server sends instead of a result: a whole response. */
export interface RawResponse {
  readonly status: number
  readonly body: string
}

export interface LyingServer extends AsyncDisposable {
  readonly url: string
  /** The requests for its list and the calls so far: their methods. */
  readonly asked: readonly string[]
}

/** What the server does with a request for its list, or with a call. */
interface Lies {
  /** The tools that it lists, in any shape. */
  readonly tools: () => readonly object[]
  /** The result of a call, in any shape. */
  readonly result?: (id: number) => object | RawResponse
  /** Whether it says that its list has changed whenever it is read. */
  readonly isRestless?: boolean
}

interface Message {
  readonly id?: number
  readonly method: string
  readonly params?: { readonly protocolVersion?: string }
}

const isRaw = (answer: object): answer is RawResponse => 'body' in answer
const CHANGED = 'data: {"jsonrpc":"2.0","method":"notifications/tools/list_changed"}\n\n'

/** A server that speaks the protocol as the SDK for servers would never do: without sessions, in JSON, and with a stream of its own messages. */
export async function lyingServer({
  tools,
  result = () => ({ content: [] }),
  isRestless = false,
}: Lies): Promise<LyingServer> {
  const asked: string[] = []
  const stream = Promise.withResolvers<ServerResponse>()

  function answerTo({ id = 0, method, params }: Message): object | RawResponse {
    if (method === 'initialize')
      return {
        protocolVersion: params?.protocolVersion,
        capabilities: { tools: { listChanged: true } },
        serverInfo: { name: 'liar', version: '1.0.0' },
      }
    if (!method.startsWith('tools/')) return { status: 404, body: '' }
    asked.push(method)
    if (method === 'tools/call') return result(id)
    if (isRestless) void stream.promise.then((open) => open.write(CHANGED))
    return { tools: tools() }
  }

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.method === 'GET') {
      response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders()
      return stream.resolve(response)
    }
    const message = JSON.parse((await request.toArray()).join('') || '{}') as Message
    if (message.id === undefined) return void response.writeHead(202).end()
    const answer = answerTo(message)
    const { status, body } = isRaw(answer)
      ? answer
      : { status: 200, body: JSON.stringify({ jsonrpc: '2.0', id: message.id, result: answer }) }
    response.writeHead(status, { 'content-type': 'application/json' }).end(body)
  }

  const http = createServer((request, response) => void serve(request, response)).listen(0, '127.0.0.1')
  await once(http, 'listening')
  const server: LyingServer = {
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}/mcp`,
    asked,
    [Symbol.asyncDispose]: async () => {
      const closed = once(http, 'close')
      http.close()
      http.closeAllConnections()
      await closed
    },
  }
  return server
}
