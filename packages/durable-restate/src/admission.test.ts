import { Pipeline, StageOutput, StageflowError } from '@stageflow/core'
import type { Interceptor, StageContext, StageflowEvent } from '@stageflow/core'
import { IDENTITY, auth, orgEnforcement } from '@stageflow/interceptor-auth'
import type { AuthOptions, Claims, Identity } from '@stageflow/interceptor-auth'
import { recordingSink } from '@stageflow/testing'
import { expect, test } from 'vitest'
import { observed } from '../test/observed.ts'
import { restate, secret, serve, serveMore } from '../test/restate.ts'
import { post, signed } from '../test/sent.ts'
import { durableClient, durableService, durableWorkflow } from './index.ts'

/** A token is a user, an organization and roles: `ada@acme:approver`. */
const verify = (token: string): Claims => {
  const [, sub, org_id, roles = ''] = /^(\w+)@(\w+)(?::([\w ]+))?$/.exec(token) ?? []
  if (sub === undefined) throw new StageflowError('acme/bad-token', 'This token is bad.')
  return { sub, org_id, roles }
}
const ADA = { token: 'ada@acme' }
const BOSS = { token: 'bo@acme:approver' }
const EVE = { token: 'eve@acme' }
const STRANGER = { token: 'ada@evil' }

interface Rules extends Partial<AuthOptions> {
  readonly inside?: readonly Interceptor[]
  readonly eventSink?: ReturnType<typeof recordingSink>
}

const ask = ({ resumed }: StageContext) =>
  resumed === undefined ? StageOutput.suspend('Pay?') : { answer: resumed.answer, by: resumed.by }
const whoAmI = ({ userId, orgId, get }: StageContext) => ({ userId, orgId, roles: get(IDENTITY)?.roles })

/** The boss answers, and every stage tells as whom it runs, also of a child pipeline and on another machine. */
const order = ({ inside = [], eventSink, ...options }: Rules = {}) =>
  new Pipeline('order')
    .withStage('price', whoAmI)
    .withStage('boss', ask, { dependencies: ['price'], answeredBy: { roles: ['approver'] } })
    .withStage('note', ask, { dependencies: ['price'] })
    .withPipeline('kid', new Pipeline('kid').withStage('inner', whoAmI), { dependencies: ['boss'] })
    .withStage('there', whoAmI, { dependencies: ['boss'], placement: 'service' })
    .build({
      interceptors: [auth({ verify, ...options }), orgEnforcement({ resourceOrgId: ({ orgId }) => orgId }), ...inside],
      ...(eventSink && { eventSink }),
    })
type Order = ReturnType<typeof order>

async function serveOrder(rules: Rules = {}, workers: Rules = rules) {
  const graph = order(rules)
  const worker = order(workers)
  const served = await serve<Order>((name) => [durableWorkflow(worker, { name, secret })], { graph })
  await serveMore([durableService(worker, { name: served.name })])
  return { ...served, graph }
}
const waits = (client: { status(runId: string, options: object): Promise<unknown> }, runId: string): Promise<unknown> =>
  observed(async () => {
    const state = (await client.status(runId, ADA)) as { readonly requests: readonly unknown[] }
    return state.requests.length === 2
  })

test('a run belongs to who started it, other people answer it, and no token crosses Restate', async () => {
  const { client, name } = await serveOrder()
  await client.start('r', { input: { inputText: 'a chair' } }, ADA)
  await waits(client, 'r')
  const journal = async (): Promise<string> => {
    const ids = `select id from sys_invocation where target_service_name = '${name}'`
    const rows = await restate.query<{ readonly entry_json: string }>(
      `select entry_json from sys_journal where id in (${ids})`,
    )
    return rows.flatMap(({ entry_json: json }) => [json, ...bytesIn(json)]).join('\n')
  }
  for (const caller of [EVE, STRANGER, ADA])
    await expect(client.answer('r', { boss: 'yes' }, caller)).rejects.toMatchObject({ code: 'auth/foreign-run' })
  await expect(client.answer('r', { note: 'mine' }, BOSS)).rejects.toMatchObject({ code: 'auth/foreign-run' })
  await client.answer('r', { note: 'in blue' }, ADA)
  const result = await client.resume('r', { boss: 'yes' }, BOSS)
  const ada = { userId: 'ada', orgId: 'acme', roles: [] }
  expect(result.data).toEqual({
    price: ada,
    boss: { answer: 'yes', by: { userId: 'bo', orgId: 'acme' } },
    note: { answer: 'in blue', by: { userId: 'ada', orgId: 'acme' } },
    kid: { inner: ada },
    there: ada,
  })
  const text = await journal()
  expect(text).toContain('a chair')
  for (const { token } of [ADA, BOSS, EVE, STRANGER]) expect(text).not.toContain(token)
})

