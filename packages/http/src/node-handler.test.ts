import { once } from 'node:events'
import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { connect } from 'node:net'
import type { AddressInfo } from 'node:net'

import { Pipeline } from '@stageflow/core'
import { expect, onTestFinished, test } from 'vitest'

import { readJson, sseResponse } from './index.ts'
import { nodeHandler } from './node.ts'
import type { NodeHandlerOptions } from './node.ts'

async function serve(
  handle: (request: Request) => Response | Promise<Response>,
  options: NodeHandlerOptions = {},
  before: (request: IncomingMessage, response: ServerResponse) => Promise<void> = async () => {},
) {
  const handler = nodeHandler(handle, options)
  const server = createServer(
    (request, response) => void before(request, response).then(() => handler(request, response)),
  )
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  return { port, url: `http://127.0.0.1:${port}` }
}

/** Sends bytes as they are, and returns what comes back until the connection ends. */
async function sendRaw(port: number, text: string): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  socket.setEncoding('utf8').on('error', () => {})
  let got = ''
  socket.on('data', (part) => void (got += String(part)))
  socket.end(text)
  await once(socket, 'close')
  return got
}

test('a request arrives whole: method, URL, headers and body', async () => {
  const { url } = await serve(async (request) => {
    const { method, headers } = request
    const { pathname, search } = new URL(request.url)
    return Response.json({ method, pathname, search, kind: headers.get('x-kind'), body: await request.text() })
  })
  const response = await fetch(`${url}/a/b?c=1`, { method: 'PUT', headers: { 'x-kind': 'test' }, body: 'ö' })
  expect(await response.json()).toEqual({ method: 'PUT', pathname: '/a/b', search: '?c=1', kind: 'test', body: 'ö' })
})

test('a response arrives whole: status, headers, several cookies', async () => {
  const { url } = await serve(() => {
    const headers = new Headers({ 'x-kind': 'test' })
    headers.append('set-cookie', 'a=1')
    headers.append('set-cookie', 'b=2')
    return new Response('gone', { status: 410, headers })
  })
  const response = await fetch(url)
  expect([response.status, response.headers.get('x-kind'), await response.text()]).toEqual([410, 'test', 'gone'])
  expect(response.headers.getSetCookie()).toEqual(['a=1', 'b=2'])
  const head = await fetch(url, { method: 'HEAD' })
  expect([head.status, await head.text()]).toEqual([410, ''])
})

test('a path with two slashes does not become the host', async () => {
  const { port } = await serve((request) => new Response(new URL(request.url).host))
  const got = await sendRaw(port, 'GET //evil.example/x HTTP/1.1\r\nHost: shop.example\r\nConnection: close\r\n\r\n')
  expect(got).toMatch(/^HTTP\/1.1 200/)
  expect(got).toContain('shop.example')
  expect(got).not.toContain('evil.example')
})

test.each([
  ['GET http://evil.example/ HTTP/1.1\r\nHost: shop.example\r\n'],
  ['GET / HTTP/1.1\r\nHost: a b\r\n'],
  ['TRACE / HTTP/1.1\r\nHost: shop.example\r\n'],
  ['OPTIONS * HTTP/1.1\r\nHost: shop.example\r\n'],
  ['GET /public HTTP/1.1\r\nHost: shop.example/admin?\r\n'],
  ['GET /public HTTP/1.1\r\nHost: shop.example#\r\n'],
  ['GET /public HTTP/1.1\r\nHost: shop.example\\admin?\r\n'],
  ['GET /public HTTP/1.1\r\nHost: ada:secret@shop.example\r\n'],
])('a malformed request is 400 and does not reach the handler (case %#)', async (head) => {
  let isCalled = false
  const { port } = await serve(() => {
    isCalled = true
    return new Response()
  })
  const got = await sendRaw(port, `${head}Connection: close\r\n\r\n`)
  expect(got).toMatch(/^HTTP\/1.1 400/)
  expect(got).toContain('http/malformed-request')
  expect(isCalled).toBe(false)
})

test('a body that is too long is 413, by its length or as it comes', async () => {
  const { url } = await serve(async (request) => Response.json(await readJson(request)), { maxBytes: 1_000 })
  const long = 'x'.repeat(2_000)
  expect((await fetch(url, { method: 'POST', body: JSON.stringify(long) })).status).toBe(413)
  const parts = new ReadableStream({
    start(controller) {
      for (let part = 0; part < 20; part++) controller.enqueue(new TextEncoder().encode('x'.repeat(100)))
      controller.close()
    },
  })
  const response = await fetch(url, { method: 'POST', body: parts, duplex: 'half' } as RequestInit)
  expect(response.status).toBe(413)
  expect(await response.json()).toMatchObject({ error: { code: 'http/too-large' } })
  expect((await fetch(url, { method: 'POST', body: '{"ok":true}' })).status).toBe(200)
})

test('what the handler throws is a status for the client, and an error for onError', async () => {
  const seen: unknown[] = []
  const broken = new Error('the database at 10.0.0.7 is down')
  const { url } = await serve(
    () => {
      throw broken
    },
    { onError: (error) => void seen.push(error) },
  )
  const response = await fetch(url)
  expect([response.status, await response.text()]).toEqual([500, expect.not.stringContaining('10.0.0.7')])
  expect(seen).toEqual([broken])
})

