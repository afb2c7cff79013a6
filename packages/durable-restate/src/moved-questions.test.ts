import { handlers, workflow } from '@restatedev/restate-sdk'
import type { WorkflowSharedContext } from '@restatedev/restate-sdk'
import { Pipeline, StageKind, StageOutput, StageflowError } from '@stageflow/core'
import type { Interceptor, StageContext, StageGraph } from '@stageflow/core'
import { repeatUntil } from '@stageflow/core/repeat'
import { auth } from '@stageflow/interceptor-auth'
import { expect, test } from 'vitest'
import { observed } from '../test/observed.ts'
import { restate, secret, serve } from '../test/restate.ts'
import { durableClient, durableWorkflow, moveRun } from './index.ts'
import type { DurableHandlers } from './index.ts'
import { ANSWER } from './names.ts'

// A run that was moved or tried again writes what it has asked once it goes on. Here an interceptor holds it before that.

/** Lets runs begin, unless they are held. */
function gate() {
  let held: PromiseWithResolvers<void> | undefined
  const interceptor: Interceptor = {
    name: 'gate',
    wrapRun: (next) => async (run) => {
      await held?.promise
      return next(run)
    },
  }
  const hold = (): void => {
    held = Promise.withResolvers()
  }
  return { interceptor, hold, open: () => held?.resolve() }
}

/** Asks twice, and returns both answers. The first question has a time. */
const askTwice =
  (forMs: number) =>
  ({ resumed }: StageContext) => {
    if (resumed === undefined) return StageOutput.suspend('first', { forMs })
    if (resumed.request === 'first')
      return StageOutput.suspend('second', { state: (resumed.expired ? 'none' : resumed.answer) as string })
    return { answers: [resumed.state, resumed.answer] }
  }
const SOON = 100
const NEVER = 1_000_000_000

/** False if the run is being moved: callers repeat their request then. */
function unlessMoved(error: unknown): false {
  if (!StageflowError.is(error, 'durable-restate/being-moved')) throw error
  return false
}

const place = (name: string) => ({ url: restate.url, adminUrl: restate.admin, name, runId: 'r', secret })

async function serveGraph(graph: StageGraph<any, {}>) {
  const { client, name } = await serve<any>((name) => [durableWorkflow(graph, { name, secret })], {
    graph,
    adminUrl: restate.admin,
  })
  const asked = (request: string) =>
    observed(async () => (await client.status('r'))?.requests.some((each) => each.request === request))
  return { client, name, asked }
}

test.each([
  ['whose first question passed its time', SOON, 'none'],
  ['whose first question was answered', NEVER, 'one'],
] as const)('a moved run, %s, gets the answer to its second one before it goes on', async (_what, forMs, first) => {
  const { interceptor, hold, open } = gate()
  const graph = new Pipeline('p').withStage('a', askTwice(forMs)).build({ interceptors: [interceptor] })
  const { client, name, asked } = await serveGraph(graph)
  await client.start('r')
  if (forMs === NEVER) await client.answer('r', { a: 'one' })
  await asked('second')
  hold()
  await moveRun(graph, place(name))
  await client.answer('r', { a: 'two' })
  await expect(client.answer('r', { a: 'three' })).rejects.toMatchObject({ code: 'durable-restate/not-waiting' })
  open()
  expect((await client.attach('r')).data).toEqual({ a: { answers: [first, 'two'] } })
})

