import { Pipeline, StageOutput } from '@stageflow/core'
import type { OutputSchema, StageContext } from '@stageflow/core'
import { auth } from '@stageflow/interceptor-auth'
import { expect, onTestFinished, test, vi } from 'vitest'
import { isAttach, once } from '../test/between.ts'
import type { RequestMatch } from '../test/between.ts'
import { observed } from '../test/observed.ts'
import { restate, secret, serve } from '../test/restate.ts'
import { post, signed } from '../test/sent.ts'
import { durableClient, durableWorkflow, moveRun } from './index.ts'
import { CLAIM_MS } from './recorded-run.ts'
import type { RunView } from './run-view.ts'

const ask = ({ resumed }: StageContext) =>
  resumed === undefined ? StageOutput.suspend('Pay?') : { answer: resumed.answer }
const ADA = { token: 'ada' }
const EVE = { token: 'eve' }

/** Runs of people who are let in or not, when the first attempt of their run begins. */
async function serveOrders() {
  const letIn = new Set<string>()
  const charged: string[] = []
  const graph = new Pipeline('order')
    .withStage('charge', ({ userId, snapshot }) => {
      charged.push(snapshot.inputText ?? '')
      return { for: userId }
    })
    .build({
      interceptors: [
        auth({
          verify: (token) => ({ sub: token }),
          renew: (identity) => (letIn.has(`${identity.userId}`) ? identity : undefined),
        }),
      ],
    })
  const { client, name } = await serve<typeof graph>((name) => [durableWorkflow(graph, { name, secret })], {
    graph,
    adminUrl: restate.admin,
  })
  const open = () => durableClient({ url: restate.url, name, secret, graph, adminUrl: restate.admin })
  return { client, open, letIn, charged }
}

test.each([
  ['has ended', ['eve']],
  ['was refused', []],
])(
  'who attaches to a run gets nothing of another person whose run has the id by the end, and %s',
  async (_, people) => {
    const { client, letIn } = await serveOrders()
    await expect(client.run('r', {}, ADA)).rejects.toMatchObject({ code: 'auth/revoked' })
    for (const name of people) letIn.add(name)
    once('before', isAttach, () => client.run('r', {}, EVE).catch(() => undefined))
    await expect(client.attach('r', ADA)).rejects.toMatchObject({ code: 'auth/foreign-run' })
  },
)

test('who starts a run gets nothing of another person whose run has the id by the end', async () => {
  const { client, letIn } = await serveOrders()
  once('before', isAttach, async () => {
    await observed(async () => (await client.status('r', ADA))?.status === 'refused')
    letIn.add('eve')
    await client.start('r', {}, EVE)
  })
  await expect(client.run('r', {}, ADA)).rejects.toMatchObject({ code: 'auth/foreign-run' })
})

test('who attaches to a failed run that is tried again at that moment gets the end of the retry', async () => {
  let isDown = true
  const graph = new Pipeline('p')
    .withStage('mail', () => (isDown ? StageOutput.fail('503') : { sent: true }))
    .withStage('boss', ask, { dependencies: ['mail'] })
    .build()
  const { client } = await serve<typeof graph>((name) => [durableWorkflow(graph, { name, secret })], {
    graph,
    adminUrl: restate.admin,
  })
  expect((await client.run('r')).status).toBe('failed')
  isDown = false
  const asked = Promise.withResolvers<void>()
  let retried: Promise<unknown> | undefined
  once('after', isAttach, async () => {
    retried = client.retryFailed('r')
    await observed(async () => (await client.status('r').catch(() => undefined))?.requests.length === 1)
    asked.resolve()
  })
  const attached = client.attach('r')
  await asked.promise
  await client.answer('r', { boss: 'yes' })
  const expected = { status: 'completed', data: { boss: { answer: 'yes' } } }
  expect(await attached).toMatchObject(expected)
  expect(await retried).toMatchObject(expected)
})

/** A purge of an invocation, and a read of the promises of a run. */
const isPurge: RequestMatch = (request) => /^PATCH \S+\/purge /.test(request)
const isPromises: RequestMatch = (request) => request.includes('sys_promise')

test.each(['read', 'claim', 'purge'])(
  'of two that take the id of a refused run, the slower one removes nothing of the other: it waits before its %s',
  async (what) => {
    const { client, open, letIn, charged } = await serveOrders()
    await expect(client.run('r', { input: { inputText: 'refused' } }, ADA)).rejects.toMatchObject({
      code: 'auth/revoked',
    })
    letIn.add('ada')
    // A client that has the right to remove the run is the faster one: the other waits for it.
    const other = (): Promise<unknown> => open().run('r', { input: { inputText: 'other' } }, ADA)
    let others: Promise<unknown> | undefined
    once(
      'before',
      (request) => new RegExp(`/${what} `).test(request),
      async () => {
        others = other()
        if (what !== 'purge') await others
      },
    )
    const result = await open().run('r', { input: { inputText: 'first' } }, ADA)
    expect(await others).toEqual(result)
    expect(charged).toHaveLength(1)
    expect(await client.attach('r', ADA)).toEqual(result)
  },
)

const asking = new Pipeline('p').withStage('boss', ask).build()
async function serveAsking() {
  const { client, name } = await serve<typeof asking>((name) => [durableWorkflow(asking, { name, secret })], {
    graph: asking,
    adminUrl: restate.admin,
  })
  await client.start('r')
  await observed(async () => (await client.status('r'))?.requests.length === 1)
  const move = () => moveRun(asking, { url: restate.url, adminUrl: restate.admin, name, runId: 'r', secret })
  return { client, move }
}
const answer = (client: Awaited<ReturnType<typeof serveAsking>>['client']) => client.answer('r', { boss: 'yes' })
const cancel = (client: Awaited<ReturnType<typeof serveAsking>>['client']) => client.cancel('r', 'enough')

