import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import type { WrittenEvent } from '@stageflow/exporter-buffered/contract'

/**
 * A server of the tests: it keeps the events that it accepts. For another
 * protocol, replace what is in it, `#post` and `http.test.ts`. The other
 * tests need only what it returns.
 */
export async function eventServer() {
  const events: WrittenEvent[] = []
  let status = 204
  let isHanging = false
  const server = createServer((request, response: ServerResponse) => {
    void text(request).then((body) => {
      if (isHanging) return
      if (status < 300)
        for (const line of body.trimEnd().split('\n'))
          events.push(JSON.parse(line))
      response.writeHead(status).end()
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/events`,
    events,
    answerWith: (next: number) => void (status = next),
    hang: () => void (isHanging = true),
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
