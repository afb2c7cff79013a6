import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Pipeline, StageOutput } from '@stageflow/core'
import type { StageContext, StageflowError } from '@stageflow/core'
import { expect, test } from 'vitest'
import { observed } from '../test/observed.ts'
import { restate, secret, serve, serveMore } from '../test/restate.ts'
import { durableClient, durableService, durableWorkflow, moveRun } from './index.ts'

const graph = new Pipeline('echo').withStage('a', ({ snapshot }) => ({ text: snapshot.inputText ?? 'none' })).build()
const asking = new Pipeline('asking')
  .withStage('approve', ({ resumed }: StageContext) =>
    resumed === undefined ? StageOutput.suspend('ok?') : { answer: resumed.answer },
  )
  .build()

const post = async (path: string, body?: string): Promise<{ readonly status: number; readonly message?: string }> => {
  const headers = { 'content-type': 'application/json' }
  const response = await fetch(restate.url + path, { method: 'POST', ...(body !== undefined && { headers, body }) })
  const answer: unknown = JSON.parse((await response.text()) || 'null')
  return { ...(answer as { readonly message?: string }), status: response.status }
}

/** Serves a workflow without a secret: a request is its body. */
const serveOpen = async <Graph extends typeof graph | typeof asking>(served: Graph) =>
  serve<Graph>((name) => [durableWorkflow(served as typeof graph, { name, secret: false })], { secret: false })