/** The bytes in an entry of the journal, as text. */
const bytesIn = (json: string): readonly string[] =>
  [...json.matchAll(/\[(\d+(?:,\d+)*)\]/g)].map(([, bytes = '']) =>
    Buffer.from(bytes.split(',').map(Number)).toString(),
  )

test('who may not start a run leaves nothing, and the id stays free', async () => {
  const { client, name } = await serveOrder()
  const refusals = [
    [{}, 'auth/missing-token'],
    [{ token: 'nonsense' }, 'acme/bad-token'],
  ] as const
  for (const [caller, code] of refusals) {
    await expect(client.start('r', {}, caller)).rejects.toMatchObject({ code })
    await expect(client.run('r', {}, caller)).rejects.toMatchObject({ code })
  }
  await expect(client.start('r', { input: { userId: 'bo' } }, ADA)).rejects.toMatchObject({
    code: 'auth/identity-mismatch',
  })
  expect(await client.as('test').status('r')).toBeUndefined()
  expect(
    await restate.query(
      `select id from sys_invocation where target_service_name = '${name}' and target_handler_name <> 'read'`,
    ),
  ).toEqual([])
  expect(client.stats()).toEqual({ refused: 5 })
  expect(await client.start('r', {}, ADA)).toBe(true)
})

test('only who may attaches to a run with an existing id, reads it or cancels it, in progress and when it has ended', async () => {
  const { client } = await serveOrder()
  await client.start('r', {}, ADA)
  await waits(client, 'r')
  const everyWay = async (): Promise<void> => {
    for (const [caller, code] of [
      [EVE, 'auth/foreign-run'],
      [STRANGER, 'auth/foreign-run'],
      [{ token: 'nonsense' }, 'acme/bad-token'],
      [{}, 'auth/missing-token'],
    ] as const)
      for (const asked of [
        () => client.start('r', {}, caller),
        () => client.run('r', {}, caller),
        () => client.attach('r', caller),
        () => client.status('r', caller),
        () => client.cancel('r', 'mine', caller),
        () => client.interrupt('r', 'mine', undefined, caller),
        () => client.resume('r', { boss: 'yes' }, caller),
      ])
        await expect(asked()).rejects.toMatchObject({ code })
  }
  await everyWay()
  expect(await client.start('r', {}, ADA)).toBe(false)
  expect(await client.status('r', ADA)).toMatchObject({ status: 'running' })
  expect(await client.cancel('r', 'changed my mind', ADA)).toBe(true)
  expect(await client.attach('r', ADA)).toMatchObject({ status: 'cancelled', reason: 'changed my mind' })
  await everyWay()
  expect(await client.run('r', {}, ADA)).toMatchObject({ status: 'cancelled' })
})

test('of two people who start one id at once, one does, and the other is refused', async () => {
  const { client } = await serveOrder()
  const started = await Promise.allSettled([
    client.start('r', {}, ADA),
    client.start('r', {}, EVE),
    client.start('r', {}, ADA),
  ])
  const [owner, others] = [
    started[1]?.status === 'fulfilled' ? EVE : ADA,
    started[1]?.status === 'fulfilled' ? ADA : EVE,
  ]
  expect(started.filter((each) => each.status === 'fulfilled' && each.value)).toHaveLength(1)
  expect(await client.status('r', owner)).toMatchObject({ status: 'running' })
  await expect(client.status('r', others)).rejects.toMatchObject({ code: 'auth/foreign-run' })
})

test('every leg asks renew who the user is today: a revoked one blocks the run, and nothing has failed', async () => {
  let today: ((identity: Identity) => Identity | undefined) | undefined
  const begun: string[] = []
  const graph = new Pipeline('order')
    .withStage('boss', ask)
    .withStage('pay', (context) => (begun.push('pay'), whoAmI(context as StageContext)), { dependencies: ['boss'] })
    .build({ interceptors: [auth({ verify, renew: (identity) => (today ?? ((same) => same))(identity) })] })
  const { client, name, endpoint } = await serve<typeof graph>((name) => [durableWorkflow(graph, { name, secret })], {
    graph,
  })
  await client.start('r', {}, ADA)
  await observed(async () => (await client.status('r', ADA))?.requests.length === 1)
  today = () => undefined
  endpoint.cut()
  await restate.failed(name, 'auth/revoked')
  await client.answer('r', { boss: 'yes' }, ADA)
  expect(await client.status('r', ADA)).toMatchObject({ status: 'running' })
  expect(begun).toEqual([])
  today = (identity) => ({ ...identity, roles: ['clerk'] })
  expect(await client.attach('r', ADA)).toMatchObject({
    status: 'completed',
    data: { boss: { answer: 'yes' }, pay: { userId: 'ada', roles: ['clerk'] } },
  })
})

