import { Pipeline, StageKind, StageOutput, StageflowError } from '@stageflow/core'
import type { StageContext, StageGraph } from '@stageflow/core'
import { repeatUntil } from '@stageflow/core/repeat'
import { expect, test } from 'vitest'
import { observed, withinSomeLimit } from '../test/observed.ts'
import { restate, secret, serve } from '../test/restate.ts'
import { durableClient, durableWorkflow } from './index.ts'

const ask = ({ resumed }: StageContext) =>
  resumed === undefined ? StageOutput.suspend('Pay?') : { answer: resumed.answer, by: resumed.by?.system }

/** Pays, mails, and reports how the mail went. The mail fails while its server is down. */
function orders() {
  const calls: string[] = []
  const server = { isDown: true }
  const graph = new Pipeline('order')
    .withStage('boss', ask)
    .withStage('pay', () => ({ paid: calls.push('pay') }), StageKind.WORK, { dependencies: ['boss'] })
    .withStage(
      'mail',
      () => {
        calls.push('mail')
        if (server.isDown) throw new Error('503')
        return { sent: true }
      },
      { dependencies: ['pay'] },
    )
    .withStage('report', ({ inputs }) => ({ mail: `${inputs.status('mail')} ${calls.push('report')}` }), {
      dependencies: ['mail'],
      join: 'settled',
    })
    .build()
  return { graph, calls, server }
}
type Order = ReturnType<typeof orders>['graph']

async function serveOrder() {
  const made = orders()
  const served = await serve<Order>((name) => [durableWorkflow(made.graph, { name, secret })], {
    graph: made.graph,
    adminUrl: restate.admin,
  })
  return { ...made, ...served }
}

test('a failed run goes on from its failure, under its id, and nothing that had ended well is called again', async () => {
  const { client, calls, server } = await serveOrder()
  await client.start('r', { input: { inputText: 'a chair' } })
  expect(await client.as('boss').resume('r', { boss: 'yes' })).toMatchObject({ status: 'failed' })
  expect(calls).toEqual(['pay', 'mail'])
  expect(await client.retryFailed('r')).toMatchObject({ status: 'failed', errors: [{ message: '503' }] })
  server.isDown = false
  const expected = {
    status: 'completed',
    data: { boss: { answer: 'yes', by: 'boss' }, pay: { paid: 1 }, mail: { sent: true }, report: { mail: 'ok 5' } },
  }
  expect(await client.retryFailed('r')).toMatchObject(expected)
  expect(calls).toEqual(['pay', 'mail', 'mail', 'mail', 'report'])
  expect(await client.attach('r')).toMatchObject(expected)
  expect(await client.start('r')).toBe(false)
})

test('what had settled with the failure as its input stays settled, unless it is to run again', async () => {
  const { client, calls, server } = await serveOrder()
  const failed = async (runId: string): Promise<void> => {
    server.isDown = true
    await client.start(runId, { options: { onStageFailure: 'continue' } })
    expect((await client.resume(runId, { boss: 1 })).status).toBe('failed')
    server.isDown = false
    calls.length = 0
  }
  await failed('a')
  expect((await client.retryFailed('a')).data).toMatchObject({ report: { mail: 'fail 3' } })
  expect(calls).toEqual(['mail'])
  await failed('b')
  expect((await client.retryFailed('b', { again: ['report'] })).data).toMatchObject({ report: { mail: 'ok 2' } })
  expect(calls).toEqual(['mail', 'report'])
  expect((await client.status('b'))?.acts.at(-1)).toMatchObject({ kind: 'retry', again: ['report'] })
})

test('a stage that asked and is to run again asks again: its old answer is not taken', async () => {
  const { client, server } = await serveOrder()
  await client.start('r')
  await client.answer('r', { boss: 'early' })
  expect(await client.attach('r')).toMatchObject({ status: 'failed', data: { boss: { answer: 'early' } } })
  server.isDown = false
  const retried = client.retryFailed('r', { again: ['boss', 'pay'] })
  await observed(async () => (await client.status('r').catch(() => undefined))?.requests.length === 1)
  await client.answer('r', { boss: 'anew' })
  expect(await retried).toMatchObject({ status: 'completed', data: { boss: { answer: 'anew' } } })
})

