import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { pino } from 'pino'
import { openApp } from './app.ts'
import { openAuth } from './auth.ts'
import type { Model } from './model.ts'
import { openService } from './server.ts'

/** The service on a port of its own, with a model that counts its calls. `fails`: the model fails in the middle of its answer. */
async function serve(t: TestContext, fails = false) {
  const folder = mkdtempSync(join(tmpdir(), 'service-'))
  let calls = 0
  const model: Model = async function* (context) {
    calls++
    yield 'one '
    if (fails) throw new Error('the key sk-1 was refused')
    await context.clock.sleep(20, context.signal)
    yield 'two'
    return { text: 'one two' }
  }
  const { verify, sign } = openAuth({ JWT_SECRET: 'a secret of at least thirty-two characters' })
  const path = join(folder, 'service.db')
  const app = openApp({ verify, model, logger: pino({ level: 'silent' }), path })
  const service = openService(app)
  await once(service.server.listen(0, '127.0.0.1'), 'listening')
  t.after(async () => {
    if (service.server.listening) await service.close(0)
    rmSync(folder, { recursive: true })
  })
  const url = `http://127.0.0.1:${(service.server.address() as AddressInfo).port}`
  const headersOf = (user: string, organization: string) => ({
    authorization: `Bearer ${sign?.(user, organization)}`,
  })
  const ask = (question: unknown, headers: Record<string, string> = headersOf('ada', 'acme')) =>
    fetch(`${url}/chat`, { method: 'POST', headers, body: JSON.stringify({ question }) })
  return { app, service, url, headersOf, ask, calls: () => calls }
}

test('an answer streams, and is saved for its user', async (t) => {
  const { ask, app } = await serve(t)
  const text = await (await ask('Why?')).text()
  assert.match(text, /event: chunk\ndata: "one "[\s\S]*event: chunk\ndata: "two"[\s\S]*event: end\n/)
  const [message] = app.database.messagesOf('acme', 'ada')
  assert.equal(message?.question, 'Why?')
  assert.equal(message?.answer, 'one two')
})

test('a bad token and a bad body are refused before the model is asked', async (t) => {
  const { ask, calls } = await serve(t)
  assert.equal((await ask('Why?', {})).status, 401)
  assert.equal((await ask('Why?', { authorization: 'Bearer nonsense' })).status, 401)
  assert.equal((await ask(7)).status, 400)
  assert.equal((await ask(' ')).status, 422)
  assert.equal((await ask('x'.repeat(70_000))).status, 413)
  assert.equal(calls(), 0)
})

test('a repeat with the same key gets the recorded answer, and another user an own one', async (t) => {
  const { ask, headersOf, calls } = await serve(t)
  const key = { 'idempotency-key': '1' }
  const first = await (await ask('Why?', { ...headersOf('ada', 'acme'), ...key })).text()
  const again = await ask('Why?', { ...headersOf('ada', 'acme'), ...key })
  assert.equal(await again.text(), first)
  assert.equal((await ask('How?', { ...headersOf('ada', 'acme'), ...key })).status, 422)
  assert.equal(calls(), 1)
  await (await ask('Why?', { ...headersOf('ada', 'globex'), ...key })).text()
  assert.equal(calls(), 2)
})

test('a tenant sees no messages of another one', async (t) => {
  const { ask, url, headersOf } = await serve(t)
  await (await ask('Why?')).text()
  const countOf = async (user: string, organization: string) => {
    const response = await fetch(`${url}/messages`, { headers: headersOf(user, organization) })
    return ((await response.json()) as readonly object[]).length
  }
  assert.equal(await countOf('ada', 'acme'), 1)
  assert.equal(await countOf('ada', 'globex'), 0)
  assert.equal(await countOf('eve', 'acme'), 0)
  assert.equal((await fetch(`${url}/messages`)).status, 401)
  assert.equal((await fetch(`${url}/messages`, { headers: headersOf('', 'acme') })).status, 401)
})

test('a model that fails in the middle is an error event without its message', async (t) => {
  const { ask } = await serve(t, true)
  const text = await (await ask('Why?')).text()
  assert.match(text, /event: error\n/)
  assert.doesNotMatch(text, /event: end|sk-1/)
})

test('closing lets the answer in progress end', async (t) => {
  const { ask, service } = await serve(t)
  const response = await ask('Why?')
  const [text] = await Promise.all([response.text(), service.close()])
  assert.match(text, /event: end\n/)
})
