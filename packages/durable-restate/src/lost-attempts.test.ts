import { Pipeline, StageOutput, systemClock } from '@stageflow/core'
import type { StageContext, StageflowEvent } from '@stageflow/core'
import { recordingSink } from '@stageflow/testing'
import { expect, test } from 'vitest'
import { serveEndpoint } from '../test/endpoint.ts'
import { observed, withinSomeLimit } from '../test/observed.ts'
import { restate, secret, serve } from '../test/restate.ts'
import { durableWorkflow } from './index.ts'

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })

test('the code of a lost attempt is aborted, and the next attempt calls the stage again', async () => {
  const log: string[] = []
  const graph = new Pipeline('lost')
    .withStage('before', () => (log.push('before'), { before: true }))
    .withStage(
      'a',
      async ({ signal }) => {
        const call = log.push('a began')
        if (call > 2) return { call }
        await aborted(signal)
        log.push('a aborted')
        return { call }
      },
      { dependencies: ['before'] },
    )
    .build()
  const { client, endpoint } = await serve<typeof graph>((name) => [durableWorkflow(graph, { name, secret })])
  await client.start('x')
  await observed(() => log.includes('a began'))
  endpoint.cut()
  expect(await client.attach('x')).toMatchObject({ status: 'completed', data: { a: { call: 4 } } })
  expect(log).toEqual(['before', 'a began', 'a aborted', 'a began'])
})

test('a key never runs twice at once in one process', async () => {
  let running = 0
  let most = 0
  let begun = 0
  const released = Promise.withResolvers<void>()
  const graph = new Pipeline('slow')
    .withStage('a', async () => {
      most = Math.max(most, ++running)
      begun++
      await released.promise
      running--
      return { begun }
    })
    .build()
  const { client, endpoint, name } = await serve<typeof graph>((name) => [
    durableWorkflow(graph, { name, secret, run: { graceMs: 60_000 } }),
  ])
  await client.start('x')
  await observed(() => begun === 1)
  endpoint.cut()
  // The next attempt has connected, and its call waits for the first one.
  const id = await restate.invocation(name, 'x')
  await observed(async () => {
    const [row] = await restate.query<{ retry_count: number; status: string }>(
      `select retry_count, status from sys_invocation where id = '${id}'`,
    )
    return row !== undefined && row.status === 'running' && row.retry_count > 1
  })
  expect(begun).toBe(1)
  released.resolve()
  expect(await client.attach('x')).toMatchObject({ status: 'completed', data: { a: { begun: 2 } } })
  expect(most).toBe(1)
})

test('if x failed while y was in progress, the next attempt does not call y again', async () => {
  const log: string[] = []
  const yBegan = Promise.withResolvers<void>()
  const released = Promise.withResolvers<void>()
  const graph = new Pipeline('failing')
    .withStage('x', async () => {
      await yBegan.promise
      return StageOutput.fail('x is broken')
    })
    .withStage('y', async ({ signal }) => {
      log.push('y began')
      yBegan.resolve()
      await aborted(signal)
      log.push('y aborted')
      await released.promise
      return { y: 1 }
    })
    .build()
  const { client, endpoint } = await serve<typeof graph>((name) => [durableWorkflow(graph, { name, secret })])
  await client.start('r')
  // The failure of x has been recorded, because it has aborted y.
  await observed(() => log.length === 2)
  endpoint.cut()
  released.resolve()
  expect(await client.attach('r')).toMatchObject({
    status: 'failed',
    errors: [{ stage: 'x', message: 'x is broken' }],
    report: { stages: { y: { status: 'cancel' } } },
  })
  expect(log).toEqual(['y began', 'y aborted'])
})

