import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Pipeline } from '@stageflow/core'
import type { StageflowError } from '@stageflow/core'
import { classifyError } from '@stageflow/core/kit'
import { expect, test } from 'vitest'
import { serveEndpoint } from '../test/endpoint.ts'
import { startRestate } from '../test/restate-server.ts'
import { secret } from '../test/secret.ts'
import { durableClient, durableWorkflow } from './index.ts'

const graph = new Pipeline('p').withStage('a', () => ({ a: 1 })).build()

/** Asks again as long as an error may pass, and notes the codes of those errors. */
async function insistently<T>(ask: () => Promise<T>, codes: Set<string>): Promise<T> {
  const end = Date.now() + 60_000
  for (;;) {
    try {
      return await ask()
    } catch (error) {
      if (classifyError(error) !== 'transient' || Date.now() > end) throw error
      codes.add((error as StageflowError).code)
      await new Promise((resolve) => setImmediate(resolve))
    }
  }
}

test(
  'a workflow that a server does not know yet is an error worth another try, also while the server starts again',
  { timeout: 120_000 },
  async () => {
    const server = await startRestate()
    const endpoint = await serveEndpoint([durableWorkflow(graph, { name: 'w', secret })])
    try {
      const client = durableClient<typeof graph>({ url: server.url, name: 'w', secret })
      const unknown = await client.start('r0').catch((error: unknown) => error)
      expect(unknown).toMatchObject({ code: 'durable-restate/no-service', status: 503 })
      const codes = new Set<string>()
      const started = insistently(() => client.run('r0'), codes)
      await server.register(endpoint.url)
      expect(await started).toMatchObject({ status: 'completed' })
      expect([...codes]).toEqual(['durable-restate/no-service'])

      for (let restart = 1; restart <= 3; restart++) {
        await server.stop()
        const seen = new Set<string>()
        const asked = insistently(() => client.start(`r${restart}`), seen)
        const read = insistently(() => client.attach(`r${restart - 1}`), seen)
        await server.start()
        expect(await asked).toBe(true)
        expect((await read).status).toBe('completed')
        for (const code of seen) expect(['durable-restate/unavailable', 'durable-restate/no-service']).toContain(code)
        expect((await client.attach(`r${restart}`)).data).toEqual({ a: { a: 1 } })
      }
    } finally {
      await endpoint.close()
      await server.close()
    }
  },
)

test.each([
  ["service 'w' not found, make sure to register the service before calling it.", 'no-service'],
  ["the service 'w' exists, but the handler 'start' was not found, check that the handler exists.", 'no-service'],
  ['invocation not found', 'unknown-run'],
  ['not found', 'unknown-run'],
  ["a run said that service 'w' not found", 'unknown-run'],
])('a 404 with "%s" is durable-restate/%s', async (message, code) => {
  const server = createServer((_, response) => response.writeHead(404).end(JSON.stringify({ code: 404, message })))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const client = durableClient({ url: `http://127.0.0.1:${port}`, name: 'w', secret })
  await expect(client.start('r')).rejects.toMatchObject({ code: `durable-restate/${code}` })
  await new Promise((resolve) => server.close(resolve))
})
