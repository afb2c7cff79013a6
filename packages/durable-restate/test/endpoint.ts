import { createServer } from 'node:http2'
import type { ServerHttp2Session } from 'node:http2'
import { createEndpointHandler } from '@restatedev/restate-sdk'
import type { EndpointOptions } from '@restatedev/restate-sdk'
import { freePort } from '../../interceptor-idempotency/test/server-process.ts'

export interface Endpoint {
  readonly url: string
  readonly port: number
  /** Cuts all connections. Attempts in progress are lost, their code isn't told by this. */
  cut(): void
  close(): Promise<void>
}

/** Serves services of Restate in this process. Its port stays free for a later endpoint that takes its place. */
export async function serveEndpoint(services: EndpointOptions['services'], given?: number): Promise<Endpoint> {
  const port = given ?? (await freePort())
  const server = createServer(createEndpointHandler({ services, logger: () => {} }))
  const sessions = new Set<ServerHttp2Session>()
  let isClosing = false
  server.on('session', (session) => {
    // A connection that was accepted just before the end would keep the server open.
    if (isClosing) return session.destroy()
    sessions.add(session)
    session.once('close', () => sessions.delete(session))
  })
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  const cut = (): void => {
    for (const session of sessions) session.destroy()
  }
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    cut,
    close: async () => {
      isClosing = true
      const closed = server.listening ? new Promise((resolve) => server.close(resolve)) : undefined
      cut()
      await closed
    },
  }
}
