import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

import type { Json, KeyPair } from './tokens.ts'

/** The server of an issuer's key set, on its own loopback port. */
export interface JwksServer {
  readonly uri: string
  /** How many requests it got. */
  readonly requests: number
  /** Sets the keys that it publishes from now on. */
  publish(...keys: readonly Json[]): void
  /** Sets how it responds from now on, instead of with its keys. */
  answer(answer: (response: ServerResponse, request: IncomingMessage) => void): void
  close(): Promise<void>
}

export async function jwksServer(...keys: readonly Json[]): Promise<JwksServer> {
  let requests = 0
  const withKeys = (published: readonly Json[]) => (response: ServerResponse) => {
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify({ keys: published }))
  }
  let answer: (response: ServerResponse, request: IncomingMessage) => void = withKeys(keys)
  const server: Server = createServer((request, response) => {
    requests++
    answer(response, request)
  })
  server.keepAliveTimeout = 60_000
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    uri: `http://127.0.0.1:${port}/jwks.json`,
    get requests() {
      return requests
    },
    publish(...published) {
      answer = withKeys(published)
    },
    answer(given) {
      answer = given
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

export const jwkOf = ({ publicKey }: KeyPair, kid: string, more: Json = {}): Json => ({
  ...publicKey.export({ format: 'jwk' }),
  kid,
  use: 'sig',
  ...more,
})
