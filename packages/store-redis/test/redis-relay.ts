import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'

import type { TestServer } from '../../interceptor-idempotency/test/server-process.ts'
import { startRedis } from './redis-server.ts'
import { redisBinary, redisUrl } from './redis.ts'

/** A server, or a relay to one, that a test can stop and start again. */
export type Breakable = Omit<TestServer, 'folder'>

/** A Redis that a test can stop: its own server, or a relay to the server of REDIS_URL. */
export function breakableRedis(): Promise<Breakable> {
  return redisBinary === undefined ? relayTo(redisUrl) : startRedis(redisBinary)
}

/** Passes everything on to the server at `target` until it is stopped. */
export async function relayTo(target: string): Promise<Breakable> {
  const { hostname, port } = new URL(target)
  const sockets = new Set<Socket>()
  let server: Server | undefined
  const listen = (on: number): Promise<number> =>
    new Promise((resolve, reject) => {
      server = createServer((near) => {
        const far = connect(Number(port || 6379), hostname)
        for (const [from, to] of [
          [near, far],
          [far, near],
        ] as const) {
          sockets.add(from)
          from.on('error', () => to.destroy())
          from.once('close', () => sockets.delete(from))
          from.pipe(to)
        }
      })
      server.once('error', reject)
      server.listen(on, '127.0.0.1', () => resolve((server?.address() as AddressInfo).port))
    })
  const stop = (): Promise<void> =>
    new Promise((resolve) => {
      if (server === undefined) return resolve()
      server.close(() => resolve())
      server = undefined
      for (const socket of sockets) socket.destroy()
    })
  const url = new URL(target)
  url.host = `127.0.0.1:${await listen(0)}`
  const own = Number(url.port)
  return {
    url: url.href,
    stop,
    start: async () => {
      await listen(own)
    },
    close: stop,
  }
}
