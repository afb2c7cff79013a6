import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test, vi } from 'vitest'
import { secret } from '../test/secret.ts'
import { durableClient } from './index.ts'

test('a wait for the end of a run that the server has lost is asked for again', { timeout: 20_000 }, async () => {
  const inTime = AbortSignal.timeout.bind(AbortSignal)
  vi.spyOn(AbortSignal, 'timeout').mockImplementation((ms) => inTime(ms / 100))
  const result = { status: 'completed', data: { a: 1 } }
  const state = { status: 'running', startedAt: 1, requests: [], acts: [] }
  let attached = 0
  const server = createServer((request, response) => {
    if (request.method === 'POST') response.end(JSON.stringify({ run: 'x', ids: {}, isGuarded: false, state, result }))
    else if (++attached > 1) response.end('{}')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  try {
    const { port } = server.address() as AddressInfo
    const client = durableClient({ url: `http://127.0.0.1:${port}`, name: 'w', secret })
    expect(await client.attach('r')).toEqual(result)
    expect(attached).toBe(2)
  } finally {
    vi.restoreAllMocks()
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
})
