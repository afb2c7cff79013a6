import { Pipeline, StageOutput } from '@stageflow/core'
import type { StageContext } from '@stageflow/core'
import { manualClock } from '@stageflow/testing'
import { expect, test } from 'vitest'

import { openRuns } from '../test/open-runs.ts'

const { newPath, open } = openRuns()

/** Lets time pass until something is so. */
async function untilBeats(clock: ReturnType<typeof manualClock>, isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) {
    await clock.advance(100)
    await new Promise((resolve) => setTimeout(resolve, 1))
  }
}

const DAY = 86_400_000
const nap = ({ resumed }: StageContext) =>
  resumed === undefined ? StageOutput.suspend('nap', { forMs: 3 * DAY }) : { expired: resumed.expired }

test('a stage sleeps for days: recover wakes it, in a process that was started meanwhile', async () => {
  const path = newPath()
  const clock = manualClock({ startAt: 1_000 })
  const graph = new Pipeline('p')
    .withStage('nap', nap)
    .withStage('mail', () => ({ sent: clock.now() }), { dependencies: ['nap'] })
    .build({ clock })
  const first = open(path, { clock })
  expect(await first.run(graph, {}, { runId: 'a' })).toMatchObject({ status: 'suspended', requests: { nap: 'nap' } })
  expect(await first.get('a')).toMatchObject({ requests: [{ path: ['nap'], until: 1_000 + 3 * DAY }] })
  await first.close()

  await clock.advance(2 * DAY)
  const second = open(path, { clock })
  expect(await second.recover(graph)).toEqual([])
  await untilBeats(clock, async () => clock.now() > 2 * DAY + 1_500)
  expect((await second.get('a'))?.status).toBe('suspended')
  await second.close()

  await clock.advance(DAY - 3_000)
  const third = open(path, { clock })
  await third.recover(graph)
  await untilBeats(clock, async () => (await third.get('a'))?.status === 'completed')
  expect(clock.now()).toBeGreaterThanOrEqual(1_000 + 3 * DAY)
  const { data } = await third.run(graph, {}, { runId: 'a' })
  expect(data).toMatchObject({ nap: { expired: true } })
})

test('a caller that asks for a run whose time has come carries it on', async () => {
  const clock = manualClock()
  const graph = new Pipeline('p').withStage('nap', nap).build({ clock })
  const durable = open(newPath(), { clock })
  await durable.run(graph, {}, { runId: 'a' })
  await clock.advance(3 * DAY - 1)
  expect((await durable.run(graph, {}, { runId: 'a' })).status).toBe('suspended')
  await clock.advance(1)
  expect(await durable.run(graph, {}, { runId: 'a' })).toMatchObject({
    status: 'completed',
    data: { nap: { expired: true } },
  })
})

test('the time of a question is that of the first of several, and one that is answered has none', async () => {
  const clock = manualClock({ startAt: 0 })
  const wait =
    (forMs: number) =>
    ({ resumed }: StageContext) =>
      resumed === undefined ? StageOutput.suspend('?', { forMs }) : { answer: resumed.answer ?? 'none' }
  const graph = new Pipeline('p').withStage('a', wait(10)).withStage('b', wait(20)).build({ clock })
  const durable = open(newPath(), { clock })
  const asked = async (runId: string) => (await durable.get(runId))?.requests.map(({ path }) => path.join('/'))
  await durable.run(graph, {}, { runId: 's' })
  await clock.advance(10)
  await durable.run(graph, {}, { runId: 's' })
  expect(await asked('s')).toEqual(['b'])
  await durable.run(graph, {}, { runId: 'r' })
  expect((await durable.resume(graph, 'r', { a: 'yes' })).status).toBe('suspended')
  await clock.advance(10)
  expect((await durable.run(graph, {}, { runId: 'r' })).status).toBe('suspended')
  await clock.advance(10)
  expect((await durable.run(graph, {}, { runId: 'r' })).data).toEqual({ a: { answer: 'yes' }, b: { answer: 'none' } })
})