test.each([
  ['an answer', answer, 'completed'],
  ['a cancel', cancel, 'cancelled'],
])('%s that comes too late for a move is refused, and counts when it is sent again', async (_what, tell, status) => {
  const { client, move } = await serveAsking()
  let told: Promise<unknown> | undefined
  once('after', isPromises, async () => {
    told = tell(client)
    await told.catch(() => undefined)
  })
  await move()
  await expect(told).rejects.toMatchObject({
    code: 'durable-restate/being-moved',
    message: expect.stringContaining('send it again') as string,
  })
  await observed(async () => (await client.status('r'))?.requests.length === 1)
  await tell(client)
  expect(await client.attach('r')).toMatchObject({ status })
})

test('an answer that comes just before the claim of a move goes with the run', async () => {
  const { client, move } = await serveAsking()
  once(
    'before',
    (request) => /\/claim /.test(request),
    () => answer(client),
  )
  await move()
  expect(await client.attach('r')).toMatchObject({ status: 'completed', data: { boss: { answer: 'yes' } } })
})

test('of two that move a run at once one does, and the run goes on where it was', async () => {
  const { client, move } = await serveAsking()
  let other: Promise<unknown> | undefined
  once('before', isPurge, async () => {
    other = move()
    await other.catch(() => undefined)
  })
  await move()
  await expect(other).rejects.toMatchObject({ code: 'durable-restate/not-movable' })
  expect(await client.resume('r', { boss: 'yes' })).toMatchObject({ status: 'completed' })
})

test('who dies with the right to remove a run loses it two minutes later; until then the run takes no answer', async () => {
  const { client, name } = await serve<typeof asking>((name) => [durableWorkflow(asking, { name, secret })])
  await client.start('r')
  const about = { workflow: name, runId: 'r' } as const
  const { value } = await post(`/${name}/r/read`, signed({ ...about, action: 'read' }))
  const { run } = value as RunView
  const claim = async (body = 'running', of = run): Promise<unknown> =>
    (await post(`/${name}/r/claim`, signed({ ...about, action: 'claim', run: of, body }))).value
  expect(await claim('refused')).toBe(false)
  expect(await claim('running', 'an earlier run')).toBe(false)
  expect(await claim()).toBe(true)
  expect(await claim()).toBe(false)
  await expect(client.cancel('r', 'enough')).rejects.toMatchObject({ code: 'durable-restate/being-moved' })
  const now = Date.now.bind(Date)
  const later = vi.spyOn(Date, 'now').mockImplementation(() => now() + CLAIM_MS)
  onTestFinished(() => later.mockRestore())
  expect(await claim()).toBe(true)
  expect(await claim()).toBe(false)
})

test.each([
  ['has read what it was told', isPromises],
  ['has begun again', (request: string) => request.includes('/move ')],
])('an answer that was let in before a move, and is kept once the run %s, is refused', async (_what, isThen) => {
  const [asked, released] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  const slow: OutputSchema = {
    '~standard': {
      version: 1,
      vendor: 'test',
      validate: async (value: unknown) => {
        asked.resolve()
        await released.promise
        return { value: String(value) }
      },
    },
  }
  const graph = new Pipeline('p').withStage('boss', ask, { answerSchema: slow }).build()
  const { client, name } = await serve<typeof graph>((name) => [durableWorkflow(graph, { name, secret })])
  await client.start('r')
  await observed(async () => (await client.status('r'))?.requests.length === 1)
  const told = client.answer('r', { boss: 'yes' })
  told.catch(() => {})
  await asked.promise
  once('after', isThen, async () => {
    released.resolve()
    await told.catch(() => undefined)
  })
  await moveRun(graph, { url: restate.url, adminUrl: restate.admin, name, runId: 'r', secret })
  await expect(told).rejects.toMatchObject({ code: 'durable-restate/being-moved' })
})

/** A run that waits for an answer. It fails, and is tried again, just before a request of this kind is sent. */
async function serveRetried(action: 'answer' | 'cancel') {
  const mayPay = Promise.withResolvers<void>()
  let pays = 0
  const graph = new Pipeline('order')
    .withStage('boss', ask)
    .withStage('pay', async () => {
      await mayPay.promise
      return ++pays === 1 ? StageOutput.fail('no money') : {}
    })
    .build()
  const { client } = await serve<typeof graph>((name) => [durableWorkflow(graph, { name, secret })], {
    graph,
    adminUrl: restate.admin,
  })
  await client.start('r')
  await observed(async () => (await client.status('r'))?.requests.length === 1)
  const end = Promise.withResolvers<unknown>()
  once(
    'before',
    (request) => request.includes(`/${action} `),
    async () => {
      mayPay.resolve()
      await client.attach('r')
      end.resolve(client.retryFailed('r'))
      const now = await observed(async () => {
        const state = await client.status('r')
        return state?.status === 'running' && state
      })
      expect(now.acts).toMatchObject([{ kind: 'retry' }])
    },
  )
  return { client, end: end.promise }
}

test('an answer to a run that is tried again at that moment is that of the new run', async () => {
  const { client, end } = await serveRetried('answer')
  await client.answer('r', { boss: 'yes' })
  expect(await end).toMatchObject({ status: 'completed', data: { boss: { answer: 'yes' } } })
})

test('a cancel of a run that is tried again at that moment is that of the new run', async () => {
  const { client, end } = await serveRetried('cancel')
  expect(await client.cancel('r', 'enough')).toBe(true)
  expect(await end).toMatchObject({ status: 'cancelled', reason: 'enough' })
})
