import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { request } from 'node:http'
import { createParser } from 'eventsource-parser'
import type { EventSourceMessage } from 'eventsource-parser'
import jwt from 'jsonwebtoken'
import { pino } from 'pino'
import { expect, onTestFinished, test } from 'vitest'
import { openApp } from '../src/app.ts'
import { type Model, scriptedModel } from '../src/model.ts'
import { openService } from '../src/server.ts'
import { AUDIENCE, ISSUER, signToken } from '../src/tokens.ts'

const SECRET = 'a secret of at least thirty-two characters'

/** The service on a port of its own, with a model that the test may replace. */
async function serve(model: Model = scriptedModel(1)) {
  const lines: string[] = []
  const stored: { readonly userId: string; readonly question: string }[] = []
  const logger = pino({}, { write: (line: string) => void lines.push(line) })
  const orders = new Map([[7, 'Order 7 is on its way.']])
  const ports = { model, orders, store: (message: (typeof stored)[number]) => void stored.push(message) }
  const service = openService(openApp({ secret: SECRET, logger, ports }))
  service.server.listen(0, '127.0.0.1')
  await once(service.server, 'listening')
  onTestFinished(() => service.close(0))
  const url = `http://127.0.0.1:${(service.server.address() as AddressInfo).port}`
  const post = (
    question: unknown,
    headers: Record<string, string> = {},
    signal: AbortSignal | null = null,
  ): Promise<Response> => {
    const authorization = `Bearer ${signToken(SECRET, 'ada')}`
    const body = typeof question === 'string' ? JSON.stringify({ question }) : String((question as { raw: string }).raw)
    return fetch(`${url}/chat`, { method: 'POST', headers: { authorization, ...headers }, body, signal })
  }
  return { service, url, post, lines, stored }
}

/** A model that streams one token at each call of `next`, until its signal aborts. */
function steppedModel() {
  const waiting: (() => void)[] = []
  let aborted = (): void => {}
  const stopped = new Promise<void>((resolve) => (aborted = resolve))
  const model: Model = {
    plan: async () => [],
    async *stream(_question, _found, signal) {
      for (let count = 1; ; count++) {
        yield `token ${count}`
        await new Promise<void>((resolve, reject) => {
          waiting.push(resolve)
          signal.addEventListener('abort', () => (aborted(), reject(signal.reason as Error)), { once: true })
        })
      }
    },
  }
  return { model, stopped, next: () => waiting.shift()?.() }
}

test('an answer streams as server-sent events, with what the tool found', async () => {
  const { post, stored } = await serve()
  const response = await post('Where is order 7?')
  expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8')
  const events: EventSourceMessage[] = []
  const parser = createParser({ onEvent: (event) => events.push(event) })
  parser.feed(await response.text())
  const tokens = events.filter(({ event }) => event === 'chunk').map(({ data }) => JSON.parse(data) as string)
  expect(tokens.join('')).toBe('I looked it up. Order 7 is on its way.')
  expect(events.at(-1)?.event).toBe('end')
  expect(JSON.parse(events.at(-1)!.data)).toMatchObject({
    status: 'completed',
    data: { messageId: expect.stringMatching(/^.{36}$/) as string },
  })
  expect(stored).toMatchObject([{ userId: 'ada', question: 'Where is order 7?' }])
})

test('a token reaches the client before the next one exists', async () => {
  const { model, next } = steppedModel()
  const { post } = await serve(model)
  const reader = (await post('Go on')).body!.pipeThrough(new TextDecoderStream()).getReader()
  expect((await reader.read()).value).toMatch(/^id: .*\nevent: chunk\ndata: "token 1"\n\n$/)
  next()
  expect((await reader.read()).value).toMatch(/^id: .*\nevent: chunk\ndata: "token 2"\n\n$/)
  await reader.cancel()
})

test('a tool that finds nothing is in the answer', async () => {
  const { post } = await serve()
  const text = await (await post('And order 9?')).text()
  expect(text).toMatch(/data: "9\."\n\nid: .*\nevent: end/)
})

test('a client that disconnects stops the model', async () => {
  const { model, stopped } = steppedModel()
  const { post, url } = await serve(model)
  const leaving = new AbortController()
  await (await post('Go on', {}, leaving.signal)).body!.getReader().read()
  leaving.abort()
  await stopped
  await expect
    .poll(async () => (await fetch(`${url}/metrics`)).text())
    .toContain('stageflow_runs_total{pipeline="chat",status="cancelled"} 1')
})

