import { once } from 'node:events'
import { request } from 'node:http'
import type { IncomingMessage } from 'node:http'
import { text } from 'node:stream/consumers'

import { afterEach, expect, test } from 'vitest'

import { Pipeline, StageOutput } from '@stageflow/core'
import type { Interceptor } from '@stageflow/core'
import { gate } from '@stageflow/core/edges'
import { manualClock } from '@stageflow/testing'

import { feedReader, openedPage, refusalOf } from '../test/opened-page.ts'
import { inspector } from './index.ts'
import type { Inspector, InspectorAccess, InspectorOptions, InspectorServer } from './index.ts'

let clock = manualClock({ seed: 1 })
const servers: InspectorServer[] = []
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()))
  const { timers } = clock
  clock = manualClock({ seed: 1 })
  expect(timers).toEqual([])
})

const SECRET = 'sk-proj-abcdefghijklmnopqrstuvwxyz0123456789ABCDEF'

async function listening(options: InspectorOptions = {}) {
  const page = inspector({ clock, ...options })
  const server = await page.listen()
  servers.push(server)
  const { origin, hash } = new URL(server.url)
  return { page, server, origin, key: hash.replace('#key=', '') }
}

const bearer = (key: string) => ({ headers: { authorization: `Bearer ${key}` } })

/** The status and the body of an answer; `fetch` sets the host itself. */
async function withHost(port: number, host: string, key: string): Promise<string> {
  const headers = { host, authorization: `Bearer ${key}` }
  const asked = request({ port, host: '127.0.0.1', path: '/api/runs', headers }).end()
  const [response] = (await once(asked, 'response')) as [IncomingMessage]
  return `${response.statusCode} ${await text(response)}`
}

/** A run that every test may look for, of one organization. */
async function runOf(page: Inspector, orgId: string, pipelineRunId: string) {
  const kid = new Pipeline('kid').withStage('meter', () => ({ words: `of ${orgId}` }))
  const graph = new Pipeline('order').withPipeline('bill', kid).build({ clock, eventSink: page })
  await graph.run({ orgId, pipelineRunId, inputText: `of ${orgId}` })
}

test('listen() refuses each request to its API that has no key, or has it in another place than the header', async () => {
  const { origin, key } = await listening()
  const refused = [
    await fetch(`${origin}/api/runs`),
    await fetch(`${origin}/api/runs`, bearer(`${key}x`)),
    await fetch(`${origin}/api/runs`, bearer('')),
    await fetch(`${origin}/api/runs?key=${key}`),
    await fetch(`${origin}/api/runs`, { headers: { cookie: `key=${key}` } }),
    await fetch(`${origin}/api/runs`, { headers: { authorization: `Basic ${key}` } }),
    await fetch(`${origin}/runs/run-1.html`),
    await fetch(`${origin}/api/feed`),
    await fetch(`${origin}/api/runs/run-1/cancel`, { method: 'POST' }),
    await fetch(`${origin}/api/nothing`),
  ]
  expect(await Promise.all(refused.map(refusalOf))).toEqual(refused.map(() => '401 inspector/no-key'))
  expect((await fetch(`${origin}/api/runs`, bearer(key))).status).toBe(200)
})

test('each listen() has a key of its own, which is in no answer, and no answer sets a cookie', async () => {
  const { page, origin, key } = await listening()
  const other = await page.listen()
  servers.push(other)
  expect(key.length).toBeGreaterThanOrEqual(32)
  expect(await refusalOf(await fetch(`${new URL(other.url).origin}/api/runs`, bearer(key)))).toBe(
    '401 inspector/no-key',
  )
  for (const path of ['/', '/api/runs', '/api/nothing']) {
    const response = await fetch(`${origin}${path}`, bearer(key))
    expect(response.headers.get('set-cookie')).toBeNull()
    expect(`${JSON.stringify([...response.headers])}${await response.text()}`).not.toContain(key)
  }
})

test('the page of listen() comes without a key, because a browser sends none, and has no data', async () => {
  const { page, origin } = await listening()
  await runOf(page, 'acme', 'run-1')
  const response = await fetch(`${origin}/`)
  expect(response.status).toBe(200)
  expect(await response.text()).not.toMatch(/run-1|acme/)
})

