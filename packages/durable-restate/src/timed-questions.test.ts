import { handlers, workflow } from '@restatedev/restate-sdk'
import type { WorkflowSharedContext } from '@restatedev/restate-sdk'
import { Pipeline, StageOutput } from '@stageflow/core'
import type { StageContext } from '@stageflow/core'
import { expect, test } from 'vitest'
import { serveEndpoint } from '../test/endpoint.ts'
import { observed } from '../test/observed.ts'
import { secret, serve } from '../test/restate.ts'
import { post } from '../test/sent.ts'
import { durableWorkflow } from './index.ts'
import { answerName } from './names.ts'

const [short, long] = [200, 600_000]
const asOf = ({ resumed }: StageContext) => ({ answer: resumed?.answer, expired: resumed?.expired })

test('a stage sleeps, and its run ends without a caller', async () => {
  const graph = new Pipeline('p')
    .withStage('nap', (context) =>
      context.resumed === undefined ? StageOutput.suspend('nap', { forMs: short }) : asOf(context as StageContext),
    )
    .withStage('after', () => ({ done: true }), { dependencies: ['nap'] })
    .build()
  const { client } = await serve<typeof graph>((name) => [durableWorkflow(graph, { name, secret })])
  const since = Date.now()
  expect(await client.run('r')).toMatchObject({
    status: 'completed',
    data: { nap: { expired: true }, after: { done: true } },
  })
  expect(Date.now() - since).toBeGreaterThanOrEqual(short)
})

test('a deadline that passes while no worker is there is seen when one is back, and gives what the stage said', async () => {
  const calls: string[] = []
  const graph = new Pipeline('p')
    .withStage('boss', (context) => {
      calls.push('boss')
      return context.resumed === undefined
        ? StageOutput.suspend('Pay?', { forMs: short, otherwise: { ok: false } })
        : asOf(context as StageContext)
    })
    .build()
  const { client, endpoint, name } = await serve<typeof graph>((name) => [durableWorkflow(graph, { name, secret })])
  await client.start('r')
  await observed(() => calls.length === 1)
  await endpoint.close()
  const passed = Date.now() + short
  await observed(() => Date.now() > passed)
  const again = await serveEndpoint([durableWorkflow(graph, { name, secret })], endpoint.port)
  try {
    expect((await client.attach('r')).data).toEqual({ boss: { answer: { ok: false }, expired: true } })
    expect(calls).toEqual(['boss', 'boss'])
  } finally {
    await again.close()
  }
})

test('status tells until when a question waits, and an answer in time ends the wait', async () => {
  const graph = new Pipeline('p')
    .withStage('boss', (context) =>
      context.resumed === undefined
        ? StageOutput.suspend('Pay?', { forMs: long, otherwise: 'no' })
        : asOf(context as StageContext),
    )
    .build()
  const { client } = await serve<typeof graph>((name) => [durableWorkflow(graph, { name, secret })])
  await client.start('r')
  const state = await observed(async () => {
    const now = await client.status('r')
    return now?.requests.length === 1 && now
  })
  expect(state.requests).toEqual([
    { path: ['boss'], question: expect.any(String) as string, request: 'Pay?', until: expect.any(Number) as number },
  ])
  expect(state.requests[0]?.until).toBeGreaterThan(state.startedAt + long - 1)
  expect((await client.resume('r', { boss: 'yes' })).data).toEqual({ boss: { answer: 'yes', expired: false } })
})

test('remind, then give up: the second question of a stage has a time of its own, and a late answer is for it', async () => {
  const log: string[] = []
  const graph = new Pipeline('p')
    .withStage('boss', ({ resumed }: StageContext) => {
      log.push(
        resumed === undefined ? 'asked' : `${resumed.expired ? 'expired' : 'answered'} ${String(resumed.answer)}`,
      )
      if (resumed === undefined) return StageOutput.suspend('Pay?', { forMs: short, state: 'asked' })
      if (!resumed.expired) return { ok: resumed.answer }
      if (resumed.state === 'reminded') return StageOutput.cancel('no answer came')
      return StageOutput.suspend('Pay, please?', { forMs: resumed.state === 'asked' ? long : short, state: 'reminded' })
    })
    .build()
  const { client } = await serve<typeof graph>((name) => [durableWorkflow(graph, { name, secret })])
  await client.start('r')
  await observed(async () => (await client.status('r'))?.requests[0]?.request === 'Pay, please?')
  expect((await client.resume('r', { boss: 'yes' })).data).toEqual({ boss: { ok: 'yes' } })
  expect(log).toEqual(['asked', 'expired undefined', 'answered yes'])
})