test.each([
  ['whose first question passed its time', SOON, 'none'],
  ['whose first question was answered', NEVER, 'one'],
] as const)('a retried run, %s, gets the answer to its second one before it goes on', async (_what, forMs, first) => {
  const { interceptor, hold, open } = gate()
  const down = Promise.withResolvers<void>()
  let isDown = true
  const graph = new Pipeline('p')
    .withStage('a', askTwice(forMs))
    .withStage('b', async () => {
      await down.promise
      return isDown ? StageOutput.fail('503') : { sent: true }
    })
    .build({ interceptors: [interceptor] })
  const { client, asked } = await serveGraph(graph)
  await client.start('r')
  if (forMs === NEVER) await client.answer('r', { a: 'one' })
  await asked('second')
  down.resolve()
  expect((await client.attach('r')).status).toBe('failed')
  isDown = false
  hold()
  const retried = client.retryFailed('r')
  await observed(async () => (await client.status('r').catch(() => undefined))?.status === 'running')
  await observed(() => client.answer('r', { a: 'two' }).then(() => true, unlessMoved))
  open()
  expect(await retried).toMatchObject({ status: 'completed', data: { a: { answers: [first, 'two'] } } })
})

test('a question that had refused an answer gets the next one in a moved run before it goes on', async () => {
  const { interceptor, hold, open } = gate()
  const users = auth({
    verify: (token) => ({ sub: token.split(':')[0] as string, org_id: 'acme', roles: token.split(':')[1] ?? '' }),
    renew: (identity) => identity,
  })
  const demanding = (role: string) =>
    new Pipeline('p')
      .withStage(
        'a',
        ({ resumed }: StageContext) => (resumed === undefined ? StageOutput.suspend('?') : { by: resumed.by?.userId }),
        { answeredBy: { roles: [role] } },
      )
      .build({ interceptors: [users, interceptor] })
  const graph = demanding('cfo')
  const { client, name } = await serveGraph(graph)
  const before = durableClient<any>({ url: restate.url, name, secret, graph: demanding('approver') })
  await client.start('r', {}, { token: 'ada' })
  await before.answer('r', { a: 1 }, { token: 'bob:approver' })
  await observed(async () => (await client.as('test').status('r'))?.acts.some(({ refused }) => refused))
  hold()
  await moveRun(graph, place(name))
  await client.answer('r', { a: 2 }, { token: 'eve:cfo' })
  open()
  expect((await client.as('test').attach('r')).data).toEqual({ a: { by: 'eve' } })
})

test('a moved run refuses answers to stages that had answers, or have ended, before it goes on', async () => {
  const { interceptor, hold, open } = gate()
  const ask =
    (request: string) =>
    ({ resumed }: StageContext) =>
      resumed === undefined ? StageOutput.suspend(request) : {}
  const graph = new Pipeline('p')
    .withStage('ended', () => ({}))
    .withStage('first', ask('first'), { dependencies: ['ended'] })
    .withStage('last', ask('last'), { dependencies: ['first'] })
    .build({ interceptors: [interceptor] })
  const { client, name, asked } = await serveGraph(graph)
  await client.start('r')
  await asked('first')
  await client.answer('r', { first: 1 })
  await asked('last')
  hold()
  await moveRun(graph, place(name))
  for (const [stage, why] of [
    ['ended', '"ended" has ended'],
    ['first', '"first" has been answered already'],
  ] as const)
    await expect(client.answer('r', { [stage]: 2 })).rejects.toMatchObject({
      code: 'durable-restate/not-waiting',
      message: expect.stringContaining(why) as string,
    })
  await client.answer('r', { last: 1 })
  open()
  expect((await client.attach('r')).status).toBe('completed')
})

test('a moved run takes answers for a child pipeline that repeats once it has asked again, and refuses them before', async () => {
  const { interceptor, hold, open } = gate()
  let drafts = 0
  const draft = new Pipeline('draft')
    .withStage('check', ({ resumed }: StageContext) =>
      resumed === undefined ? StageOutput.suspend(`draft ${++drafts}`) : { answer: resumed.answer },
    )
    .withStage(
      'guard',
      ({ inputs }) => (inputs.from('check').answer === 'good' ? {} : StageOutput.fail('again')),
      StageKind.GUARD,
      { dependencies: ['check'] },
    )
  const graph = new Pipeline('p')
    .withPipeline('draft', draft, { repeat: repeatUntil('guard', { maxAttempts: 3 }) })
    .build({ interceptors: [interceptor] })
  const { client, name, asked } = await serveGraph(graph)
  await client.start('r')
  await client.answer('r', { draft: { check: 'bad' } })
  await asked('draft 2')
  hold()
  await moveRun(graph, place(name))
  const good = { draft: { check: 'good' } }
  await expect(client.answer('r', good)).rejects.toMatchObject({ code: 'durable-restate/being-moved' })
  open()
  await asked('draft 2')
  expect((await client.resume('r', good)).data).toMatchObject({ draft: { check: { answer: 'good' } } })
})