test('a leg that is refused before its first stage, and before any fact, ends the run as refused under that code', async () => {
  const calls: string[] = []
  const graph = new Pipeline('order')
    .withStage('a', () => ({ calls: calls.push('a') }))
    .build({ interceptors: [auth({ verify, renew: () => undefined })] })
  const { client } = await serve<typeof graph>((name) => [durableWorkflow(graph, { name, secret })], { graph })
  await expect(client.run('r', {}, ADA)).rejects.toMatchObject({ code: 'auth/revoked' })
  expect(await client.status('r', ADA)).toMatchObject({ status: 'refused' })
  expect(calls).toEqual([])
})

test('the id of a run that was refused before its first stage is free, for a client with the admin API', async () => {
  let isLetIn = false
  const calls: string[] = []
  const graph = new Pipeline('order')
    .withStage('a', () => ({ calls: calls.push('a') }))
    .build({ interceptors: [auth({ verify, renew: (identity) => (isLetIn ? identity : undefined) })] })
  const { client, name } = await serve<typeof graph>((name) => [durableWorkflow(graph, { name, secret })], { graph })
  const freeing = durableClient({ url: restate.url, adminUrl: restate.admin, name, secret, graph })
  await expect(client.run('r', {}, ADA)).rejects.toMatchObject({ code: 'auth/revoked' })
  expect(await client.start('r', {}, ADA)).toBe(false)
  // It is refused again, and still free.
  expect(await freeing.start('r', {}, ADA)).toBe(true)
  await expect(freeing.attach('r', ADA)).rejects.toMatchObject({ code: 'auth/revoked' })
  isLetIn = true
  const both = await Promise.all([freeing.run('r', {}, ADA), freeing.run('r', {}, ADA)])
  expect(both).toMatchObject([{ status: 'completed' }, { status: 'completed' }])
  expect(await freeing.start('r', {}, ADA)).toBe(false)
  expect(calls).toEqual(['a'])
})

test.each([
  ['whose connection is lost', () => Object.assign(new Error('connect'), { code: 'ECONNREFUSED' })],
  ['that has a bug', () => new TypeError('x is not a function')],
])('an interceptor %s is asked again in the next attempt, also before the first stage', async (_what, error) => {
  let tries = 0
  const flaky: Interceptor = {
    name: 'flaky',
    wrapRun: (next) => (run) => {
      if (tries++ < 2) throw error()
      return next(run)
    },
  }
  const graph = new Pipeline('order').withStage('a', () => ({ a: 1 })).build({ interceptors: [flaky] })
  const { client } = await serve<typeof graph>((name) => [durableWorkflow(graph, { name, secret })])
  expect(await client.run('r')).toMatchObject({ status: 'completed', data: { a: { a: 1 } } })
  expect(tries).toBe(3)
})

test('a part of the app acts by its name: it answers, reads and cancels without being asked who it is, and cannot start', async () => {
  const { client, name } = await serveOrder()
  // Without the graph.
  const job = durableClient<Order>({ url: restate.url, name, secret }).as('month end')
  await client.start('r', {}, ADA)
  await waits(client, 'r')
  expect(await job.status('r')).toMatchObject({ status: 'running' })
  await job.answer('r', { note: 'closed' })
  expect((await job.resume('r', { boss: 'yes' })).data).toMatchObject({
    price: { userId: 'ada' },
    boss: { answer: 'yes', by: { system: 'month end' } },
    note: { answer: 'closed', by: { system: 'month end' } },
    kid: { inner: { userId: 'ada' } },
  })
  await client.start('s', {}, ADA)
  expect(await job.cancel('s', 'month end')).toBe(true)
  expect(await job.attach('s')).toMatchObject({ status: 'cancelled', reason: 'month end' })
  expect(Object.keys(job).toSorted()).toEqual([
    'answer',
    'attach',
    'cancel',
    'interrupt',
    'resume',
    'retryFailed',
    'status',
  ])
  expect(client.stats()).toEqual({ refused: 0 })
})