test('an early answer to a stage that had not asked when the run failed waits for its question', async () => {
  let isDown = true
  const graph = new Pipeline('p')
    .withStage('mail', () => (isDown ? StageOutput.fail('503') : { sent: true }))
    .withStage('boss', ask, { dependencies: ['mail'] })
    .build()
  const holds = Promise.withResolvers<void>()
  const held = new Pipeline('p')
    .withStage('mail', async () => {
      await holds.promise
      return isDown ? StageOutput.fail('503') : { sent: true }
    })
    .withStage('boss', ask, { dependencies: ['mail'] })
    .build()
  const { client } = await serve<typeof graph>((name) => [durableWorkflow(held, { name, secret })], {
    graph,
    adminUrl: restate.admin,
  })
  await client.start('r')
  await client.answer('r', { boss: 'early' })
  holds.resolve()
  expect((await client.attach('r')).status).toBe('failed')
  isDown = false
  expect(await client.retryFailed('r')).toMatchObject({ status: 'completed', data: { boss: { answer: 'early' } } })
})

test('only a failed run is tried again, and only with stages that it has', async () => {
  const { client } = await serveOrder()
  await client.start('r')
  await observed(async () => (await client.status('r'))?.requests.length === 1)
  await expect(client.retryFailed('r')).rejects.toMatchObject({
    code: 'durable-restate/not-failed',
    message: expect.stringContaining('The run "r" is running') as string,
  })
  await expect(client.retryFailed('none')).rejects.toMatchObject({ code: 'durable-restate/unknown-run' })
  await client.resume('r', { boss: 1 })
  await expect(client.retryFailed('r', { again: ['post'] as never })).rejects.toMatchObject({
    code: 'durable-restate/illegal-option',
    message: expect.stringContaining('no stage "post" to run again; it has boss, mail, pay, report') as string,
  })
  for (const again of ['report', [1], {}])
    await expect(client.retryFailed('r', { again: again as never })).rejects.toMatchObject({
      code: 'durable-restate/illegal-option',
      message: expect.stringContaining('again must be the names of the stages') as string,
    })
  expect((await client.status('r'))?.status).toBe('failed')
})

test('a run is tried again only with a graph that it fits, and stays as it is otherwise', async () => {
  const { client, name } = await serveOrder()
  await client.start('r')
  await client.resume('r', { boss: 1 })
  const other = new Pipeline('order').withStage('pay', () => ({ paid: 1 }), StageKind.GUARD).build()
  const wrong = durableClient({ url: restate.url, name, secret, graph: other, adminUrl: restate.admin })
  await expect(wrong.retryFailed('r')).rejects.toMatchObject({ code: 'durable-restate/changed-graph' })
  expect((await client.attach('r')).status).toBe('failed')
})