test('a client that left while something before the handler waited has aborted the signal', async () => {
  const seen = Promise.withResolvers<boolean>()
  const { port } = await serve(
    (request) => {
      seen.resolve(request.signal.aborted)
      return new Response('too late')
    },
    {},
    async (_request, response) => void (await once(response, 'close')),
  )
  const socket = connect(port, '127.0.0.1')
  socket.write('GET / HTTP/1.1\r\nHost: shop.example\r\n\r\n', () => socket.destroy())
  expect(await seen.promise).toBe(true)
})

test('a request without the name of a host keeps its path', async () => {
  const { port } = await serve((request) => new Response(new URL(request.url).pathname))
  expect(await sendRaw(port, 'GET /public HTTP/1.1\r\nHost: \r\nConnection: close\r\n\r\n')).toContain('/public')
})

test('a client that leaves aborts the signal and cancels the body, even while no part comes', async () => {
  const cancelled = Promise.withResolvers<void>()
  const aborted = Promise.withResolvers<unknown>()
  const { url } = await serve((request) => {
    request.signal.addEventListener('abort', () => aborted.resolve(request.signal.reason))
    let parts = 0
    return new Response(
      new ReadableStream({
        pull: (controller) => (parts++ === 0 ? controller.enqueue(new Uint8Array([1])) : new Promise(() => {})),
        cancel: () => cancelled.resolve(),
      }),
    )
  })
  const leaving = new AbortController()
  const response = await fetch(url, { signal: leaving.signal })
  await response.body!.getReader().read()
  leaving.abort()
  expect(await aborted.promise).toBe('the client disconnected')
  await cancelled.promise
})

test('a complete response aborts nothing', async () => {
  let signal: AbortSignal | undefined
  const { url } = await serve((request) => {
    ;({ signal } = request)
    return new Response('done')
  })
  await (await fetch(url, { headers: { connection: 'close' } })).text()
  await new Promise((resolve) => setImmediate(resolve))
  expect(signal?.aborted).toBe(false)
})

test('a client that does not read holds the body back', async () => {
  let pulled = 0
  const { port } = await serve(
    () =>
      new Response(
        new ReadableStream({
          pull: (controller) => {
            pulled++
            controller.enqueue(new Uint8Array(65_536))
          },
        }),
      ),
  )
  const socket = connect(port, '127.0.0.1')
  socket.on('error', () => {})
  socket.write('GET / HTTP/1.1\r\nHost: shop.example\r\n\r\n')
  socket.pause()
  let before = -1
  await expect
    .poll(
      () => {
        const isStill = pulled > 0 && pulled === before
        before = pulled
        return isStill
      },
      { interval: 200, timeout: 20_000 },
    )
    .toBe(true)
  expect(pulled).toBeLessThan(1_000)
  socket.destroy()
})

test('a body that fails breaks the response off, and the app sees why', async () => {
  const seen: unknown[] = []
  const { url } = await serve(
    () =>
      new Response(
        new ReadableStream({
          start: (controller) => controller.enqueue(new Uint8Array([1])),
          pull: (controller) => controller.error(new Error('broken')),
        }),
      ),
    { onError: (error) => void seen.push(error) },
  )
  await expect(fetch(url).then(async (response) => response.text())).rejects.toThrow()
  expect(seen).toEqual([new Error('broken')])
})

test.each([
  ['something other than a response', () => undefined as never, 'http/no-response'],
  ['a response that cannot be sent', () => Response.error(), 'http/no-response'],
  ['a response whose body was read', spent, undefined],
])('a handler that returns %s ends no process', async (_, handle, code) => {
  const seen: unknown[] = []
  const { url } = await serve(handle, { onError: (error) => void seen.push(error) })
  const answer = fetch(url).then(async (response) => response.text())
  if (code === undefined) await expect(answer).rejects.toThrow()
  else expect(await answer).toContain(code)
  expect(seen).toHaveLength(1)
})

async function spent(): Promise<Response> {
  const response = new Response('read')
  response.body?.getReader()
  return response
}

test('a run streams to the client, and one that leaves cancels it', async () => {
  const stopped = Promise.withResolvers<unknown>()
  const graph = new Pipeline('chat')
    .withStage('llm', async function* ({ signal }) {
      yield 'a'
      await new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)))
      return {}
    })
    .build()
  const { url } = await serve(async (request) => {
    const run = graph.start({}, { signal: request.signal })
    void run.settled.then(({ status }) => stopped.resolve(status))
    return sseResponse(run, { stage: 'llm' })
  })
  const leaving = new AbortController()
  const response = await fetch(url, { signal: leaving.signal })
  const { value } = await response.body!.getReader().read()
  expect(new TextDecoder().decode(value)).toContain('data: "a"')
  leaving.abort()
  expect(await stopped.promise).toBe('cancelled')
})

test('illegal options are refused', () => {
  const code = { code: 'http/illegal-option' }
  expect(() => nodeHandler(() => new Response(), { maxBytes: 0 })).toThrow(expect.objectContaining(code))
  expect(() => nodeHandler(undefined as never)).toThrow(expect.objectContaining(code))
})