test('a stage without an answer gives up, in a child pipeline and in a map too', async () => {
  const giveUp = ({ resumed }: StageContext) => {
    if (resumed === undefined) return StageOutput.suspend('?', { forMs: short, state: 1, otherwise: 'none' })
    return resumed.state === 1
      ? StageOutput.suspend('??', { forMs: short, state: 2, otherwise: 'still none' })
      : { answer: resumed.answer }
  }
  const graph = new Pipeline('p')
    .withPipeline('kid', new Pipeline('kid').withStage('check', giveUp))
    .withMap('letters', { over: () => ['x', 'y'], each: (_letter, context) => giveUp(context as StageContext) })
    .build()
  const { client } = await serve<typeof graph>((name) => [durableWorkflow(graph, { name, secret })])
  expect((await client.run('r')).data).toEqual({
    kid: { check: { answer: 'still none' } },
    letters: { items: [{ answer: 'still none' }, { answer: 'still none' }] },
  })
})

test('between two questions of a stage, whose time has passed, an answer waits for the next one', async () => {
  const [expired, released] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  const graph = new Pipeline('p')
    .withStage('boss', async ({ resumed }: StageContext) => {
      if (resumed === undefined) return StageOutput.suspend('first', { forMs: short })
      if (!resumed.expired) return { answer: resumed.answer, to: resumed.request }
      expired.resolve()
      await released.promise
      return StageOutput.suspend('second', { forMs: long })
    })
    .build()
  const { client } = await serve<typeof graph>((name) => [durableWorkflow(graph, { name, secret })])
  await client.start('r')
  await expired.promise
  await client.answer('r', { boss: 'late' })
  await expect(client.answer('r', { boss: 'later' })).rejects.toMatchObject({ code: 'durable-restate/not-waiting' })
  released.resolve()
  expect((await client.attach('r')).data).toEqual({ boss: { answer: 'late', to: 'second' } })
})

test('an answer to a question that was open when it was sent, and has expired when it comes, is for the next one', async () => {
  const [expired, released] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  const graph = new Pipeline('p')
    .withStage('boss', async ({ resumed }: StageContext) => {
      if (resumed === undefined) return StageOutput.suspend('first', { forMs: short })
      if (!resumed.expired) return { answer: resumed.answer, to: resumed.request }
      expired.resolve()
      await released.promise
      return StageOutput.suspend('second')
    })
    .build()
  const { client, name } = await serve<typeof graph>((own) => {
    const real = durableWorkflow(graph, { name: own, secret }) as unknown as { readonly workflow: object }
    // What the handler of an answer does once it has found the question, as late as it can be.
    const late = handlers.workflow.shared(async (context: WorkflowSharedContext) => {
      await context.promise(answerName(1, 'boss')).resolve({ answer: 'late' })
    })
    return [workflow({ name: own, handlers: { ...real.workflow, late } as never })]
  })
  await client.start('r')
  await expired.promise
  expect((await post(`/${name}/r/late`)).status).toBe(200)
  released.resolve()
  expect((await client.attach('r')).data).toEqual({ boss: { answer: 'late', to: 'second' } })
})

test('a cancel ends a sleep', async () => {
  const graph = new Pipeline('p').withStage('nap', () => StageOutput.suspend('nap', { forMs: long })).build()
  const { client } = await serve<typeof graph>((name) => [durableWorkflow(graph, { name, secret })])
  await client.start('r')
  await observed(async () => (await client.status('r'))?.requests.length === 1)
  await client.cancel('r', 'awake')
  expect(await client.attach('r')).toMatchObject({ status: 'cancelled', reason: 'awake' })
})

test('child runs that a stage made in its code are in the report of every attempt', async () => {
  const kid = new Pipeline('kid').withStage('inner', () => ({ x: 1 })).build()
  const graph = new Pipeline('p')
    .withStage('a', async (context) => {
      await (context as StageContext).runChild(kid, {})
      return { a: 1 }
    })
    .withStage(
      'boss',
      (context) => (context.resumed === undefined ? StageOutput.suspend('?') : asOf(context as StageContext)),
      { dependencies: ['a'] },
    )
    .build()
  const { client, endpoint } = await serve<typeof graph>((name) => [durableWorkflow(graph, { name, secret })])
  await client.start('r')
  await observed(async () => (await client.status('r'))?.requests.length === 1)
  endpoint.cut()
  const result = await client.resume('r', { boss: 'yes' })
  expect(result.report.stages.a.children).toMatchObject([{ pipeline: 'kid', status: 'completed' }])
})
