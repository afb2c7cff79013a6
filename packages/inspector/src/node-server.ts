import { createServer } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { ReadableStream as NodeStream } from 'node:stream/web'

import { StageflowError } from '@stageflow/core'

const LOOPBACK = '127.0.0.1'

export interface NodeServer {
  readonly port: number
  close(): Promise<void>
}

/** Serves `fetch` on loopback. `port`: 0 for a free one. */
export async function serveOnLoopback(
  port: number,
  fetch: (request: Request, port: number) => Promise<Response>,
): Promise<NodeServer> {
  const server = createServer((incoming, outgoing) => {
    void answer(incoming, outgoing, (request) => fetch(request, portOf(server)))
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) => reject(noPort(port, cause)))
    server.listen(port, LOOPBACK, () => resolve())
  })
  return { port: portOf(server), close: () => closeServer(server) }
}

const portOf = (server: Server): number => (server.address() as AddressInfo).port

async function answer(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  fetch: (request: Request) => Promise<Response>,
): Promise<void> {
  const request = requestOf(incoming)
  if (request === undefined) return void outgoing.writeHead(400).end()
  try {
    const response = await fetch(request)
    outgoing.writeHead(response.status, Object.fromEntries(response.headers))
    if (response.body === null) return void outgoing.end()
    // When the browser leaves, the stream of the answer is cancelled.
    await pipeline(Readable.fromWeb(response.body as NodeStream), outgoing)
  } catch {
    outgoing.destroy()
  }
}

/** Undefined for a request whose target, host or method a browser would not send. */
function requestOf(incoming: IncomingMessage): Request | undefined {
  const { method = 'GET', headers, url = '/' } = incoming
  const hasBody = method !== 'GET' && method !== 'HEAD'
  try {
    return new Request(new URL(url, `http://${headers.host ?? LOOPBACK}`), {
      method,
      headers: Object.entries(headers).flatMap(([name, value]): [string, string][] =>
        typeof value === 'string' ? [[name, value]] : [],
      ),
      ...(hasBody && { body: Readable.toWeb(incoming) as ReadableStream<Uint8Array>, duplex: 'half' }),
    })
  } catch {
    return undefined
  }
}

function closeServer(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()))
  server.closeAllConnections()
  return closed
}

const noPort = (port: number, cause: Error): StageflowError =>
  new StageflowError(
    'inspector/no-port',
    `listen(): port ${port} of ${LOOPBACK} cannot be used: ${cause.message}. Pass another port, or none for a free one.`,
    { cause },
  )