test('a name is a string, and no option of a caller: a parsed body cannot set it', async () => {
  const { client } = await serveOrder()
  await client.start('r', {}, ADA)
  for (const caller of [{ system: 'x' }, { ...EVE, by: { system: 'x' } }, { ...EVE, kept: {} }])
    await expect(client.answer('r', { note: 'mine' }, caller as never)).rejects.toMatchObject({
      code: 'core/illegal-option',
    })
  for (const wrong of ['', undefined, 7]) expect(() => client.as(wrong as never)).toThrow(/name must be a string/)
  await expect(client.as('job').answer('r', { note: 1 }, ADA as never)).rejects.toMatchObject({
    code: 'durable-restate/illegal-option',
    message: expect.stringContaining('unknown option "token"') as string,
  })
})

test('a client without the graph, or with one that lacks the interceptors, gets and changes nothing', async () => {
  const { client, name } = await serveOrder()
  await client.start('r', {}, ADA)
  await waits(client, 'r')
  const bare = new Pipeline('order').withStage('price', () => ({})).build()
  const quota: Interceptor = { name: 'quota', admit: () => undefined }
  const half = new Pipeline('order').withStage('price', () => ({})).build({ interceptors: [quota] })
  const unguarded = { code: 'durable-restate/unguarded' }
  for (const graph of [undefined, bare, half] as readonly (undefined | Order)[]) {
    const other = durableClient<Order>({ url: restate.url, name, secret, ...(graph && { graph }) })
    for (const asked of [
      () => other.attach('r'),
      () => other.status('r'),
      () => other.cancel('r', 'x'),
      () => other.interrupt('r', 'x'),
      () => other.answer('r', { note: 'x' }),
      () => other.resume('r', { note: 'x' }),
      () => other.start('r'),
    ])
      await expect(asked()).rejects.toMatchObject(unguarded)
    // A client that has nothing to ask sends the start: the worker refuses that.
    expect(other.stats().refused).toBe(graph === half ? 7 : 6)
    if (graph !== half) await expect(other.start('new')).rejects.toMatchObject(unguarded)
  }
  // The worker sees to it too: a client that says so itself is refused.
  for (const [action, runId, body] of [
    ['start', 'new', {}],
    ['answer', 'r', { note: 'x' }],
    ['cancel', 'r', 'x'],
    ['interrupt', 'r', { reason: 'x' }],
  ] as const)
    expect(
      await post(`/${name}/${runId}/${action}`, signed({ workflow: name, runId, action, body, isAdmitted: false })),
    ).toMatchObject({
      status: 500,
      message: expect.stringContaining('[durable-restate/unguarded]') as string,
    })
  expect(await client.as('test').status('new')).toBeUndefined()
  expect(await client.status('r', ADA)).toMatchObject({ status: 'running', requests: [{}, {}] })
})

test('a worker whose graph lacks an interceptor that kept something starts no run', async () => {
  const bare = new Pipeline('order').withStage('price', () => ({})).build()
  const { client } = await serve<Order>((name) => [durableWorkflow(bare, { name, secret })], { graph: order() })
  await expect(client.start('r', {}, ADA)).rejects.toMatchObject({ code: 'durable-restate/unguarded' })
})

test('a child graph that checks callers by itself is refused before anything is served: no attempt has a token for it', () => {
  const child = new Pipeline('kid').withStage('inner', whoAmI).build({ interceptors: [auth({ verify })] })
  const graph = new Pipeline('order').withPipeline('kid', child).build()
  const refused = expect.objectContaining({ code: 'core/not-durable' }) as Error
  expect(() => durableWorkflow(graph, { name: 'order', secret })).toThrow(refused)
  expect(() => durableService(graph, { name: 'order' })).toThrow(refused)
})

test('a graph whose interceptors check callers needs a secret', () => {
  expect(() => durableWorkflow(order(), { name: 'order', secret: false })).toThrow(
    /secret can't be false, because interceptors of the graph "order" check callers/,
  )
  const open = durableClient({ url: restate.url, name: 'x', secret: false })
  expect(() => open.as('job')).toThrow(/as\(\): without a secret, anyone could act by any name/)
})

test.each([' ', 'a\nb', 'a\u2028b', 'n'.repeat(513)])('a part of the app cannot act by the name %j', (name) => {
  const client = durableClient({ url: restate.url, name: 'x', secret })
  expect(() => client.as(name)).toThrow(
    expect.objectContaining({
      code: 'durable-restate/illegal-option',
      message: expect.stringContaining(
        'name must be a string of 1 to 512 characters without control characters and line breaks',
      ) as string,
    }),
  )
})

