import { createHmac } from 'node:crypto'
import { Pipeline, StageOutput } from '@stageflow/core'
import type { StageContext } from '@stageflow/core'
import { expect, test } from 'vitest'
import { serveEndpoint } from '../test/endpoint.ts'
import { observed } from '../test/observed.ts'
import { restate, secret, serve } from '../test/restate.ts'
import { post, signed } from '../test/sent.ts'
import type { Signed } from '../test/sent.ts'
import { durableClient, durableWorkflow } from './index.ts'

const other = 'another secret, of thirty-two bytes or so'

/** The price is paid if the boss says so. */
function order(calls: string[] = []) {
  return new Pipeline('order')
    .withStage('price', () => ({ euros: calls.push('price') }))
    .withStage(
      'boss',
      ({ resumed }: StageContext) =>
        resumed === undefined ? StageOutput.suspend('Pay?') : { answer: resumed.answer, by: resumed.by },
      { dependencies: ['price'] },
    )
    .withStage('pay', ({ inputs }) => ({ paid: inputs.from('price').euros, calls: calls.push('pay') }), {
      dependencies: ['price', 'boss'],
    })
    .build()
}
const serveOrder = (graph = order()) => serve<typeof graph>((name) => [durableWorkflow(graph, { name, secret })])

const refused = {
  status: 403,
  message: expect.stringMatching(/^\[durable-restate\/not-admitted\] /) as string,
}

/** What an attacker sends in the place of a good request. */
const forgeries: readonly (readonly [what: string, forge: (sent: Signed) => unknown])[] = [
  ['nothing', () => undefined],
  ['null', () => null],
  ['a number', () => 7],
  ['the body alone, as a workflow without a secret takes it', (sent) => ({ body: bodyIn(sent).body })],
  ['the body as it is', (sent) => bodyIn(sent).body],
  ['the request without its signature', ({ signed }) => ({ signed })],
  ['an empty signature', (sent) => ({ ...sent, mac: '' })],
  ['a signature that is an array', (sent) => ({ ...sent, mac: [sent.mac] })],
  ['a signature cut short', ({ signed, mac }) => ({ signed, mac: mac.slice(0, 20) })],
  ['a request that is an object', (sent) => ({ ...sent, signed: bodyIn(sent) })],
  ['the signature of another secret', ({ signed }) => ({ signed, mac: macBy(other, signed) })],
  ['the signature of an empty secret', ({ signed }) => ({ signed, mac: macBy('', signed) })],
  ...(['workflow', 'runId', 'action', 'at', 'id', 'run', 'isAdmitted', 'kept', 'by', 'body'] as const).map(
    (field) =>
      [
        `another ${field}`,
        (sent: Signed) => ({ ...sent, signed: JSON.stringify({ ...bodyIn(sent), [field]: 1 }) }),
      ] as const,
  ),
  ['one more space', (sent) => ({ ...sent, signed: `${sent.signed} ` })],
]
const bodyIn = ({ signed }: Signed): { readonly body: unknown } => JSON.parse(signed) as { readonly body: unknown }
const macBy = (key: string, text: string): string => createHmac('sha256', key).update(text).digest('base64url')

test.each(['start', 'move', 'read', 'answer', 'cancel', 'interrupt', 'claim'] as const)(
  'forged requests to %s a run are refused, and change nothing',
  async (action) => {
    const calls: string[] = []
    const { client, name } = await serveOrder(order(calls))
    await client.start('old')
    await observed(async () => (await client.status('old'))?.requests.length === 1)
    const bodies = {
      start: {},
      move: { moved: MOVED },
      read: { result: true },
      answer: { boss: 'yes' },
      cancel: 'mine',
      interrupt: { reason: 'mine' },
      claim: 'running',
    }
    for (const runId of ['old', 'new']) {
      const good = signed({ workflow: name, runId, action, body: bodies[action] })
      for (const [what, forge] of forgeries)
        expect(await post(`/${name}/${runId}/${action}`, forge(good)), what).toMatchObject(refused)
    }
    expect(await client.status('new')).toBeUndefined()
    expect(await client.status('old')).toMatchObject({ status: 'running', requests: [{ path: ['boss'] }] })
    await client.answer('old', { boss: 'no' })
    expect((await client.attach('old')).data).toMatchObject({ boss: { answer: 'no' }, pay: { paid: 1 } })
    expect(calls).toEqual(['price', 'pay'])
  },
)

/** The price is 9,999 less, and the boss has said yes. */
const MOVED = {
  start: { startedAt: 1, trace: {} },
  facts: [
    {
      kind: 'call',
      key: 'price',
      at: 1,
      facts: { status: 'ok', data: { euros: -9_999 }, startedAt: 1, endedAt: 1, after: 0 },
    },
    {
      kind: 'call',
      key: 'boss',
      at: 2,
      facts: { status: 'ok', data: { answer: 'yes' }, startedAt: 1, endedAt: 2, after: 1 },
    },
  ],
}

