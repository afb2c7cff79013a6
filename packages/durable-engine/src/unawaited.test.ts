import { Pipeline, StageOutput } from '@stageflow/core'
import type { StageContext } from '@stageflow/core'
import type { DurableRuns } from '@stageflow/durable-engine'
import { expect, onTestFinished, test } from 'vitest'

import { aborted, ask, openRuns, until } from '../test/open-runs.ts'

// What an app begins and doesn't await, as in `void runs.recover(graph)`, must not end its process when the journal is closed.

const { newPath, open, change } = openRuns({ leaseMs: 60_000 })

/** The unhandled rejections of this process, while a test runs. */
function unhandled(): unknown[] {
  const reasons: unknown[] = []
  const note = (reason: unknown): void => void reasons.push(reason)
  process.on('unhandledRejection', note)
  onTestFinished(() => void process.off('unhandledRejection', note))
  return reasons
}
/** Node tells of an unhandled rejection after the microtasks of its turn. */
const turns = async (): Promise<void> => {
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve))
}
const hanging = new Pipeline('p').withStage('hang', aborted).build()
const status = async (runs: DurableRuns): Promise<unknown> => (await runs.get('a'))?.status

/** A run that another process carries. */
async function carriedElsewhere(): Promise<{ readonly path: string; readonly here: DurableRuns }> {
  const path = newPath()
  const there = open(path)
  void there.run(hanging, {}, { runId: 'a' })
  await until(async () => (await status(there)) === 'running')
  return { path, here: open(path) }
}

/** A run whose process has died. */
async function abandoned(): Promise<DurableRuns> {
  const { path, here } = await carriedElsewhere()
  await change(path, 'UPDATE owners SET until = 0')
  return here
}

/** Fails, and hangs when it is tried again. */
function failing() {
  let calls = 0
  return new Pipeline('p')
    .withStage('pay', (context) => (calls++ === 0 ? StageOutput.fail('503') : aborted(context)))
    .build()
}
const askThenHang = new Pipeline('p')
  .withStage('ask', ask)
  .withStage('hang', aborted, { dependencies: ['ask'] })
  .build()
/** Waits until the code of a run is in progress here. */
const carried = (runs: DurableRuns): Promise<void> =>
  until(async () => (await runs.get('a'))?.inProgress.some(({ startedAt }) => startedAt !== undefined) === true)

test.each<[what: string, begin: () => Promise<DurableRuns>]>([
  [
    'run, whose leg is in progress,',
    async () => {
      const runs = open()
      void runs.run(hanging, {}, { runId: 'a' })
      await carried(runs)
      return runs
    },
  ],
  [
    'run, which was asked for before the journal had it,',
    async () => {
      const runs = open()
      void runs.run(hanging, {}, { runId: 'a' })
      return runs
    },
  ],
  [
    'run, which waits for another process,',
    async () => {
      const { here } = await carriedElsewhere()
      void here.run(hanging, {}, { runId: 'a' })
      await turns()
      return here
    },
  ],
  [
    'attach, which waits for another process,',
    async () => {
      const { here } = await carriedElsewhere()
      void here.as('month end').attach(hanging, 'a')
      await turns()
      return here
    },
  ],
  [
    'resume',
    async () => {
      const runs = open()
      await runs.run(askThenHang, {}, { runId: 'a' })
      void runs.resume(askThenHang, 'a', { ask: 1 })
      await carried(runs)
      return runs
    },
  ],
  [
    'resume by name',
    async () => {
      const runs = open()
      await runs.run(askThenHang, {}, { runId: 'a' })
      void runs.as('month end').resume(askThenHang, 'a', { ask: 1 })
      await carried(runs)
      return runs
    },
  ],
  [
    'retryFailed',
    async () => {
      const [runs, graph] = [open(), failing()]
      await expect(runs.run(graph, {}, { runId: 'a' })).rejects.toThrow('503')
      void runs.retryFailed(graph, 'a')
      await carried(runs)
      return runs
    },
  ],
  [
    'retryFailed by name',
    async () => {
      const [runs, graph] = [open(), failing()]
      await expect(runs.run(graph, {}, { runId: 'a' })).rejects.toThrow('503')
      void runs.as('month end').retryFailed(graph, 'a')
      await carried(runs)
      return runs
    },
  ],
  [
    'recover, with a run in progress,',
    async () => {
      const runs = await abandoned()
      void runs.recover(hanging)
      await carried(runs)
      return runs
    },
  ],
  [
    'recover, which waits for another process,',
    async () => {
      const { here } = await carriedElsewhere()
      void here.recover(hanging)
      await turns()
      return here
    },
  ],
  [
    'schedule, with a run in progress,',
    async () => {
      const runs = open()
      let calls = 0
      const graph = new Pipeline('p').withStage('hang', (context: StageContext) => (calls++, aborted(context))).build()
      void runs.schedule('each second', { cron: '* * * * * *', graph })
      await until(() => calls > 0)
      return runs
    },
  ],
])('%s can be left alone: closing the journal rejects it, and no rejection is unhandled', async (_what, begin) => {
  const reasons = unhandled()
  const runs = await begin()
  await runs.close()
  await turns()
  expect(reasons).toEqual([])
})

test('who awaits it gets the error', async () => {
  const runs = open()
  const run = runs.run(hanging, {}, { runId: 'a' })
  await carried(runs)
  await runs.close()
  await expect(run).rejects.toMatchObject({ code: 'durable-engine/closed' })
})

test('a damaged request for a run blocks that run, leaves no rejection unhandled, and keeps no other run from its requests', async () => {
  const reasons = unhandled()
  const path = newPath()
  const runs = open(path)
  const run = runs.run(hanging, {}, { runId: 'a' }).catch((error: unknown) => error)
  await carried(runs)
  const other = runs.run(hanging, {}, { runId: 'b' }).catch((error: unknown) => error)
  await until(async () => (await runs.get('b'))?.status === 'running')
  await change(
    path,
    "INSERT INTO inbox (run, kind, key, value) SELECT n, 'stop', '', 'damaged' FROM runs WHERE id = 'a'",
  )
  await open(path).cancel('b', 'no longer wanted')
  expect(await other).toMatchObject({ status: 'cancelled' })
  expect(await run).toMatchObject({ code: 'durable-engine/damaged' })
  expect(await status(runs)).toBe('blocked')
  await turns()
  expect(reasons).toEqual([])
})