test('each refused request is an event of the graph in the process of the client', async () => {
  const eventSink = recordingSink()
  const { client } = await serveOrder({ eventSink }, {})
  await client.start('r', {}, ADA)
  await expect(client.cancel('r', 'mine', EVE)).rejects.toBeInstanceOf(StageflowError)
  await expect(client.start('s', {})).rejects.toBeInstanceOf(StageflowError)
  const refused = eventSink.events.filter(({ type }: StageflowEvent) => type === 'run.refused')
  expect(refused).toMatchObject([
    { pipelineRunId: 'r', data: { action: 'cancel', code: 'auth/foreign-run', untold: 0 } },
    { pipelineRunId: 's', data: { action: 'start', code: 'auth/missing-token', untold: 0 } },
  ])
  expect(client.stats()).toEqual({ refused: 2 })
})

test('an admission is asked once per request, and once for a run that it starts and waits for', async () => {
  const asked: string[] = []
  const counter: Interceptor = { name: 'counter', admit: ({ action }) => void asked.push(action) }
  const { client } = await serveOrder({ inside: [counter] })
  const running = client.run('r', {}, ADA)
  await observed(async () => (await client.as('test').status('r'))?.requests.length === 2)
  await client.answer('r', { note: 1 }, ADA)
  await client.resume('r', { boss: 1 }, BOSS)
  await running
  await client.run('r', {}, ADA)
  expect(asked).toEqual(['start', 'answer', 'answer', 'start', 'attach'])
})

test('a signal of a later caller ends the wait of that caller, also while interceptors are asked', async () => {
  const never: Interceptor = {
    name: 'slow',
    admit: async ({ action }) => (action === 'read' ? new Promise(() => {}) : undefined),
  }
  const { client } = await serveOrder({ inside: [never] })
  await client.start('r', {}, ADA)
  const controller = new AbortController()
  const asked = [
    client.status('r', { ...ADA, signal: controller.signal }),
    client.attach('r', { ...ADA, signal: controller.signal }),
  ]
  controller.abort(new Error('the page was closed'))
  const ends = await Promise.allSettled(asked)
  for (const end of ends) expect(end).toMatchObject({ status: 'rejected', reason: { message: 'the page was closed' } })
  expect(client.stats()).toEqual({ refused: 0 })
  expect(await client.as('test').status('r')).toMatchObject({ status: 'running' })
})

test('a failed run is tried again for who may, and for a part of the app by its name', async () => {
  let isDown = true
  const graph = new Pipeline('order')
    .withStage('mail', (context) => (isDown ? StageOutput.fail('503') : whoAmI(context as StageContext)))
    .build({ interceptors: [auth({ verify })] })
  const { client } = await serve<typeof graph>((name) => [durableWorkflow(graph, { name, secret })], {
    graph,
    adminUrl: restate.admin,
  })
  for (const runId of ['r', 's']) expect((await client.run(runId, {}, ADA)).status).toBe('failed')
  isDown = false
  for (const [caller, code] of [
    [EVE, 'auth/foreign-run'],
    [{}, 'auth/missing-token'],
  ] as const)
    await expect(client.retryFailed('r', caller)).rejects.toMatchObject({ code })
  expect((await client.status('r', ADA))?.status).toBe('failed')
  const ada = { mail: { userId: 'ada', orgId: 'acme' } }
  expect(await client.retryFailed('r', ADA)).toMatchObject({ status: 'completed', data: ada })
  expect(await client.as('operator').retryFailed('s')).toMatchObject({ status: 'completed', data: ada })
  // It still belongs to who started it.
  await expect(client.attach('r', EVE)).rejects.toMatchObject({ code: 'auth/foreign-run' })
  expect(await client.attach('s', ADA)).toMatchObject({ status: 'completed' })
})

test('a cancel of a run whose legs are refused counts once a leg is let in', async () => {
  let isRevoked = false
  const calls: string[] = []
  const graph = new Pipeline('order')
    .withStage('boss', ask)
    .withStage('pay', () => ({ calls: calls.push('pay') }), { dependencies: ['boss'] })
    .build({ interceptors: [auth({ verify, renew: (identity) => (isRevoked ? undefined : identity) })] })
  const { client, endpoint, name } = await serve<typeof graph>((name) => [durableWorkflow(graph, { name, secret })], {
    graph,
  })
  await client.start('r', {}, ADA)
  await observed(async () => (await client.status('r', ADA))?.requests.length === 1)
  isRevoked = true
  endpoint.cut()
  await restate.failed(name, '[auth/revoked]')
  await client.answer('r', { boss: 'yes' }, ADA)
  expect(await client.cancel('r', 'no longer with us', ADA)).toBe(true)
  isRevoked = false
  expect(await client.attach('r', ADA)).toMatchObject({ status: 'cancelled', reason: 'no longer with us' })
  expect(calls).toEqual([])
})