test('no client can call the handler that carries a run, and its output shows no data', async () => {
  const { client, name } = await serveOrder()
  for (const path of [`/${name}/r/run`, `/${name}/r/run/send`])
    for (const body of [{}, { input: {} }, { moved: MOVED }])
      expect(await post(path, body)).toMatchObject({ status: 400, message: 'the invoked service is not public' })
  expect(await client.status('r')).toBeUndefined()
  await client.start('r')
  await client.resume('r', { boss: 'secret answer' })
  for (const what of ['attach', 'output']) {
    const response = await fetch(`${restate.url}/restate/workflow/${name}/r/${what}`)
    expect(await response.json()).toEqual({ status: 'completed' })
  }
})

test('facts are taken from who holds the secret alone: to start with them is refused, signed or not', async () => {
  const { client, name } = await serveOrder()
  const body = { input: {}, moved: MOVED }
  expect(await post(`/${name}/r/start`, signed({ workflow: name, runId: 'r', action: 'start', body }))).toMatchObject({
    status: 400,
    message: expect.stringContaining('unknown option "moved"') as string,
  })
  await expect(client.start('r', body)).rejects.toMatchObject({ code: 'durable-restate/illegal-request' })
  expect(await client.status('r')).toBeUndefined()
})

test('a workflow with secret: false takes no facts at all', async () => {
  const graph = order()
  const { client, name } = await serve<typeof graph>((name) => [durableWorkflow(graph, { name, secret: false })], {
    secret: false,
  })
  for (const sent of [
    { body: { moved: MOVED } },
    signed({ workflow: name, runId: 'r', action: 'move', body: { moved: MOVED } }),
  ])
    expect(await post(`/${name}/r/move`, sent)).toMatchObject(refused)
  expect(await client.status('r')).toBeUndefined()
})

// ---------- a good request in another place, or at another time

test('a signed request counts for its workflow, its run and its handler alone', async () => {
  const [{ client, name }, elsewhere] = [await serveOrder(), await serveOrder()]
  const start = signed({ workflow: name, runId: 'r', action: 'start' })
  for (const path of [`/${name}/s/start`, `/${name}/R/start`, `/${name}/r/move`, `/${elsewhere.name}/r/start`])
    expect(await post(path, start), path).toMatchObject({
      ...refused,
      message: expect.stringContaining(`was signed for "start" of the run "r" of "${name}"`) as string,
    })
  await Promise.all(['r', 's'].map((runId) => client.start(runId)))
  await observed(async () => (await client.status('s'))?.requests.length === 1)
  const answer = signed({ workflow: name, runId: 'r', action: 'answer', body: { boss: 'yes' } })
  expect(await post(`/${name}/s/answer`, answer)).toMatchObject(refused)
  expect(await post(`/${name}/s/cancel`, answer)).toMatchObject(refused)
  expect(await client.status('s')).toMatchObject({ status: 'running', requests: [{ path: ['boss'] }] })
})

test('an answer that was sent before counts no second time, and not for a later run with its id', async () => {
  const graph = new Pipeline('asks twice')
    .withStage('boss', ({ resumed }: StageContext) => {
      if (resumed === undefined) return StageOutput.suspend('Sure?')
      return resumed.state === 'again' ? { answer: resumed.answer } : StageOutput.suspend('Really?', { state: 'again' })
    })
    .build()
  const { client, name } = await serve<typeof graph>((name) => [durableWorkflow(graph, { name, secret })])
  const asked = (question: string): Promise<unknown> =>
    observed(async () => (await client.status('r'))?.requests[0]?.request === question)
  const runOf = async (): Promise<string> => {
    const sent = signed({ workflow: name, runId: 'r', action: 'read' })
    return ((await post(`/${name}/r/read`, sent)).value as { readonly run: string }).run
  }
  const sendTo = (run: string, action: 'answer' | 'cancel', body: unknown): Signed =>
    signed({ workflow: name, runId: 'r', action, run, body })

  await client.start('r')
  await asked('Sure?')
  const captured = sendTo(await runOf(), 'answer', { boss: 'yes' })
  expect((await post(`/${name}/r/answer`, captured)).status).toBe(200)
  await asked('Really?')
  for (let times = 0; times < 2; times++)
    expect(await post(`/${name}/r/answer`, captured)).toMatchObject({
      ...refused,
      message: expect.stringContaining('was carried out before') as string,
    })
  const [unsent, cancel] = [sendTo(await runOf(), 'answer', { boss: 'old' }), sendTo(await runOf(), 'cancel', 'old')]
  await client.answer('r', { boss: 'no' })
  expect((await client.attach('r')).data).toEqual({ boss: { answer: 'no' } })

  await restate.ask('PATCH', `/invocations/${await restate.invocation(name, 'r')}/purge`)
  expect(await client.start('r')).toBe(true)
  await asked('Sure?')
  for (const [action, old] of [
    ['answer', captured],
    ['answer', unsent],
    ['cancel', cancel],
  ] as const)
    expect(await post(`/${name}/r/${action}`, old)).toMatchObject({
      ...refused,
      message: expect.stringContaining('an earlier run with this id') as string,
    })
  expect(await client.status('r')).toMatchObject({ status: 'running', requests: [{ request: 'Sure?' }] })
})