type Move = DurableHandlers['move']
/** The workflow of a graph with something around its handler `move`. */
function withMove(graph: StageGraph<any, {}>, name: string, around: (move: Move) => Move) {
  const { workflow: known } = durableWorkflow(graph, { name, secret }) as unknown as {
    readonly workflow: DurableHandlers
  }
  return workflow({ name, handlers: { ...known, move: handlers.workflow.shared(around(known.move)) } })
}

test('an answer that a run had got before it was moved comes before one that is given while it is moved', async () => {
  const released = Promise.withResolvers<void>()
  let isSlow = false
  /** Gives the moved run its answers late. */
  const slow = (context: WorkflowSharedContext): WorkflowSharedContext =>
    new Proxy(context, {
      get(target, member) {
        const value: unknown = Reflect.get(target, member, target)
        if (typeof value !== 'function') return value
        if (member !== 'promise') return value.bind(target) as unknown
        return (name: string) => {
          const promise = target.promise(name)
          if (!name.startsWith(ANSWER)) return promise
          const resolve = async (given: unknown) => {
            isSlow = true
            await released.promise
            return promise.resolve(given)
          }
          return { resolve }
        }
      },
    })
  const ask = ({ resumed }: StageContext) =>
    resumed === undefined ? StageOutput.suspend('?') : { answer: resumed.answer }
  const graph = new Pipeline('p')
    .withStage('a', ask)
    .withStage('b', ask, { dependencies: ['a'] })
    .build()
  const { client, name } = await serve<typeof graph>((name) => [
    withMove(graph, name, (move) => (context, request) => move(slow(context), request)),
  ])
  await client.start('r')
  await observed(async () => (await client.status('r'))?.requests.length === 1)
  await client.answer('r', { b: 'early' })
  const moved = moveRun(graph, place(name))
  await observed(() => isSlow)
  await expect(client.answer('r', { b: 'late' })).rejects.toMatchObject({ code: 'durable-restate/being-moved' })
  await expect(client.cancel('r', 'enough')).rejects.toMatchObject({ code: 'durable-restate/being-moved' })
  released.resolve()
  await moved
  expect((await client.resume('r', { a: 1 })).data).toMatchObject({ b: { answer: 'early' } })
})

test('a run that refused no answer is moved without that part, which a worker of an older version does not know', async () => {
  let isDown = true
  const graph = new Pipeline('p')
    .withStage('a', ({ resumed }: StageContext) => (resumed === undefined ? StageOutput.suspend('?') : {}))
    .withStage('b', () => (isDown ? StageOutput.fail('503') : {}), { dependencies: ['a'] })
    .build()
  const sent: string[] = []
  const listening = (name: string) =>
    withMove(graph, name, (move) => (context, request) => {
      sent.push(JSON.stringify(request))
      return move(context, request)
    })
  const { client, name } = await serve<typeof graph>((name) => [listening(name)], { graph, adminUrl: restate.admin })
  await client.start('r')
  await observed(async () => (await client.status('r'))?.requests.length === 1)
  await moveRun(graph, place(name))
  await observed(async () => (await client.status('r'))?.requests.length === 1)
  expect((await client.resume('r', { a: 1 })).status).toBe('failed')
  isDown = false
  expect((await client.retryFailed('r')).status).toBe('completed')
  expect(sent.length).toBeGreaterThanOrEqual(2)
  expect(sent.join()).toContain('triedAgain')
  expect(sent.join()).not.toContain('refused')
})