const claims = { algorithm: 'HS256', subject: 'ada', issuer: ISSUER, audience: AUDIENCE, expiresIn: 60 } as const
test.each([
  ['', 'auth/missing-token'],
  ['Bearer nonsense', 'auth/malformed-token'],
  [`Bearer ${jwt.sign({}, 'another secret of thirty-two characters!', claims)}`, 'auth/bad-signature'],
  [`Bearer ${jwt.sign({}, SECRET, { ...claims, expiresIn: -60 })}`, 'auth/expired'],
  [`Bearer ${jwt.sign({}, SECRET, { ...claims, audience: 'another' })}`, 'auth/wrong-audience'],
])('a bad token is refused before anything runs (case %#)', async (authorization, error) => {
  const { post, stored } = await serve()
  const response = await post('Where is order 7?', { authorization })
  expect([response.status, await response.json()]).toMatchObject([401, { error: { code: error } }])
  expect(stored).toEqual([])
})

test('a repeat with the same key gets the recorded answer; another question is 422, another user has an own answer', async () => {
  const { post, stored } = await serve()
  const key = { 'idempotency-key': 'm-1' }
  const first = await (await post('Hello', key)).text()
  const again = await post('Hello', key)
  expect(again.headers.get('idempotent-replayed')).toBe('true')
  expect(await again.text()).toBe(first)
  const other = await post('Goodbye', key)
  expect([other.status, await other.json()]).toMatchObject([422, { error: { code: 'idempotency/other-input' } }])
  expect(stored).toHaveLength(1)
  const eve = await post('Hello', { ...key, authorization: `Bearer ${signToken(SECRET, 'eve')}` })
  expect(await eve.text()).not.toBe(first)
  expect(stored.map(({ userId }) => userId)).toEqual(['ada', 'eve'])
})

test('while the first request is answered, a repeat is 409', async () => {
  const { model } = steppedModel()
  const { post } = await serve(model)
  const key = { 'idempotency-key': 'm-1' }
  const reader = (await post('Hello', key)).body!.getReader()
  await reader.read()
  const again = await post('Hello', key)
  expect([again.status, await again.json()]).toMatchObject([409, { error: { code: 'idempotency/in-progress' } }])
  await reader.cancel()
})

test.each([
  ['', 422, 'core/cancelled', 'The question is empty.'],
  ['x'.repeat(1_001), 422, 'core/cancelled', 'The question has more than 1000 characters.'],
  [{ raw: '{"question":' }, 400, 'http/malformed-body', 'The request is malformed.'],
  [{ raw: '{"question":7}' }, 400, 'chat/no-question', 'Send {"question":"…"}.'],
  [{ raw: 'null' }, 400, 'chat/no-question', 'Send {"question":"…"}.'],
  [{ raw: `{"question":"${'x'.repeat(70_000)}"}` }, 413, 'http/too-large', 'The request is too large.'],
])('a body without a good question is an HTTP status (case %#)', async (question, status, code, message) => {
  const { post } = await serve()
  const response = await post(question)
  expect([response.status, await response.json()]).toMatchObject([status, { error: { code, message } }])
})

test('a model that fails is 500 without its message, which is in the log; after the first token it is an event', async () => {
  const broken: Model = {
    plan: () => Promise.reject(new Error('the model is on fire')),
    stream: scriptedModel(1).stream,
  }
  const { post, lines } = await serve(broken)
  const response = await post('Hello')
  expect([response.status, await response.json()]).toMatchObject([500, { error: { code: 'core/stage-failed' } }])
  expect(lines.join('')).toContain('the model is on fire')
  const late: Model = {
    plan: async () => [],
    async *stream() {
      yield 'one'
      throw new Error('the line is dead')
    },
  }
  const text = await (await (await serve(late)).post('Hello')).text()
  expect(text).toMatch(
    /data: "one"\n\nid: .*\nevent: error\ndata: \{"status":500,"error":\{"code":"core\/stage-failed"/,
  )
  expect(text).not.toMatch(/event: end|the line is dead/)
})

test('closing waits for the answer in progress, and after its grace cancels it', async () => {
  const { model, stopped } = steppedModel()
  const { post, service } = await serve(model)
  const reader = (await post('Go on')).body!.pipeThrough(new TextDecoderStream()).getReader()
  await reader.read()
  await service.close(10)
  await stopped
  expect((await reader.read()).value).toMatch(/event: error\ndata: \{"status":503,"error":\{"code":"http\/stopping"/)
})

test('health, and paths that do not exist', async () => {
  const { url } = await serve()
  expect(await (await fetch(`${url}/health`)).json()).toEqual({ status: 'ok' })
  expect((await fetch(`${url}/chat`)).status).toBe(404)
})

test('a client that leaves while it sends its question does no harm', async () => {
  const { url, post } = await serve()
  const sending = request(`${url}/chat`, { method: 'POST', headers: { 'content-length': '100' } })
  sending.on('error', () => {})
  sending.write('{"question":')
  sending.destroy()
  expect((await post('Hello')).status).toBe(200)
})