test('of two that try a failed run again at once one does, and the other is told so', async () => {
  const { client, calls, server } = await serveOrder()
  await client.start('r')
  await client.resume('r', { boss: 1 })
  server.isDown = false
  const both = await Promise.allSettled([client.retryFailed('r'), client.retryFailed('r')])
  expect(both.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  expect(both.find(({ status }) => status === 'rejected')).toMatchObject({
    reason: { code: expect.stringMatching(/not-failed|unknown-run/) as string },
  })
  expect(calls).toEqual(['pay', 'mail', 'mail', 'report'])
})

test('the time limit of a run begins again when it is tried again', async () => {
  let isDown = true
  const graph = new Pipeline('p')
    .withStage('a', () => (isDown ? StageOutput.fail('503') : { a: 1 }))
    .withStage(
      'nap',
      ({ resumed }: StageContext) => (resumed === undefined ? StageOutput.suspend('?', { forMs: 100 }) : {}),
      {
        dependencies: ['a'],
      },
    )
    .withStage('b', () => ({ b: 1 }), { dependencies: ['nap'] })
    .build()
  const { client } = await serve<typeof graph>((name) => [durableWorkflow(graph, { name, secret })], {
    graph,
    adminUrl: restate.admin,
  })
  // A limit may also be too short for all of the retry on a busy machine.
  const ended = await withinSomeLimit(1_000, async (timeoutMs) => {
    const id = `within ${timeoutMs}`
    isDown = true
    const failed = await client.run(id, { options: { timeoutMs } })
    await observed(() => Date.now() > failed.report.startedAt + timeoutMs)
    isDown = false
    const again = await client.retryFailed(id)
    return again.status === 'completed' || timeoutMs > 60_000 ? again : undefined
  })
  expect(ended).toMatchObject({ status: 'completed', data: { a: { a: 1 }, b: { b: 1 } } })
})

test('each retry has the whole time limit of the run, and no more', async () => {
  const graph = new Pipeline('p')
    .withStage('boss', ask)
    .withStage('hang', ({ clock, signal }) => clock.sleep(1_000_000, signal), { dependencies: ['boss'] })
    .build()
  const { client } = await serve<typeof graph>((name) => [durableWorkflow(graph, { name, secret })], {
    graph,
    adminUrl: restate.admin,
  })
  const { id, timeoutMs, first } = await withinSomeLimit(300, async (timeoutMs) => {
    const id = `within ${timeoutMs}`
    await client.start(id, { options: { timeoutMs } })
    const first = await unlessOver(client.as('boss').resume(id, { boss: 'yes' }))
    return first && { id, timeoutMs, first }
  })
  const timedOut = {
    status: 'failed',
    errors: [{ code: 'core/timed-out', message: expect.stringContaining(`within ${timeoutMs} ms`) as string }],
  }
  expect(first).toMatchObject(timedOut)
  for (let retry = 1; retry <= 3; retry++) {
    const before = Date.now()
    expect(await client.retryFailed(id)).toMatchObject(timedOut)
    expect(Date.now() - before).toBeGreaterThanOrEqual(timeoutMs)
  }
})

/** Undefined if the limit of a run was over before its answer came. */
const unlessOver = <T>(resumed: Promise<T>): Promise<T | undefined> =>
  resumed.catch((error: unknown) => {
    if (!StageflowError.is(error, 'durable-restate/not-waiting')) throw error
    return undefined
  })

test('a child pipeline that repeats goes on with its last attempt', async () => {
  const calls: string[] = []
  let isDown = true
  const draft = new Pipeline('draft')
    .withStage('write', () => ({ text: calls.push('write') }))
    .withStage(
      'check',
      () => {
        calls.push('check')
        if (calls.filter((call) => call === 'check').length === 1) return StageOutput.fail('too short')
        return isDown ? StageOutput.fail('503') : { ok: true }
      },
      StageKind.GUARD,
      { dependencies: ['write'] },
    )
  const graph = new Pipeline('p')
    .withPipeline('draft', draft, { repeat: repeatUntil('check', { maxAttempts: 2 }) })
    .build()
  const { client } = await serve<typeof graph>((name) => [durableWorkflow(graph, { name, secret })], {
    graph,
    adminUrl: restate.admin,
  })
  expect((await client.run('r')).status).toBe('failed')
  expect(calls).toEqual(['write', 'check', 'write', 'check'])
  isDown = false
  expect((await client.retryFailed('r')).status).toBe('completed')
  expect(calls).toEqual(['write', 'check', 'write', 'check', 'check'])
})

test('it needs the graph, the admin API and a secret', async () => {
  const { name, graph } = await serveOrder()
  for (const options of [
    { graph, secret },
    { adminUrl: restate.admin, secret },
    { graph, adminUrl: restate.admin, secret: false as const },
  ])
    await expect(durableClient<Order>({ url: restate.url, name, ...options }).retryFailed('r')).rejects.toMatchObject({
      code: 'durable-restate/illegal-option',
      message: expect.stringContaining('durableClient({ graph, adminUrl, secret })') as string,
    })
})

/** Fails at `pay` after many calls, while `nap` sleeps; then `pay` waits, and many calls follow. */
function napping() {
  const paid = Promise.withResolvers<{}>()
  const pays: string[] = []
  const naps: string[] = []
  let graph: any = new Pipeline('napping')
  const addSteps = (first: string, after: readonly string[]): string[] => {
    const names = Array.from({ length: 12 }, (_, n) => `${first}${n}`)
    names.forEach((name, n) => {
      graph = graph.withStage(name, () => ({ name }), { dependencies: n === 0 ? after : [names[n - 1]] })
    })
    return names
  }
  const before = addSteps('before', [])
  graph = graph
    .withStage(
      'nap',
      ({ resumed }: StageContext) => {
        naps.push('nap')
        return resumed === undefined ? StageOutput.suspend('nap', { forMs: 2_000 }) : { slept: true }
      },
      { dependencies: before.slice(-1) },
    )
    .withStage(
      'pay',
      () => {
        pays.push('pay')
        return pays.length === 1 ? StageOutput.fail('no money') : paid.promise
      },
      { dependencies: before.slice(-1) },
    )
  const after = addSteps('after', ['pay'])
  graph = graph.withStage('end', () => ({ ended: true }), { dependencies: ['nap', ...after.slice(-1)] })
  return { graph: graph.build() as StageGraph<any, {}>, paid, pays, naps }
}

test('the sleep of the failed run, which Restate ends in the run that was tried again, does not end anything there', async () => {
  const { graph, paid, pays, naps } = napping()
  const { client } = await serve<typeof graph>((name) => [durableWorkflow(graph, { name, secret })], {
    graph,
    adminUrl: restate.admin,
  })
  await client.start('r')
  expect(await client.attach('r')).toMatchObject({ status: 'failed' })
  const end = client.retryFailed('r')
  await observed(() => pays.length === 2 && naps.length === 2)
  paid.resolve({})
  expect(await end).toMatchObject({ status: 'completed', data: { end: { ended: true } } })
})
