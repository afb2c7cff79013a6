import { Pipeline, StageOutput } from '@stageflow/core'
import type { StageContext } from '@stageflow/core'
import { expect, test } from 'vitest'
import { freePort } from '../../interceptor-idempotency/test/server-process.ts'
import { Worker } from '../test/breakable.ts'
import { observed } from '../test/observed.ts'
import { placed } from '../test/placed-graph.ts'
import { restate, secret, serve, serveMore } from '../test/restate.ts'
import { durableService, durableWorkflow } from './index.ts'

test('stages with placement: service run in another process, with the inputs that they have in place', async () => {
  const { client, name } = await serve<typeof placed>((name) => [durableWorkflow(placed, { name, secret })])
  const port = await freePort()
  const worker = new Worker(new URL('../test/service-worker.ts', import.meta.url), [`${port}`, name])
  await worker.start()
  try {
    await restate.register(`http://127.0.0.1:${port}`)
    const result = await client.run('r', { input: { inputText: 'hello' } })
    const { pid } = process
    expect(result).toMatchObject({
      status: 'completed',
      data: { here: { pid, got: 'hello' }, there: { got: 'hello' }, end: { pid, got: { got: 'hello' } } },
    })
    const data = result.data as unknown as { there: { pid: number }; kid: { inner: { pid: number } } }
    expect(data.there.pid).not.toBe(pid)
    expect(data.kid.inner.pid).toBe(data.there.pid)
  } finally {
    await worker.kill()
  }
})

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })

/** A graph whose stage `y` runs elsewhere until it is aborted, beside a stage `x`. */
function beside(log: string[], x: (began: Promise<void>) => Promise<StageOutput | { x: number }>) {
  const began = Promise.withResolvers<void>()
  return new Pipeline('beside')
    .withStage('x', () => x(began.promise))
    .withStage(
      'y',
      async ({ signal, onCleanup }: StageContext) => {
        onCleanup(() => void log.push('y cleaned up'))
        log.push('y began')
        began.resolve()
        await aborted(signal)
        log.push('y aborted')
        return StageOutput.cancel('aborted')
      },
      { placement: 'service' },
    )
    .build()
}

test('a call on another machine is aborted there if the run fails, and its fact still comes', async () => {
  const log: string[] = []
  const graph = beside(log, async (began) => {
    await began
    return StageOutput.fail('x is broken')
  })
  const { client, name } = await serve<typeof graph>((name) => [durableWorkflow(graph, { name, secret })])
  await serveMore([durableService(graph, { name })])
  expect(await client.run('r')).toMatchObject({
    status: 'failed',
    errors: [{ stage: 'x' }],
    report: { stages: { y: { status: 'cancel' } } },
  })
  expect(log).toEqual(['y began', 'y aborted', 'y cleaned up'])
})

test.each(['by the client', 'in Restate'])(
  'a run that is cancelled %s aborts its calls on other machines',
  async (how) => {
    const log: string[] = []
    const graph = beside(log, async () => ({ x: 1 }))
    const { client, name } = await serve<typeof graph>((name) => [durableWorkflow(graph, { name, secret })])
    await serveMore([durableService(graph, { name })])
    await client.start('r')
    await observed(() => log.length === 1)
    if (how === 'by the client') await client.cancel('r', 'enough')
    else await restate.ask('PATCH', `/invocations/${await restate.invocation(name, 'r')}/cancel`)
    expect(await client.attach('r')).toMatchObject({ status: 'cancelled', data: { x: { x: 1 } } })
    await observed(() => log.length === 3)
    expect(log).toEqual(['y began', 'y aborted', 'y cleaned up'])
  },
)

test('a call that an operator kills on the other machine fails its stage', async () => {
  const log: string[] = []
  const graph = beside(log, async () => ({ x: 1 }))
  const { client, name } = await serve<typeof graph>((name) => [durableWorkflow(graph, { name, secret })])
  await serveMore([durableService(graph, { name })])
  await client.start('r')
  await observed(() => log.length === 1)
  const [row] = await restate.query<{ id: string }>(
    `select id from sys_invocation where target_service_name = '${name}.stages'`,
  )
  await restate.ask('PATCH', `/invocations/${row?.id}/kill`)
  expect(await client.attach('r')).toMatchObject({
    status: 'failed',
    errors: [{ stage: 'y', code: 'durable-restate/call-lost' }],
  })
})

test('a connection that is cut during a call on another machine repeats only that call', async () => {
  const calls: string[] = []
  const graph = new Pipeline('cut')
    .withStage('a', () => (calls.push('a'), { a: 1 }))
    .withStage(
      'b',
      async ({ signal }) => {
        if (calls.push('b') === 2) await aborted(signal)
        return { b: calls.length }
      },
      { dependencies: ['a'], placement: 'service' },
    )
    .build()
  const { client, name } = await serve<typeof graph>((name) => [durableWorkflow(graph, { name, secret })])
  const services = await serveMore([durableService(graph, { name })])
  await client.start('r')
  await observed(() => calls.length === 2)
  services.cut()
  expect((await client.attach('r')).data).toEqual({ a: { a: 1 }, b: { b: 3 } })
  expect(calls).toEqual(['a', 'b', 'b'])
})

test('another graph on the other machine is named (durable-restate/changed-graph), and the call succeeds once the right one is there', async () => {
  const graph = new Pipeline('p').withStage('a', () => ({ a: 1 }), { placement: 'service' }).build()
  const other = new Pipeline('p').withStage('b', () => ({ b: 1 }), { placement: 'service' }).build()
  const { client, name } = await serve<typeof graph>((name) => [durableWorkflow(graph, { name, secret })])
  const wrong = await serveMore([durableService(other, { name })])
  await client.start('r')
  await restate.failed(`${name}.stages`, 'The run "r" calls "a" on another machine, but with the graph there')
  await wrong.close()
  await serveMore([durableService(graph, { name })], wrong.port)
  expect((await client.attach('r')).data).toEqual({ a: { a: 1 } })
})
