import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { constants, createServer as createHttp2Server, type Http2Server } from 'node:http2'
import type { AddressInfo, Socket } from 'node:net'

import { PROTOCOLS, type Protocol } from './protocols.ts'
import { SITUATIONS, type Answer } from './situations.ts'

/** Ways to end a response other than well. */
interface BadEnds {
  /** Closes its connection. */
  readonly cut: () => void
  /** Resets its connection, or of HTTP/2 its stream. */
  readonly reset: () => void
}

/** Servers that answer in all protocols. A path begins with a number of its own, the protocol, and the number of the situation. */
export async function startServers() {
  const requests = new Map<string, number>()
  const waiting = new Map<string, () => void>()
  const handle = (request: IncomingMessage, response: ServerResponse, ends: BadEnds): void => {
    const [, place = '', protocol, situation] = /^(\/\d+\/([\w-]+)\/(\d+))/.exec(request.url ?? '') ?? []
    requests.set(place, (requests.get(place) ?? 0) + 1)
    waiting.get(place)?.()
    const answer = Object.values(SITUATIONS)[Number(situation)]?.answer
    if (answer === undefined) throw new Error(`There is no answer at ${request.url}.`)
    request.resume().once('end', () => send(answer, protocol as Protocol, response, ends))
  }
  const server = createServer((request, response) => {
    const { socket } = request
    handle(request, response, { cut: () => socket.destroy(), reset: () => socket.resetAndDestroy() })
  })
  // The client of Bedrock speaks HTTP/2.
  const sockets = new Map<number | undefined, Socket>()
  const http2 = createHttp2Server((request, response) => {
    const socket = sockets.get(request.socket.remotePort)
    const reset = (): void => response.stream.close(constants.NGHTTP2_INTERNAL_ERROR)
    handle(request as never, response as never, { cut: () => socket?.destroy(), reset })
  })
  // The socket of an HTTP/2 request can't be destroyed, so that of its connection is.
  http2.on('connection', (socket: Socket) => sockets.set(socket.remotePort, socket))
  const origin = await listen(server)
  const http2Origin = await listen(http2)
  const stopped = createServer()
  const nothing = await listen(stopped)
  await new Promise((resolve) => stopped.close(resolve))
  let places = 0
  return {
    /** An address of its own for one situation. */
    place(protocol: Protocol, situation: string) {
      const place = `/${places++}/${protocol}/${Object.keys(SITUATIONS).indexOf(situation)}`
      const isClosed = SITUATIONS[situation]?.answer === 'nothing listens'
      return {
        url: (isClosed ? nothing : protocol === 'bedrock' ? http2Origin : origin) + place,
        requests: () => requests.get(place) ?? 0,
        /** Resolves when a request arrives. */
        asked: new Promise<void>((resolve) => waiting.set(place, resolve)),
      }
    },
    async close() {
      server.closeAllConnections()
      await Promise.all([server, http2].map((one) => new Promise((resolve) => one.close(resolve))))
    },
  }
}

async function listen(server: Server | Http2Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

function send(answer: Answer, protocol: Protocol, response: ServerResponse, { cut, reset }: BadEnds): void {
  if (answer === 'hangs') return
  if (answer === 'closes the connection') return cut()
  if (answer === 'resets') return reset()
  const { contentType, begin, error, body } = PROTOCOLS[protocol]
  if (typeof answer === 'object' && 'status' in answer) {
    const wait = answer.waitMs === undefined ? {} : { 'retry-after-ms': String(answer.waitMs) }
    response.writeHead(answer.status, { 'content-type': 'application/json', ...wait })
    response.end(JSON.stringify(body(answer.status, answer.code)))
    return
  }
  response.writeHead(200, { 'content-type': contentType })
  if (answer === 'ends without output') return void response.end()
  // The connection ends once the first bytes are on their way.
  if (answer === 'breaks off') return void response.write(begin, cut)
  if (answer === 'resets in the stream') return void response.write(begin, reset)
  response.write(begin)
  if (typeof answer === 'object') response.end(error(answer.inStream))
}
