import { Pipeline, StageOutput } from '@stageflow/core'
import type { StageContext } from '@stageflow/core'
import { auth } from '@stageflow/interceptor-auth'
import { expect, test } from 'vitest'
import { observed } from '../test/observed.ts'
import { restate, secret, serve } from '../test/restate.ts'
import { durableWorkflow, moveRun } from './index.ts'

const users = auth({
  verify: (token) => {
    const [sub, roles] = token.split(':')
    return { sub, org_id: 'acme', roles }
  },
  renew: (identity) => identity,
})
const ask = ({ resumed }: StageContext) => (resumed === undefined ? StageOutput.suspend('Pay?') : { by: resumed.by })

/** A schema that also says what it is as JSON Schema. */
const DECISION = { type: 'object', properties: { ok: { type: 'boolean' } }, required: ['ok'] }
const decision = {
  '~standard': {
    version: 1,
    vendor: 'test',
    validate: (value: unknown) =>
      typeof Object(value).ok === 'boolean'
        ? { value: value as { readonly ok: boolean } }
        : { issues: [{ message: 'ok must be a boolean' }] },
    jsonSchema: { input: () => DECISION, output: () => DECISION },
  },
} as const

/** A payment that one person asks for and another one approves, and that fails until the bank is back. */
function payments() {
  const bank = { isDown: true }
  const graph = new Pipeline('payment')
    .withStage('boss', ask, { answeredBy: { roles: ['approver'] } })
    .withStage('pay', () => (bank.isDown ? StageOutput.fail('503') : { paid: true }), { dependencies: ['boss'] })
    .build({ interceptors: [users] })
  return { bank, graph }
}
const at = expect.any(Number) as number
const acme = (userId: string) => ({ userId, orgId: 'acme' })

async function servePayments() {
  const { bank, graph } = payments()
  const served = await serve<typeof graph>((name) => [durableWorkflow(graph, { name, secret })], {
    graph,
    adminUrl: restate.admin,
  })
  return { ...served, bank, graph }
}

test('status tells who began a run, answered it, tried it again and cancelled it', async () => {
  const { client, bank } = await servePayments()
  await client.start('r', {}, { token: 'ada' })
  expect(await client.status('r', { token: 'ada' })).toMatchObject({ ...acme('ada'), acts: [] })
  await client.resume('r', { boss: 'yes' }, { token: 'bo:approver' })
  await client.retryFailed('r', { token: 'ada' })
  await client.as('month end').retryFailed('r')
  bank.isDown = false
  expect(await client.retryFailed('r', { token: 'ada' })).toMatchObject({ status: 'completed' })
  const state = await client.status('r', { token: 'ada' })
  expect(state).toMatchObject({ status: 'completed', ...acme('ada') })
  expect(state?.acts).toEqual([
    { kind: 'answer', key: 'boss', at, by: acme('bo') },
    { kind: 'retry', key: '', at, by: acme('ada') },
    { kind: 'retry', key: '', at, by: { system: 'month end' } },
    { kind: 'retry', key: '', at, by: acme('ada') },
  ])

  await client.start('other', {}, { token: 'cy' })
  expect(await client.cancel('other', 'withdrawn', { token: 'cy' })).toBe(true)
  expect(await client.attach('other', { token: 'cy' })).toMatchObject({ status: 'cancelled', reason: 'withdrawn' })
  expect(await client.status('other', { token: 'cy' })).toMatchObject({
    ...acme('cy'),
    acts: [{ kind: 'stop', key: '', at, by: acme('cy') }],
  })
})

test('a run that is moved keeps who answered it, and then who cancelled it', async () => {
  const graph = new Pipeline('p')
    .withStage('boss', ask)
    .withStage('then', ask, { dependencies: ['boss'] })
    .build()
  const { client, name } = await serve<typeof graph>((name) => [durableWorkflow(graph, { name, secret })])
  await client.start('r', { input: { userId: 'ada' } })
  await observed(async () => (await client.status('r'))?.requests.length === 1)
  await client.as('desk').answer('r', { boss: 'yes' })
  await observed(async () => (await client.status('r'))?.requests[0]?.path[0] === 'then')
  await moveRun(graph, { url: restate.url, adminUrl: restate.admin, name, runId: 'r', secret })
  await client.as('month end').cancel('r', 'too old')
  expect(await client.attach('r')).toMatchObject({ status: 'cancelled', reason: 'too old' })
  expect(await client.status('r')).toMatchObject({
    userId: 'ada',
    acts: [
      { kind: 'answer', key: 'boss', at, by: { system: 'desk' } },
      { kind: 'stop', key: '', at, by: { system: 'month end' } },
    ],
  })
})