test('a request with a wrong shape is refused at once, over HTTP too, and its id stays free', async () => {
  const { client, name } = await serveOpen(graph)
  const cases: readonly (readonly [body: string, message: RegExp])[] = [
    ['7', /^\[durable-restate\/illegal-request\] The request of the run "r": the options must be an object, not 7/],
    ['[1]', /must be an object/],
    ['"moved"', /must be an object, not a string/],
    ['{"inputs":{}}', /unknown option "inputs" \(did you mean "input"\? known: input, /],
    ['{"input":null}', /input must be an object, not null/],
    ['{"input":"text"}', /input must be an object, not "text"/],
    ['{"input":{"extensions":"abc"}}', /input\.extensions must be an object, not "abc"/],
    ['{"input":{"inputTxt":"x"}}', /The input: unknown field "inputTxt"/],
    ['{"input":{"inputText":7}}', /inputText must be a string/],
    ['{"input":{"messages":{}}}', /messages must be an array/],
    ['{"input":{"createdAt":"now"}}', /createdAt must be a number/],
    ['{"options":null}', /options must be an object, not null/],
    ['{"options":{"ports":{"charge":1}}}', /unknown option "options\.ports"/],
    ['{"options":{"graceMs":5}}', /unknown option "options\.graceMs"/],
    ['{"options":{"timeoutMs":-1}}', /timeoutMs must be a number of milliseconds/],
    ['{"options":{"maxConcurrency":0}}', /maxConcurrency must be a whole number from 1, or Infinity, not 0/],
    ['{"kept":{"auth":{}}}', /unknown option "kept"/],
    ['{"moved":{}}', /unknown option "moved"/],
    ['{"moved":{"start":{"startedAt":1,"trace":{}},"facts":[]}}', /unknown option "moved"/],
  ]
  for (const [body, message] of cases)
    expect(await post(`/${name}/r/start`, `{"body":${body}}`), body).toMatchObject({
      status: 400,
      message: expect.stringMatching(message) as string,
    })
  for (const sent of ['7', '"x"', '[]', '{"input":{}}', '{"body":{},"kept":{}}', '{"signed":"{}","mac":"x"}'])
    expect(await post(`/${name}/r/start`, sent), sent).toMatchObject({
      status: 400,
      message: expect.stringContaining('must be { "body": … }') as string,
    })
  expect(await post(`/${name}/r/start`, '{garbage')).toMatchObject({
    status: 400,
    message: expect.stringContaining('Failed to deserialize input') as string,
  })
  expect(await client.status('r')).toBeUndefined()
  expect(await client.start('r')).toBe(true)
  expect((await client.attach('r')).status).toBe('completed')
})

test('a body that is missing or null starts a run without input', async () => {
  const { client, name } = await serveOpen(graph)
  for (const [place, sent] of [undefined, 'null', '{}', '{"body":null}'].entries()) {
    expect(await post(`/${name}/r${place}/start`, sent)).toMatchObject({ status: 200 })
    expect((await client.attach(`r${place}`)).data).toEqual({ a: { text: 'none' } })
  }
})

test('the client refuses a request that JSON would change, or with a wrong name, before it sends it', async () => {
  const { client } = await serve<typeof graph>((name) => [durableWorkflow(graph, { name, secret })])
  const cases: readonly (readonly [request: unknown, code: string, message: string])[] = [
    [{ input: { metadata: { id: 1n } } }, 'not-json', ' at input.metadata.id, which JSON cannot hold. Pass strings'],
    [{ input: { metadata: { at: new Date(0) } } }, 'not-json', 'at input.metadata.at, which JSON cannot hold'],
    [{ input: { documents: [NaN] } }, 'not-json', 'NaN at input.documents[0]'],
    [{ inptu: {} }, 'illegal-request', 'unknown option "inptu" (did you mean "input"? known: input, '],
    [{ options: { ports: {} } }, 'illegal-request', 'unknown option "options.ports"'],
  ]
  for (const [request, code, message] of cases)
    await expect(client.start('r', request as never)).rejects.toMatchObject({
      code: `durable-restate/${code}`,
      message: expect.stringContaining(message) as string,
    })
  await expect(client.answer('r', { a: 1n })).rejects.toMatchObject({ code: 'durable-restate/not-json' })
  expect(await client.status('r')).toBeUndefined()
})

test.each<[runId: unknown]>([[''], [undefined], ['.'], ['..'], ['x'.repeat(513)], ['\ud800'], ['a\nb']])(
  'the run id %j is refused by each method',
  async (runId) => {
    const client = durableClient<typeof graph>({ url: restate.url, name: 'x', secret })
    const id = runId as string
    for (const asked of [
      client.start(id),
      client.run(id),
      client.attach(id),
      client.status(id),
      client.answer(id, { a: 1 }),
      client.cancel(id, 'x'),
      moveRun(graph, { url: restate.url, adminUrl: restate.admin, name: 'x', runId: id, secret }),
    ])
      await expect(asked).rejects.toMatchObject({
        code: 'durable-restate/illegal-option',
        message: expect.stringContaining('runId must be a string of 1 to 512 characters') as string,
      })
  },
)

test('an answer says whether its run exists, has ended, or waits for something else', async () => {
  const { client, name } = await serveOpen(asking)
  const refused = (message: string): object => ({
    code: 'durable-restate/not-waiting',
    message: expect.stringContaining(message) as string,
  })
  await expect(client.answer('none', { approve: 1 })).rejects.toMatchObject({ code: 'durable-restate/unknown-run' })
  await client.start('r')
  await observed(async () => (await client.status('r'))?.requests.length === 1)
  await expect(client.answer('r', { approve: undefined })).rejects.toMatchObject(
    refused('must be an object with an answer for a stage, not an empty one'),
  )
  for (const body of ['7', 'null', '[]', '"yes"', '{}', '{"__proto__":1}', '{"aprove":1}', '{"constructor":1}'])
    expect(await post(`/${name}/r/answer`, `{"body":${body}}`), body).toMatchObject({ status: 409 })
  expect(await post(`/${name}/r/answer`, '{garbage')).toMatchObject({ status: 400 })
  await client.answer('r', { approve: null })
  expect((await client.attach('r')).data).toEqual({ approve: { answer: null } })
  await expect(client.answer('r', { approve: 1 })).rejects.toMatchObject(refused('it has ended as completed'))
})

test('a cancel needs a run and a reason', async () => {
  const { client, name } = await serveOpen(asking)
  await expect(client.cancel('none', 'x')).rejects.toMatchObject({ code: 'durable-restate/unknown-run' })
  await client.start('none')
  await observed(async () => (await client.status('none'))?.requests.length === 1)
  for (const sent of [undefined, '{"body":7}', '{"body":{"reason":"x"}}'])
    expect(await post(`/${name}/none/cancel`, sent)).toMatchObject({
      status: 400,
      message: expect.stringContaining('The run "none" was not cancelled: the reason is') as string,
    })
  expect(await client.cancel('none', 'enough')).toBe(true)
  expect(await client.attach('none')).toMatchObject({ status: 'cancelled', reason: 'enough' })
  expect(await client.cancel('none', 'again')).toBe(false)
})

test('a cancel or an answer over HTTP that comes before its run is refused, and changes nothing', async () => {
  const { client, name } = await serveOpen(asking)
  for (const [handler, body] of [
    ['cancel', '"not needed"'],
    ['answer', '{"approve":"eve"}'],
  ])
    expect(await post(`/${name}/r/${handler}`, `{"body":${body}}`)).toMatchObject({
      status: 404,
      message: expect.stringMatching(/^\[durable-restate\/unknown-run\] The run "r" was not started/) as string,
    })
  await client.start('r')
  await client.answer('r', { approve: 'ada' })
  expect(await client.attach('r')).toMatchObject({ status: 'completed', data: { approve: { answer: 'ada' } } })
})

test('an answer that is not JSON is shown', async () => {
  const server = createServer((_, response) => response.writeHead(200).end('<html>Sign in</html>'))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const client = durableClient({ url: `http://127.0.0.1:${port}`, name: 'x', secret })
  await expect(client.status('r')).rejects.toMatchObject({
    code: 'durable-restate/refused',
    message: expect.stringContaining("an answer that isn't JSON: <html>Sign in</html>") as string,
  })
  await new Promise((resolve) => server.close(resolve))
})

// ---------- sizes

const large = (megabytes: number): string => 'x'.repeat(megabytes * 1024 ** 2)

test(
  'an output that is too large for Restate fails its stage, which is not called again',
  { timeout: 30_000 },
  async () => {
    const calls: string[] = []
    const graph = new Pipeline('large')
      .withStage('here', () => (calls.push('here'), { text: large(33) }), { onFailure: 'skip' })
      .withStage('there', () => (calls.push('there'), { text: large(33) }), { placement: 'service' })
      .build()
    const { client, name } = await serve<typeof graph>((name) => [durableWorkflow(graph, { name, secret })])
    await serveMore([durableService(graph, { name })])
    expect(await client.run('r')).toMatchObject({
      status: 'failed',
      errors: [
        {
          stage: 'there',
          code: 'durable-restate/too-large',
          message: expect.stringMatching(/^The output of the stage has 34603\d+ bytes as JSON/) as string,
        },
      ],
      report: { stages: { here: { status: 'fail' } } },
    })
    expect(calls.toSorted()).toEqual(['here', 'there'])
  },
)

test.each([
  [[0.01, 14], 'completed'],
  [[7, 9], 'durable-restate/too-large'],
] as const)('a run whose stages return %j MiB ends at once: %s', { timeout: 30_000 }, async (megabytes, ends) => {
  const [first, second] = megabytes
  const graph = new Pipeline('large')
    .withStage('first', () => ({ text: large(first) }))
    .withStage('second', () => ({ text: large(second) }), { dependencies: ['first'] })
    .build()
  const { client } = await serve<typeof graph>((name) => [durableWorkflow(graph, { name, secret })])
  const end = await client.run('r').then(
    ({ status }) => status,
    (error: StageflowError) => error.code,
  )
  expect(end).toBe(ends)
})

test(
  'an answer or a reason to cancel that is too large is refused with the status of its code, and the run waits on',
  { timeout: 30_000 },
  async () => {
    const { client, name } = await serveOpen(asking)
    await client.start('r')
    await observed(async () => (await client.status('r'))?.requests.length === 1)
    expect(await post(`/${name}/r/answer`, JSON.stringify({ body: { approve: large(16) } }))).toMatchObject({
      status: 413,
      message: expect.stringContaining('[durable-restate/too-large] The answer for "') as string,
    })
    expect(await post(`/${name}/r/cancel`, JSON.stringify({ body: 'x'.repeat(16 * 1024 ** 2) }))).toMatchObject({
      status: 413,
      message: expect.stringContaining('[durable-restate/too-large] The reason to cancel') as string,
    })
    await client.answer('r', { approve: 'yes' })
    expect((await client.attach('r')).data).toEqual({ approve: { answer: 'yes' } })
  },
)

test('a request that is too large says so', { timeout: 30_000 }, async () => {
  const { client } = await serve<typeof graph>((name) => [durableWorkflow(graph, { name, secret })])
  await expect(client.start('r', { input: { inputText: large(40) } })).rejects.toMatchObject({
    message: expect.stringMatching(/larger than the 33554432 bytes|limit/) as string,
  })
})

// ---------- factories

const child = new Pipeline('child').withStage('inner', () => ({ x: 1 }))

test.each<[name: string, make: () => unknown, message: RegExp]>([
  [
    'a pipeline that is not built',
    () => durableWorkflow(child as never, { name: 'a', secret }),
    /graph must be what build\(\)/,
  ],
  ['no graph', () => durableService(undefined as never, { name: 'a' }), /the graph must be what build\(\) returned/],
  [
    'an unknown placement',
    () =>
      durableWorkflow(new Pipeline('p').withStage('a', () => ({}), { placement: 'servce' as never }).build(), {
        name: 'a',
        secret,
      }),
    /placement of stage "a" must be one of 'local', 'call', 'service', not "servce"/,
  ],
  [
    'a child pipeline on another machine',
    () =>
      durableWorkflow(new Pipeline('p').withPipeline('kid', child, { placement: 'service' as never }).build(), {
        name: 'a',
        secret,
      }),
    /stage "kid" runs a child pipeline/,
  ],
  [
    'a map whose items run a pipeline on another machine',
    () =>
      durableWorkflow(
        new Pipeline('p').withMap('kids', { over: () => [1], each: child, placement: 'service' }).build(),
        { name: 'a', secret },
      ),
    /stage "kids" runs a child pipeline/,
  ],
  [
    'an option that all attempts share',
    () => durableWorkflow(graph, { name: 'a', secret, run: { timeoutMs: 5 } as never }),
    /run must be an object without timeoutMs \(use client\.start\(\)\)/,
  ],
  [
    'an address without a scheme',
    () => durableClient({ url: 'localhost:8080', name: 'a', secret }),
    /url must be an address/,
  ],
  [
    'a name with a slash',
    () => durableClient({ url: restate.url, name: 'a/b', secret }),
    /name must be a name such as/,
  ],
  ['a client without an address', () => durableClient({ name: 'a' } as never), /url must be an address.*not undefined/],
  ['a workflow without a name', () => durableWorkflow(graph, {} as never), /name must be a name.*not undefined/],
  [
    'headers that HTTP cannot hold',
    () => durableClient({ url: restate.url, name: 'a', secret, headers: { 'a b': 'x' } }),
    /headers must be an object of HTTP headers/,
  ],
])('%s is refused (durable-restate/illegal-option)', (_name, make, message) => {
  expect(make).toThrow(expect.objectContaining({ code: 'durable-restate/illegal-option' }) as Error)
  expect(make).toThrow(message)
})

test('the items of a map run on another machine, if the map has its placement', async () => {
  const graph = new Pipeline('p')
    .withMap('items', { over: () => [1, 2], each: (item) => ({ double: 2 * item }), placement: 'service' })
    .build()
  const { client, name } = await serve<typeof graph>((name) => [durableWorkflow(graph, { name, secret })])
  await serveMore([durableService(graph, { name })])
  expect((await client.run('r')).data).toEqual({ items: { items: [{ double: 2 }, { double: 4 }] } })
  const calls = await restate.query<{ n: number }>(
    `select count(*) as n from sys_invocation where target_service_name = '${name}.stages'`,
  )
  expect(calls).toEqual([{ n: 2 }])
})