test('listen() refuses a host that is not loopback at its port, so that a name of another site cannot lead to it', async () => {
  const { server, key } = await listening()
  const { port } = server
  for (const host of [
    `evil.test:${port}`,
    'evil.test',
    '127.0.0.1',
    `127.0.0.1:${port + 1}`,
    `127.0.0.1.evil.test:${port}`,
  ])
    expect(await withHost(port, host, key)).toContain('403 {"error":{"code":"inspector/wrong-host"')
  expect(await withHost(port, `127.0.0.1:${port}.evil.test`, key)).toBe('400 ')
  for (const host of [`127.0.0.1:${port}`, `localhost:${port}`, `[::1]:${port}`])
    expect(await withHost(port, host, key)).toMatch(/^200 /)
})

test.each([
  [{ origin: 'http://evil.test' }],
  [{ origin: 'null' }],
  [{ 'sec-fetch-site': 'cross-site' }],
  [{ 'sec-fetch-site': 'same-site' }],
])('a request that a page of another origin sent is refused: %j', async (headers) => {
  const { ask, post } = openedPage({ clock, actions: true })
  for (const path of ['/api/runs', '/api/feed', '/runs/run-1.html'])
    expect(await refusalOf(await ask(path, { headers }))).toBe('403 inspector/wrong-origin')
  expect(await refusalOf(await post('/api/runs/run-1/cancel', {}, headers))).toBe('403 inspector/wrong-origin')
  expect((await ask('/', { headers })).status).toBe(200)
})

