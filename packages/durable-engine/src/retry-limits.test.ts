import { Pipeline, StageOutput } from '@stageflow/core'
import type { StageContext } from '@stageflow/core'
import { manualClock } from '@stageflow/testing'
import type { ManualClock } from '@stageflow/testing'
import { expect, test } from 'vitest'

import { openRuns } from '../test/open-runs.ts'

// Only with a journal that answers at once: with a server, the clock passes on while an answer is on its way.

const { newPath, open } = openRuns({ leaseMs: 200 })

const ask = ({ resumed }: StageContext) =>
  resumed === undefined ? StageOutput.suspend('Pay?') : { answer: resumed.answer }

/** What a run settles with, a value or an error, while the time of a clock passes. */
async function settledOn(clock: ManualClock, settled: Promise<unknown>): Promise<unknown> {
  let isSettled = false
  const both = settled.then(
    (value) => ((isSettled = true), value),
    (error: unknown) => ((isSettled = true), error),
  )
  while (!isSettled) {
    await clock.advance(10)
    await new Promise((resolve) => setTimeout(resolve, 1))
  }
  return both
}

test('the time limit of a run begins again when it is tried again', async () => {
  const clock = manualClock()
  let isDown = true
  const graph = new Pipeline('p')
    .withStage('a', async (context) => {
      await context.clock.sleep(40, context.signal)
      if (isDown) throw new Error('503')
      return {}
    })
    .build({ clock })
  const durable = open(newPath(), { clock })
  const run = (settled: Promise<unknown>): Promise<unknown> => settledOn(clock, settled)
  expect(await run(durable.run(graph, {}, { runId: 'a', timeoutMs: 100_000 }))).toMatchObject({
    code: 'core/pipeline-failed',
  })
  await clock.advance(1_000_000)
  isDown = false
  expect(await run(durable.retryFailed(graph, 'a'))).toMatchObject({ status: 'completed' })
})

/** Waits, asks, and does what takes 400 ms. */
function slowAnswers(clock: ManualClock) {
  const server = { isDown: true }
  const graph = new Pipeline('p')
    .withStage('boss', ask)
    .withStage(
      'pay',
      async (context) => {
        await context.clock.sleep(400, context.signal)
        if (server.isDown) throw new Error('503')
        return { paid: 9 }
      },
      { dependencies: ['boss'] },
    )
    .withStage('late', ask, { dependencies: ['pay'] })
    .withStage('ship', async (context) => (await context.clock.sleep(1_200, context.signal), {}), {
      dependencies: ['late'],
    })
    .build({ clock })
  return { graph, server }
}

test.each([1, 2, 3])(
  'the time limit is the same after %i retries, also for what an answer lets go on',
  async (retries) => {
    const clock = manualClock()
    const { graph, server } = slowAnswers(clock)
    const durable = open(newPath(), { clock })
    const settled = (run: Promise<unknown>): Promise<unknown> => settledOn(clock, run)
    await settled(durable.run(graph, {}, { runId: 'a', timeoutMs: 1_000 }))
    await clock.advance(5_000)
    expect(await settled(durable.resume(graph, 'a', { boss: 'yes' }))).toMatchObject({
      message: expect.stringContaining('503'),
    })
    for (let retry = 1; retry < retries; retry++) {
      await clock.advance(7_000)
      expect(await settled(durable.retryFailed(graph, 'a'))).toMatchObject({ message: expect.stringContaining('503') })
    }
    await clock.advance(7_000)
    server.isDown = false
    expect(await settled(durable.retryFailed(graph, 'a'))).toMatchObject({ status: 'suspended' })
    await clock.advance(3_000)
    const before = clock.now()
    expect(await settled(durable.resume(graph, 'a', { late: 'yes' }))).toMatchObject({
      message: expect.stringContaining('did not end within 1000 ms (timeoutMs)'),
    })
    expect(clock.now() - before).toBeLessThan(1_100)
  },
)

test.each([1, 2, 3])('retry %i of a run that hangs ends it once its time limit has passed', async (retries) => {
  const clock = manualClock()
  const graph = new Pipeline('p')
    .withStage('boss', ask)
    .withStage('hang', ({ clock, signal }) => clock.sleep(1_000_000, signal), { dependencies: ['boss'] })
    .build({ clock })
  const durable = open(newPath(), { clock })
  const timedOut = { message: expect.stringContaining('did not end within 1000 ms (timeoutMs)') }
  await settledOn(clock, durable.run(graph, {}, { runId: 'a', timeoutMs: 1_000 }))
  await clock.advance(5_000)
  expect(await settledOn(clock, durable.resume(graph, 'a', { boss: 1 }))).toMatchObject(timedOut)
  for (let retry = 1; retry <= retries; retry++) {
    await clock.advance(7_000)
    const before = clock.now()
    expect(await settledOn(clock, durable.retryFailed(graph, 'a'))).toMatchObject(timedOut)
    expect(clock.now() - before).toBeGreaterThanOrEqual(1_000)
    expect(clock.now() - before).toBeLessThan(1_100)
  }
})