test('status tells who interrupted a run, also after it was moved', async () => {
  const graph = new Pipeline('p')
    .withStage('boss', ask)
    .withStage('save', () => ({ saved: true }), { dependencies: ['boss'], join: 'settled', uninterruptible: true })
    .build()
  const { client, name } = await serve<typeof graph>((name) => [durableWorkflow(graph, { name, secret })])
  await client.start('r')
  await observed(async () => (await client.status('r'))?.requests.length === 1)
  await restate.ask('PATCH', `/invocations/${await restate.invocation(name, 'r')}/pause`)
  expect(await client.as('desk').interrupt('r', 'never mind', [1])).toBe(true)
  await moveRun(graph, { url: restate.url, adminUrl: restate.admin, name, runId: 'r', secret })
  expect(await client.attach('r')).toMatchObject({
    status: 'cancelled',
    reason: 'never mind',
    data: { save: { saved: true } },
  })
  expect((await client.status('r'))?.acts).toEqual([{ kind: 'interrupt', key: '', at, by: { system: 'desk' } }])
})

test('a cancel in Restate has no author', async () => {
  const graph = new Pipeline('p').withStage('boss', ask).build()
  const { client, name } = await serve<typeof graph>((name) => [durableWorkflow(graph, { name, secret })])
  await client.start('r')
  await observed(async () => (await client.status('r'))?.requests.length === 1)
  await restate.ask('PATCH', `/invocations/${await restate.invocation(name, 'r')}/cancel`)
  expect(await client.attach('r')).toMatchObject({ status: 'cancelled', reason: 'cancelled in Restate' })
  expect((await client.status('r'))?.acts).toEqual([{ kind: 'stop', key: '', at }])
})

test('an open question has the JSON Schema of its answer: of a stage, a child pipeline and an item of a map, in later attempts too', async () => {
  const options = { answerSchema: decision }
  const graph = new Pipeline('p')
    .withStage('boss', ask, options)
    .withPipeline('kid', new Pipeline('kid').withStage('check', ask, options))
    .withMap('items', { over: () => ['x'], each: (_item, context) => ask(context as StageContext), ...options })
    .withStage('any', ask)
    .build()
  const { client, endpoint } = await serve<typeof graph>((name) => [durableWorkflow(graph, { name, secret })])
  await client.start('r')
  const requests = () => client.status('r').then((state) => state?.requests ?? [])
  await observed(async () => (await requests()).length === 4)
  endpoint.cut()
  const answerSchema = DECISION
  const question = expect.any(String) as string
  expect((await requests()).toSorted((one, other) => (`${one.path}` < `${other.path}` ? -1 : 1))).toEqual([
    { path: ['any'], question, request: 'Pay?' },
    { path: ['boss'], question, request: 'Pay?', answerSchema },
    { path: ['items', '0'], question, request: 'Pay?', answerSchema },
    { path: ['kid', 'check'], question, request: 'Pay?', answerSchema },
  ])
})

test.each([
  [{ boss: { ok: 'yes' } }, 'boss'],
  [{ kid: { check: 1 } }, 'kid/check'],
  [{ items: { 0: {} } }, 'items'],
])('an answer by a name that the schema of its stage refuses is not kept: %j', async (wrong, path) => {
  const options = { answerSchema: decision }
  const graph = new Pipeline('p')
    .withStage('boss', ask, options)
    .withPipeline('kid', new Pipeline('kid').withStage('check', ask, options))
    .withMap('items', { over: () => ['x'], each: (_item, context) => ask(context as StageContext), ...options })
    .build()
  const { client } = await serve<typeof graph>((name) => [durableWorkflow(graph, { name, secret })])
  await client.start('r')
  await observed(async () => (await client.status('r'))?.requests.length === 3)
  await expect(client.as('desk').answer('r', wrong as never)).rejects.toMatchObject({
    code: 'core/answer',
    message: expect.stringContaining(`"${path}`) as string,
  })
  expect(await client.status('r')).toMatchObject({ acts: [], requests: { length: 3 } })
})