const [minute, hour] = [60_000, 3_600_000]

test.each([
  ['read', -4 * minute, 200],
  ['read', -6 * minute, 403],
  ['read', 4 * minute, 200],
  ['read', 6 * minute, 403],
  ['read', Number.NaN, 403],
  ['start', -23 * hour, 200],
  ['start', -25 * hour, 403],
  ['start', hour, 403],
] as const)('a request to %s that was signed %d ms from now is answered with %d', async (action, fromNow, status) => {
  const { name } = await serveOrder()
  const sent = signed({ workflow: name, runId: 'r', action, at: Date.now() + fromNow })
  expect((await post(`/${name}/r/${action}`, sent)).status).toBe(status)
})

test('a start counts no longer than an ended run is kept: it would start the run again', async () => {
  const graph = order()
  const restateOptions = { workflowRetention: { hours: 1, minutes: 30 } }
  const { name } = await serve<typeof graph>((name) => [
    durableWorkflow(graph, { name, secret, restate: restateOptions }),
  ])
  const startedAgo = async (runId: string, ms: number): Promise<number> =>
    (await post(`/${name}/${runId}/start`, signed({ workflow: name, runId, action: 'start', at: Date.now() - ms })))
      .status
  expect(await startedAgo('r', 85 * minute)).toBe(200)
  expect(await startedAgo('s', 95 * minute)).toBe(403)
})

test('a start that is sent again finds its run', async () => {
  const { client, name } = await serveOrder()
  const start = signed({ workflow: name, runId: 'r', action: 'start', body: { input: { inputText: 'once' } } })
  const started = await Promise.all([1, 2, 3].map(async () => (await post(`/${name}/r/start`, start)).value))
  expect(started.filter((isNew) => isNew === true)).toHaveLength(1)
  expect(started.filter((isNew) => isNew === false)).toHaveLength(2)
  await client.resume('r', { boss: 'yes' })
  expect((await post(`/${name}/r/start`, start)).value).toBe(false)
})

// ---------- the secret changes

test('while the secret changes, clients and workers with either of the two go on, and the old one ends with it', async () => {
  const graph = order()
  const { client, name, endpoint } = await serve<typeof graph>((name) => [
    durableWorkflow(graph, { name, secret: [other, secret] }),
  ])
  await client.start('r')
  const clientOf = (own: string | [string, string]) =>
    durableClient<typeof graph>({ url: restate.url, name, secret: own })
  for (const own of [secret, other, [other, secret], [secret, other]] as const)
    expect(await clientOf(own as never).status('r')).toMatchObject({ status: 'running' })
  await endpoint.close()
  const later = await serveEndpoint([durableWorkflow(graph, { name, secret: other })], endpoint.port)
  try {
    for (const own of [secret, [secret, other]] as const)
      await expect(clientOf(own as never).status('r')).rejects.toMatchObject({ code: 'durable-restate/not-admitted' })
    // The run goes on: only requests are signed.
    await clientOf([other, secret]).answer('r', { boss: 'yes' })
    expect((await clientOf(other).attach('r')).data).toMatchObject({ boss: { answer: 'yes' } })
  } finally {
    await later.close()
  }
})

test('a client and a workflow, of which one has a secret, say so', async () => {
  const graph = order()
  const { client } = await serve<typeof graph>((name) => [durableWorkflow(graph, { name, secret })], { secret: false })
  await expect(client.start('r')).rejects.toMatchObject({
    code: 'durable-restate/not-admitted',
    message: expect.stringContaining("it isn't signed. Send it with durableClient({ secret })") as string,
  })
  const open = await serve<typeof graph>((name) => [durableWorkflow(graph, { name, secret: false })])
  await expect(open.client.start('r')).rejects.toMatchObject({
    code: 'durable-restate/illegal-request',
    message: expect.stringContaining('If the client has a secret, give it to durableWorkflow() too') as string,
  })
})