test('no answer lets another origin read it, and a preflight is refused', async () => {
  const { ask } = openedPage({ clock })
  const preflight = await ask('/api/runs/run-1/cancel', {
    method: 'OPTIONS',
    headers: { origin: 'http://evil.test', 'access-control-request-method': 'POST' },
  })
  expect(preflight.status).toBe(403)
  for (const response of [preflight, await ask('/'), await ask('/api/runs')]) {
    expect([...response.headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([])
    expect(response.headers.get('cross-origin-resource-policy')).toBe('same-origin')
    expect(response.headers.get('x-content-type-options')).toBe('nosniff')
    expect(response.headers.get('referrer-policy')).toBe('no-referrer')
    expect(response.headers.get('cache-control')).toBe('no-store')
  }
})

test('the page runs only its own script and style, cannot be framed, and asks only its own origin', async () => {
  const { ask } = openedPage({ clock })
  const response = await ask('/')
  const policy = response.headers.get('content-security-policy') ?? ''
  expect(policy).toMatch(/^default-src 'none'; script-src 'sha256-[\w+/=]{44}'; style-src 'sha256-[\w+/=]{44}'; /)
  expect(policy).toContain("connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
  expect(policy).not.toMatch(/unsafe|http/)
})

test('a mounted page refuses everything without authorize', async () => {
  const page = inspector({ clock, actions: true })
  await runOf(page, 'acme', 'run-1')
  for (const path of ['/', '/api/runs', '/api/runs/run-1', '/api/feed', '/runs/run-1.html', '/api/nothing'])
    expect(await refusalOf(await page.fetch(new Request(`http://app.test${path}`)))).toBe('403 inspector/no-authorize')
  const cancel = new Request('http://app.test/api/runs/run-1/cancel', { method: 'POST' })
  expect(await refusalOf(await page.fetch(cancel))).toBe('403 inspector/no-authorize')
})

test.each<[string, () => unknown, string]>([
  ['returns false', () => false, '403 inspector/not-granted'],
  ['may not read', () => ({ by: 'ada', may: ['cancel'] }), '403 inspector/not-granted'],
  ['returns undefined', () => undefined, '500 inspector/authorize-failed'],
  ['returns true', () => true, '500 inspector/authorize-failed'],
  ['names no one', () => ({ may: ['read'] }), '500 inspector/authorize-failed'],
  ['names someone on two lines', () => ({ by: 'ada\nroot', may: ['read'] }), '500 inspector/authorize-failed'],
  ['has an unknown right', () => ({ by: 'ada', may: ['admin'] }), '500 inspector/authorize-failed'],
  [
    'has an orgId without a value',
    () => ({ by: 'ada', may: ['read'], orgId: undefined }),
    '500 inspector/authorize-failed',
  ],
  [
    'misspells orgId, which would show the runs of all',
    () => ({ by: 'ada', may: ['read'], orgID: 'acme' }),
    '500 inspector/authorize-failed',
  ],
  ['has an empty token', () => ({ by: 'ada', may: ['read'], token: '' }), '500 inspector/authorize-failed'],
  [
    'throws',
    () => {
      throw new Error('no row for ada@acme.test')
    },
    '500 inspector/authorize-failed',
  ],
  ['rejects', () => Promise.reject(new Error('no row for ada@acme.test')), '500 inspector/authorize-failed'],
])('where authorize %s, nothing is shown, and nothing of an error', async (_, authorize, refusal) => {
  const { page, ask } = openedPage({ clock, authorize: authorize as () => InspectorAccess })
  await runOf(page, 'acme', 'run-1')
  for (const path of ['/', '/api/runs', '/api/runs/run-1', '/api/feed']) {
    const response = await ask(path)
    expect(await response.clone().text()).not.toContain('acme')
    expect(await refusalOf(response)).toBe(refusal)
  }
})

test('a reader of one organization sees and does nothing of another one, by any path', async () => {
  let access: InspectorAccess = { by: 'ada', may: ['read', 'cancel', 'answer', 'retry'], orgId: 'acme' }
  const opened = openedPage({ clock, data: true, actions: true, authorize: () => access })
  const { page, ask, post, runs, run, read } = opened
  await runOf(page, 'acme', 'of-acme')
  await runOf(page, 'other', 'of-other')
  const running = new Pipeline('slow')
    .withStage('wait', () => clock.sleep(1_000))
    .build({ clock, eventSink: page })
    .run({ orgId: 'other', pipelineRunId: 'live-of-other' })
  access = { ...access, orgId: 'other' }
  const kidOfOther = (await run('of-other')).children[0]?.id ?? ''
  access = { ...access, orgId: 'acme' }

  expect((await runs()).map(({ id }) => id)).toEqual(['of-acme'])
  expect((await run('of-acme')).children).toHaveLength(1)
  for (const id of ['of-other', 'live-of-other', kidOfOther]) {
    for (const path of [`/api/runs/${id}`, `/api/runs/${id}/stages/bill`, `/runs/${id}.html`])
      expect(await refusalOf(await ask(path))).toBe('404 inspector/unknown-run')
    expect(await refusalOf(await ask(`/api/compare?a=of-acme&b=${id}`))).toBe('404 inspector/unknown-run')
    for (const act of ['cancel', 'answer', 'retry'])
      expect(await refusalOf(await post(`/api/runs/${id}/${act}`, {}))).toBe('404 inspector/unknown-run')
  }
  expect(await read('/api/pipelines/order')).toMatchObject({ runs: 1 })
  expect(await read('/api/pipelines/slow')).toMatchObject({ runs: 0 })

  const reader = feedReader(await ask('/api/feed?run=live-of-other&stage=wait'))
  const first = await reader.next()
  expect(first).toMatchObject({ unknownRun: true, list: { runs: [{ id: 'of-acme' }], older: 0 } })
  await runOf(page, 'other', 'new-of-other')
  await clock.advance(100)
  await runOf(page, 'acme', 'new-of-acme')
  await clock.advance(100)
  const second = await reader.next()
  expect(JSON.stringify(second)).not.toContain('other')
  expect(second?.runs).toMatchObject([{ id: 'new-of-acme' }])
  await reader.leave()
  await clock.runAll()
  expect((await running).status).toBe('completed')
})

test('a run with the id of a run of another organization does not get anything of it, also while both run', async () => {
  let access: InspectorAccess = { by: 'ada', may: ['read'], orgId: 'acme' }
  const { page, run, stage, ask, runs } = openedPage({ clock, data: true, authorize: () => access })
  const graph = (orgId: string, ms: number) =>
    new Pipeline('order')
      .withStage('early', () => ({ words: `early of ${orgId}` }))
      .withStage('late', async function* () {
        await clock.sleep(ms)
        yield `chunk of ${orgId}`
        return { words: `late of ${orgId}` }
      })
      .build({ clock, eventSink: page })
  const ofOther = graph('other', 100).run({ orgId: 'other', pipelineRunId: 'run-1', inputText: 'input of other' })
  await clock.advance(10)
  const ofAcme = graph('acme', 10).run({ orgId: 'acme', pipelineRunId: 'run-1' })
  for (const ms of [0, 50, 100]) {
    await clock.advance(ms)
    const shown = [await run('run-1'), await stage('run-1', 'early'), await stage('run-1', 'late'), await runs()]
    expect(JSON.stringify(shown)).not.toContain('other')
  }
  expect(await stage('run-1', 'late')).toMatchObject({ output: { words: 'late of acme' }, chunkText: 'chunk of acme' })
  expect((await run('run-1')).summary).toMatchObject({ status: 'completed', done: 2 })
  access = { ...access, orgId: 'other' }
  expect(await refusalOf(await ask('/api/runs/run-1'))).toBe('404 inspector/unknown-run')
  await Promise.all([ofOther, ofAcme])
})

test('a child run of another organization than its parent is listed for its own, without the parent', async () => {
  let access: InspectorAccess = { by: 'ada', may: ['read'], orgId: 'child-org' }
  const { page, run, runs, feed } = openedPage({ clock, authorize: () => access })
  const child = new Pipeline('child').withStage('work', () => ({})).build({ clock, eventSink: page })
  const graph = new Pipeline('parent')
    .withStage('start', (context) => context.runChild(child, { orgId: 'child-org' }).orFail())
    .build({ clock, eventSink: page })
  const reader = await feed()
  await reader.next()
  await graph.run({ orgId: 'parent-org', pipelineRunId: 'parent-1' })
  await clock.advance(100)
  const listed = await runs()
  expect(listed).toMatchObject([{ pipeline: 'child', status: 'completed' }])
  const shown = [listed, await run(listed[0]?.id ?? ''), await reader.next()]
  expect(JSON.stringify(shown)).not.toContain('parent-')
  await reader.leave()
  access = { ...access, orgId: 'parent-org' }
  expect(await runs()).toMatchObject([{ pipeline: 'parent' }])
  expect((await run('parent-1')).children).toEqual([])
  await clock.advance(100)
})

test('data that can change, or whose getters throw, is what it was when the stage settled', async () => {
  const { page, stage } = openedPage({ clock, data: true })
  const inner = { words: 'as returned' }
  const odd = Object.defineProperty({}, 'words', {
    enumerable: true,
    get: () => {
      throw new Error('hunter2')
    },
  })
  const graph = new Pipeline('odd')
    .withStage('changed', () => ({ inner }))
    .withStage('throws', () => ({ odd }))
    .build({ clock, eventSink: page, freeze: 'shallow' })
  await graph.runSettled({ pipelineRunId: 'run-1' })
  inner.words = 'as changed later'
  expect(await stage('run-1', 'changed')).toMatchObject({ output: { inner: { words: 'as returned' } } })
  expect(JSON.stringify(await stage('run-1', 'throws'))).not.toContain('hunter2')
})

test('the ids of dropped runs of another organization are not sent', async () => {
  const authorize = (): InspectorAccess => ({ by: 'ada', may: ['read'], orgId: 'acme' })
  const { page, feed } = openedPage({ clock, maxBytes: 10_000, authorize })
  await runOf(page, 'acme', 'of-acme')
  await runOf(page, 'other', 'of-other')
  const reader = await feed()
  await reader.next()
  for (let turn = 0; turn < 5; turn++) await runOf(page, 'acme', `run-${turn}`)
  await clock.advance(100)
  const message = await reader.next()
  expect(message?.gone).toContain('of-acme')
  expect(JSON.stringify(message)).not.toContain('of-other')
  await reader.leave()
})

test('a run without an organization is not shown to a reader of one', async () => {
  const authorize = (): InspectorAccess => ({ by: 'ada', may: ['read'], orgId: 'acme' })
  const { page, runs, ask } = openedPage({ clock, authorize })
  await new Pipeline('chat')
    .withStage('a', () => undefined)
    .build({ clock, eventSink: page })
    .run({ pipelineRunId: 'run-1' })
  expect(await runs()).toEqual([])
  expect(await refusalOf(await ask('/api/runs/run-1'))).toBe('404 inspector/unknown-run')
})

test('nothing can be done unless the app allows acts at all, and this act to this reader', async () => {
  const off = openedPage({ clock })
  const may: InspectorAccess = { by: 'ada', may: ['read'] }
  const on = openedPage({ clock, actions: true, authorize: () => may })
  for (const { page, post, run, ask, refusal } of [
    { ...off, refusal: '403 inspector/actions-off' },
    { ...on, refusal: '403 inspector/not-granted' },
  ]) {
    const running = new Pipeline('slow')
      .withStage('wait', () => clock.sleep(1_000))
      .build({ clock, eventSink: page })
      .run({ pipelineRunId: 'run-1' })
    expect((await run('run-1')).acts).toEqual([])
    expect(await refusalOf(await post('/api/runs/run-1/cancel', {}))).toBe(refusal)
    expect(await refusalOf(await post('/api/runs/run-1/retry', {}))).toBe(refusal)
    expect(await refusalOf(await post('/api/runs/run-1/answer', { path: ['wait'], answer: 1 }))).toBe(refusal)
    expect(await refusalOf(await ask('/api/runs/run-1/cancel'))).toBe('404 inspector/not-found')
    await clock.runAll()
    expect((await running).status).toBe('completed')
  }
})

test('an act must be JSON within bounds, so that no form of another site can send it', async () => {
  const { page, ask, post } = openedPage({ clock, actions: true })
  const running = new Pipeline('slow')
    .withStage('wait', () => clock.sleep(1_000))
    .build({ clock, eventSink: page })
    .run({ pipelineRunId: 'run-1' })
  const path = '/api/runs/run-1/cancel'
  const json = { 'content-type': 'application/json' }
  const illegal = [
    await ask(path, { method: 'POST', body: '{}', headers: { 'content-type': 'text/plain' } }),
    await ask(path, { method: 'POST', body: new URLSearchParams({ reason: 'x' }) }),
    await ask(path, { method: 'POST', body: '{', headers: json }),
    await ask(path, { method: 'POST', headers: json }),
    await ask(path, { method: 'POST', body: '[]', headers: json }),
    await post(path, { reason: '' }),
    await post(path, { reason: 'x'.repeat(1_001) }),
    await post(path, { reason: { toString: 1 } }),
    await post('/api/runs/run-1/answer', { answer: 1 }),
    await post('/api/runs/run-1/answer', { path: [], answer: 1 }),
    await post('/api/runs/run-1/answer', { path: ['a', 1], answer: 1 }),
    await post('/api/runs/run-1/answer', { path: ['a'] }),
    await post('/api/runs/run-1/answer', { path: ['a'], answer: 1, question: 1 }),
  ]
  expect(await Promise.all(illegal.map(refusalOf))).toEqual(illegal.map(() => '400 inspector/unreadable-request'))
  const long = await post(path, { reason: 'x'.repeat(1_100_000) })
  expect(await refusalOf(long)).toBe('413 inspector/too-large')
  await clock.runAll()
  expect((await running).status).toBe('completed')
})

test('secrets are taken out of errors, reasons, notes, options, keys, inputs, outputs, requests and chunks', async () => {
  const { page, ask, run, runs } = openedPage({ clock, data: true })
  const half = SECRET.length / 2
  const headers: Interceptor = { name: 'headers', stageOptions: ['headers' as never], settled: () => undefined }
  const graph = new Pipeline('chat')
    .withStage('speak', async function* (context) {
      context.note('attributes', { authorization: `Bearer ${SECRET}` })
      yield `the key is ${SECRET.slice(0, half)}`
      yield `${SECRET.slice(half)}, and no more`
      yield { apiKey: SECRET }
      return { apiKey: SECRET, text: `Bearer ${SECRET}` }
    })
    .withStage('skipped', () => StageOutput.skip(`no ${SECRET}`), { headers: { authorization: SECRET } } as object)
    .withStage('tolerated', () => Promise.reject(new Error(`no ${SECRET}`)), { onFailure: 'skip' })
    .withMap('letters', { over: () => [1], key: () => `https://me:hunter2hunter2@host`, each: () => undefined })
    .withStage('ask', () => StageOutput.suspend({ password: SECRET, text: SECRET }), { dependencies: ['speak'] })
    .build({ clock, eventSink: page, interceptors: [headers] })
  await graph.runSettled({ inputText: `my key is ${SECRET}`, metadata: { password: SECRET } })
  const failing = new Pipeline('failing')
    .withStage('llm', () => Promise.reject(new Error(`401 for ${SECRET}`, { cause: new Error(SECRET) })))
    .build({ clock, eventSink: page })
  await failing.runSettled({})
  const cancelled = new Pipeline('cancelled')
    .withStage('llm', () => StageOutput.cancel(`the key ${SECRET} is spent`))
    .build({ clock, eventSink: page })
  await cancelled.runSettled({})

  const listed = await runs()
  expect(listed).toHaveLength(3)
  const texts = [JSON.stringify(listed)]
  for (const { id } of listed) {
    texts.push(await (await ask(`/api/runs/${id}`)).text(), await (await ask(`/runs/${id}.html`)).text())
    for (const name of Object.keys((await run(id)).report.stages))
      texts.push(await (await ask(`/api/runs/${id}/stages/${name}`)).text())
    const reader = feedReader(await ask(`/api/feed?run=${id}&stage=speak`))
    texts.push(JSON.stringify(await reader.next()))
    await reader.leave()
  }
  const all = texts.join('\n')
  expect(all).not.toContain(SECRET)
  expect(all).not.toContain('hunter2')
  expect(all).toContain('[redacted]')
  expect(all).toContain('and no more')
  expect(all).toContain('"options":{"headers":{"authorization":"[redacted]"}}')
})

test('secrets are taken out of the schema of an answer, and its form stays', async () => {
  const password = { type: 'string', title: 'Your password', default: 'hunter2', enum: ['hunter2', 'hunter3'] }
  const answerSchema = {
    '~standard': {
      version: 1,
      vendor: 'test',
      validate: (value: unknown) => ({ value }),
      jsonSchema: {
        input: () => ({
          type: 'object',
          description: `Use ${SECRET}`,
          default: { password: 'hunter2', city: 'Oslo' },
          properties: { password, city: { type: 'string', enum: ['Oslo', 'Bergen'] } },
          required: ['password'],
        }),
      },
    },
  }
  const { page, run } = openedPage({ clock })
  const graph = new Pipeline('ask')
    .withStage('login', () => StageOutput.suspend({}), { answerSchema: answerSchema as never })
    .build({ clock, eventSink: page })
  await graph.runSettled({ pipelineRunId: 'run-1' })
  expect((await run('run-1')).questions[0]?.answerSchema).toEqual({
    type: 'object',
    description: 'Use [redacted]',
    default: { password: '[redacted]', city: 'Oslo' },
    properties: {
      password: {
        type: 'string',
        title: 'Your password',
        default: '[redacted]',
        enum: ['[redacted]', '[redacted]'],
      },
      city: { type: 'string', enum: ['Oslo', 'Bergen'] },
    },
    required: ['password'],
  })
})

test('half a secret at the cut of a long text of chunks is not shown', async () => {
  const { page, stage } = openedPage({ clock, data: true })
  const words = Array.from({ length: 400 }, (_, place) => `word ${place} ${SECRET} `)
  const graph = new Pipeline('chat')
    .withStage('speak', async function* () {
      yield* words
      await Promise.resolve()
    })
    .build({ clock, eventSink: page })
  await graph.run({ pipelineRunId: 'run-1' })
  const { chunkText = '', chunkTextCut = 0 } = await stage('run-1', 'speak')
  expect(chunkText.length).toBeLessThanOrEqual(4_000)
  expect(chunkText).toMatch(/word 399 \[redacted\] $/)
  expect(chunkText).not.toMatch(/[A-Za-z0-9]{12}/)
  expect(chunkTextCut).toBeGreaterThan(10_000)
})

test('names and texts that hold HTML cannot end an element of a file', async () => {
  const { page, ask } = openedPage({ clock, data: true })
  const hostile = '</script><script>alert(1)</script><!--<img src=x onerror=alert(1)>'
  const graph = new Pipeline(hostile).withStage('llm', () => ({ text: hostile })).build({ clock, eventSink: page })
  await graph.run({ pipelineRunId: `run" \r\n${hostile}`, inputText: hostile })
  const response = await ask(`/runs/${encodeURIComponent(`run" \r\n${hostile}`)}.html`)
  expect(response.status).toBe(200)
  expect(response.headers.get('content-disposition')).toMatch(/^attachment; filename="run-run[\w.-]*\.html"$/)
  const html = await response.text()
  expect(html).not.toContain('<img')
  expect(html).not.toContain('<script>alert')
  expect(html.match(/<\/script>/g)).toHaveLength(2)
  expect(html).toContain("connect-src 'none'")
})

test('names of the prototype of objects are names like others', async () => {
  const { page, run, stage, ask } = openedPage({ clock, data: true })
  const graph = new Pipeline('odd')
    .withStage('constructor', () => ({ a: 1 }))
    .withStage('toString', () => ({ a: 2 }), { dependencies: ['constructor'] })
    .build({ clock, eventSink: page })
  await graph.run({ pipelineRunId: '__proto__' })
  expect((await run('__proto__')).report.stages['constructor']).toMatchObject({ status: 'ok' })
  expect(await stage('__proto__', 'toString')).toMatchObject({ inputs: [{ data: { a: 1 } }], output: { a: 2 } })
  expect(await refusalOf(await ask('/api/runs/__proto__/stages/valueOf'))).toBe('404 inspector/no-such-stage')
  expect(await refusalOf(await ask('/api/runs/constructor'))).toBe('404 inspector/unknown-run')
})

test('large data is shown within bounds, and takes no more memory than its bounds', async () => {
  const { page, stage } = openedPage({ clock, data: true })
  const graph = new Pipeline('large')
    .withStage('rows', () => ({
      text: 'x'.repeat(1_000_000),
      rows: Array.from({ length: 100_000 }, (_, row) => ({ row })),
    }))
    .build({ clock, eventSink: page })
  await graph.run({ pipelineRunId: 'run-1', inputText: 'y'.repeat(1_000_000) })
  expect(page.stats().bytes).toBeLessThan(200_000)
  expect(JSON.stringify(await stage('run-1', 'rows')).length).toBeLessThan(100_000)
})

test.each<[string, (long: string) => Pipeline<any>]>([
  ['notes', (long) => new Pipeline('p').withStage('a', ({ note }) => note('attributes', { long }))],
  [
    'an error and its cause',
    (long) => new Pipeline('p').withStage('a', () => Promise.reject(new Error('no', { cause: new Error(long) }))),
  ],
  ['a reason', (long) => new Pipeline('p').withStage('a', () => StageOutput.cancel(long))],
  ['a request', (long) => new Pipeline('p').withStage('a', () => StageOutput.suspend({ rows: long.match(/.{100}/g) }))],
  ['an input', () => new Pipeline('p').withStage('a', () => undefined)],
])('all that is kept of a run is counted, and large data is cut: %s', async (what, pipelineOf) => {
  const { page, runs, run } = openedPage({ clock, data: true })
  const bytesOf = async (text: string): Promise<number> => {
    const { bytes } = page.stats()
    const graph = pipelineOf(text).build({ clock, eventSink: page })
    await graph.runSettled({ pipelineRunId: `run-${text.length}`, ...(what === 'an input' && { inputText: text }) })
    return page.stats().bytes - bytes
  }
  const more = (await bytesOf('x'.repeat(300_000))) - (await bytesOf('x'))
  expect(more).toBeGreaterThan(1_000)
  expect(more).toBeLessThan(100_000)
  expect(JSON.stringify([await runs(), await run('run-300000')]).length).toBeLessThan(100_000)
})

test('what a closed gate holds back, and what it refused, is not shown', async () => {
  const { page, runs } = openedPage({ clock, data: true })
  const kid = new Pipeline('kid').withStage('draft', () => ({ words: 'unfit words' }))
  const graph = new Pipeline('chat')
    .withStage('check', async () => {
      await clock.sleep(50)
      return StageOutput.fail('unfit')
    })
    .withPipeline('answer', kid, { dependencies: [gate('check')], input: () => ({ inputText: 'unfit words' }) })
    .build({ clock, eventSink: page })
  const ended = graph.runSettled({})
  await clock.advance(20)
  expect((await runs()).map(({ pipeline }) => pipeline)).toEqual(['chat'])
  await clock.runAll()
  await ended
  const all = JSON.stringify(await Promise.all((await runs()).map(async ({ id }) => page.htmlOf(id))))
  expect(all).not.toContain('unfit words')
})
