import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Pipeline } from '@stageflow/core'
import { expect, test } from 'vitest'
import { freePort } from '../../interceptor-idempotency/test/server-process.ts'
import { serveEndpoint } from '../test/endpoint.ts'
import { observed } from '../test/observed.ts'
import { restate, secret, serve } from '../test/restate.ts'
import { durableClient, durableService, durableWorkflow, moveRun } from './index.ts'

test('a client without a server rejects with durable-restate/unavailable', async () => {
  const client = durableClient({ url: `http://127.0.0.1:${await freePort()}`, name: 'x', secret })
  await expect(client.start('r')).rejects.toMatchObject({
    code: 'durable-restate/unavailable',
    message: /did not answer POST \/x\/r\/start/,
  })
  await expect(client.attach('r')).rejects.toMatchObject({ code: 'durable-restate/unavailable' })
})

test('a workflow that Restate does not know is named', async () => {
  const client = durableClient({ url: restate.url, name: 'nobody-serves-this', secret })
  await expect(client.start('r')).rejects.toMatchObject({
    code: 'durable-restate/no-service',
    message: /Restate knows no workflow for \/nobody-serves-this\/r\/start/,
  })
})

test('other answers of a server are shown with their status', async () => {
  const server = createServer((_, response) => response.writeHead(503).end('no leader'))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const client = durableClient({ url: `http://127.0.0.1:${port}/`, name: 'x', secret })
  await expect(client.cancel('a/b', 'x')).rejects.toMatchObject({
    code: 'durable-restate/refused',
    message: 'Restate refused POST /x/a%2Fb/read with 503: no leader',
  })
  await new Promise((resolve) => server.close(resolve))
})

test('headers are sent with each request, and ids may hold any character', async () => {
  const seen: string[] = []
  const server = createServer((request, response) => {
    seen.push(`${request.method} ${request.url} ${request.headers.authorization}`)
    response.writeHead(200).end('null')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const headers = { authorization: 'Bearer t' }
  const client = durableClient({ url: `http://127.0.0.1:${port}`, name: 'x', headers, secret })
  expect(await client.status('ü 1')).toBeUndefined()
  expect(seen).toEqual(['POST /x/%C3%BC%201/read Bearer t'])
  await new Promise((resolve) => server.close(resolve))
})

test('a question to workers that are gone ends after its time, or when its signal aborts', async () => {
  const { client, endpoint } = await serve<typeof graph>((name) => [durableWorkflow(graph, { name, secret })])
  await client.run('r')
  await endpoint.close()
  await expect(client.status('r', { timeoutMs: 200 })).rejects.toMatchObject({
    code: 'durable-restate/timed-out',
    message: expect.stringMatching(/\/r\/read within 200 ms.*Check that the workers/),
  })
  const controller = new AbortController()
  const status = client.status('r', { signal: controller.signal })
  controller.abort(new Error('the page was closed'))
  await expect(status).rejects.toThrow('the page was closed')
})

test('a start that no worker takes in time is kept, and begins the run when a worker is back', async () => {
  const { client, endpoint, name } = await serve<typeof graph>((name) => [durableWorkflow(graph, { name, secret })])
  await endpoint.close()
  // Long enough for the request to reach the server.
  await expect(client.start('r', {}, { timeoutMs: 2_000 })).rejects.toMatchObject({
    code: 'durable-restate/timed-out',
    message: expect.stringContaining('this one may still be carried out') as string,
  })
  const again = await serveEndpoint([durableWorkflow(graph, { name, secret })], endpoint.port)
  try {
    expect(await observed(async () => (await client.status('r')) !== undefined)).toBe(true)
    expect((await client.attach('r')).status).toBe('completed')
  } finally {
    await again.close()
  }
})

test('the options of a wait are checked', async () => {
  const client = durableClient({ url: restate.url, name: 'x', secret })
  const refusal = { code: 'durable-restate/illegal-option' }
  for (const wait of [{ timeoutMs: -1 }, { timeout: 1 }, new AbortController().signal])
    await expect(client.status('r', wait as never)).rejects.toMatchObject(refusal)
  for (const wait of [{ timeoutMs: 1 }, new AbortController().signal])
    await expect(client.attach('r', wait as never)).rejects.toMatchObject(refusal)
})

test('attach ends when its signal aborts, and the run goes on', async () => {
  const released = Promise.withResolvers<void>()
  const graph = new Pipeline('slow')
    .withStage('a', async () => {
      await released.promise
      return { a: 1 }
    })
    .build()
  const { client } = await serve<typeof graph>((name) => [durableWorkflow(graph, { name, secret })])
  await client.start('r')
  const controller = new AbortController()
  const attached = client.attach('r', { signal: controller.signal })
  await observed(() => client.status('r'))
  controller.abort(new Error('the page was closed'))
  await expect(attached).rejects.toThrow('the page was closed')
  released.resolve()
  expect((await client.attach('r')).status).toBe('completed')
})

test.each<[name: string, make: () => unknown, message: RegExp]>([
  [
    'a name that Restate refuses',
    () => durableWorkflow(graph, { name: 'a b', secret }),
    /name must be a name such as "payout"/,
  ],
  ['an unknown option', () => durableService(graph, { name: 'a', prots: 1 } as never), /unknown option "prots".*ports/],
  ['a relative address', () => durableClient({ url: '/ingress', name: 'a', secret }), /url must be an address such as/],
])('%s is refused (durable-restate/illegal-option)', (_name, make, message) => {
  expect(make).toThrow(expect.objectContaining({ code: 'durable-restate/illegal-option' }) as Error)
  expect(make).toThrow(message)
})
const graph = new Pipeline('p').withStage('a', () => ({ a: 1 })).build()

test('options of moveRun are checked too', async () => {
  await expect(
    moveRun(graph, { url: restate.url, adminUrl: 'x', name: 'p', runId: 'r', secret }),
  ).rejects.toMatchObject({
    code: 'durable-restate/illegal-option',
    message: /moveRun\(\).*adminUrl must be an address/,
  })
})