test('a limit that passed while no worker was there comes before any call', async () => {
  /** The runs whose stage began, and when. On a busy machine Restate may begin an attempt again by itself. */
  const began: { id: string; at: number }[] = []
  const graph = new Pipeline('late')
    .withStage('a', async ({ pipelineRunId, signal }) => {
      // By the clock that the run has: the time of day may have been set meanwhile.
      began.push({ id: pipelineRunId, at: systemClock.now() })
      await aborted(signal)
      return StageOutput.cancel('aborted')
    })
    .build()
  const { client, endpoint, name } = await serve<typeof graph>((name) => [durableWorkflow(graph, { name, secret })])
  const { id, passedAt } = await withinSomeLimit(700, async (timeoutMs) => {
    const id = `within ${timeoutMs}`
    await client.start(id, { options: { timeoutMs } })
    const call = () => began.find((call) => call.id === id)
    await observed(async () => call() !== undefined || (await client.status(id))?.status === 'failed')
    // The limit counts from the start of the run, and the stage began later.
    const first = call()
    return first && { id, passedAt: first.at + timeoutMs }
  })
  await endpoint.close()
  await observed(() => systemClock.now() > passedAt)
  const beganBefore = [...began]
  const again = await serveEndpoint([durableWorkflow(graph, { name, secret })], endpoint.port)
  try {
    expect(await client.attach(id)).toMatchObject({ status: 'failed', errors: [{ code: 'core/timed-out' }] })
    expect(began).toEqual(beganBefore)
  } finally {
    await again.close()
  }
})

test('later attempts emit what happens in them, and the end of the run once', async () => {
  const events = recordingSink()
  let calls = 0
  const graph = new Pipeline('told')
    .withStage('a', () => ({ a: 1 }))
    .withStage(
      'b',
      async ({ signal }: StageContext) => {
        if (++calls === 1) await aborted(signal)
        return { b: calls }
      },
      { dependencies: ['a'] },
    )
    .build({ eventSink: events })
  const { client, endpoint } = await serve<typeof graph>((name) => [durableWorkflow(graph, { name, secret })])
  await client.start('r')
  await observed(() => calls === 1)
  endpoint.cut()
  await client.attach('r')
  const told = events.events.map(({ type, leg = 1, seq }: StageflowEvent) => `${leg}.${seq} ${type}`)
  expect(told).toEqual([
    '1.0 pipeline.started',
    '1.1 stage.a.started',
    '1.2 stage.a.completed',
    '1.3 stage.b.started',
    '2.0 pipeline.resumed',
    '2.1 stage.b.started',
    '2.2 stage.b.completed',
    '2.3 pipeline.completed',
  ])
})

test('a run that waits is suspended by Restate, needs no worker meanwhile, and goes on with the answer', async () => {
  const log: string[] = []
  const graph = new Pipeline('patient')
    .withStage('price', () => (log.push('price'), { euros: 7 }))
    .withStage(
      'approve',
      ({ resumed }) => {
        log.push(resumed === undefined ? 'asks' : 'goes on')
        return resumed === undefined ? StageOutput.suspend('?') : { by: String(resumed.answer) }
      },
      { dependencies: ['price'] },
    )
    .build()
  const { client, endpoint, name } = await serve<typeof graph>((name) => [
    durableWorkflow(graph, { name, secret, restate: { inactivityTimeout: 50 } }),
  ])
  await client.start('r', { options: { timeoutMs: 600_000 } })
  const id = await restate.invocation(name, 'r')
  await observed(async () => {
    const [row] = await restate.query<{ status: string }>(`select status from sys_invocation where id = '${id}'`)
    return row?.status === 'suspended'
  })
  await endpoint.close()
  const again = await serveEndpoint(
    [durableWorkflow(graph, { name, secret, restate: { inactivityTimeout: 50 } })],
    endpoint.port,
  )
  try {
    await client.answer('r', { approve: 'ada' })
    expect(await client.attach('r')).toMatchObject({ status: 'completed', data: { approve: { by: 'ada' } } })
    expect(log).toEqual(['price', 'asks', 'goes on'])
  } finally {
    await again.close()
  }
})
