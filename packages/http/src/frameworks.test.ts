import { once } from 'node:events'
import type { AddressInfo } from 'node:net'

import { serve as serveHono } from '@hono/node-server'
import { Pipeline } from '@stageflow/core'
import express from 'express'
import { Hono } from 'hono'
import { expect, onTestFinished, test } from 'vitest'

import { readJson, route, sseResponse } from './index.ts'
import { nodeHandler } from './node.ts'

const echo = nodeHandler(async (request) => Response.json(await readJson(request)))
const post = (body: string): RequestInit => ({ method: 'POST', body, headers: { 'content-type': 'application/json' } })

/** Serves an app of Express, and returns its address. */
async function listen(app: express.Express): Promise<string> {
  const server = app.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

test('Express passes a body on, with its parser and without', async () => {
  const url = await listen(express().post('/plain', echo).use(express.json()).post('/parsed', echo))
  for (const path of ['plain', 'parsed'])
    expect(await (await fetch(`${url}/${path}`, post('{"to":"Oslo"}'))).json()).toEqual({ to: 'Oslo' })
})

test('what the parser of Express let through is not refused for its length', async () => {
  const url = await listen(
    express()
      .use(express.json({ limit: '1mb' }))
      .post(
        '/',
        nodeHandler(async (request) => new Response(`${(await request.text()).length}`), { maxBytes: 10 }),
      ),
  )
  expect(await (await fetch(url, post('{"to":"Oslo, Norway"}'))).text()).toBe('21')
})

test('bytes that a parser of Express has read arrive as they are', async () => {
  const bytes = new Uint8Array([0, 255, 34])
  const url = await listen(
    express()
      .use(express.raw())
      .post(
        '/',
        nodeHandler(async (request) => new Response(await request.bytes())),
      ),
  )
  const headers = { 'content-type': 'application/octet-stream' }
  const response = await fetch(url, { method: 'POST', body: bytes, headers })
  expect(new Uint8Array(await response.arrayBuffer())).toEqual(bytes)
})

test('cookies that Express has set are kept', async () => {
  const handler = nodeHandler(() => new Response('done', { headers: { 'set-cookie': 'b=2' } }))
  const app = express().use((_request, response, next) => {
    response.cookie('session', '1')
    next()
  })
  const url = await listen(app.get('/', handler))
  expect((await fetch(url)).headers.getSetCookie()).toEqual(['session=1; Path=/', 'b=2'])
})

test('a router of Express cuts the path, and the handler gets the whole one', async () => {
  const handler = nodeHandler((request) => new Response(new URL(request.url).pathname))
  const url = await listen(express().use('/api', express.Router().get('/chat', handler)))
  expect(await (await fetch(`${url}/api/chat`)).text()).toBe('/api/chat')
})

/** Words that come one by one, of which the second waits until the reader has the first. */
function chat() {
  const got = Promise.withResolvers<void>()
  const graph = new Pipeline('chat')
    .withStage('answer', async function* () {
      yield 'one'
      await got.promise
      yield 'two'
      return {}
    })
    .build()
  return {
    got,
    answer: route((request) => sseResponse(graph.start({}, { signal: request.signal }), { stage: 'answer' })),
  }
}

test.each([
  [
    'Express',
    async (answer: (request: Request) => Promise<Response>) => listen(express().get('/', nodeHandler(answer))),
  ],
  [
    'Hono',
    async (answer: (request: Request) => Promise<Response>) => {
      const server = serveHono({
        fetch: new Hono().get('/', (c) => answer(c.req.raw)).fetch,
        port: 0,
        hostname: '127.0.0.1',
      })
      await once(server, 'listening')
      onTestFinished(() => void server.close())
      return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    },
  ],
])('words of a run stream through %s while it runs', async (_name, serve) => {
  const { got, answer } = chat()
  const response = await fetch(await serve(answer))
  let text = ''
  for await (const part of response.body!.pipeThrough(new TextDecoderStream())) {
    text += part
    if (text.includes('one')) got.resolve()
  }
  expect(text).toContain('two')
})
