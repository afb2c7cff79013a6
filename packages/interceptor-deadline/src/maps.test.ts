import { Pipeline } from '@stageflow/core'
import { timeout } from '@stageflow/interceptor-timeout'
import { manualClock } from '@stageflow/testing'
import { afterEach, expect, test } from 'vitest'
import { deadline } from './index.ts'

let clock = manualClock()
afterEach(() => {
  expect(clock.timers).toEqual([])
  clock = manualClock()
})

/** Lets the map take what is ready. */
async function turns(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve))
}
async function pass(steps: number, ms: number): Promise<void> {
  for (let step = 0; step < steps; step++) {
    await turns()
    await clock.advance(ms)
  }
  await turns()
}

const budget = { deadlineBudget: { expectedMs: 250 } }
const letters = ['a', 'b', 'c', 'd']
/** Items of 200 ms, one after the other. */
const options = {
  over: () => letters,
  key: (letter: string) => letter,
  concurrency: 1,
  each: async (letter: string) => {
    await clock.sleep(200)
    return { letter }
  },
}

test('each item of a map is checked by itself, when it begins', async () => {
  const running = new Pipeline('letters')
    .withMap('send', { ...options, ...budget, onItemFailure: 'collect' })
    .build({ clock, interceptors: [deadline()] })
    .run({}, { timeoutMs: 700 })
  await pass(4, 200)
  const { status, data, report } = await running
  expect(status).toBe('completed')
  expect(data.send?.items).toMatchObject([
    { status: 'ok', data: { letter: 'a' } },
    { status: 'ok', data: { letter: 'b' } },
    { status: 'ok', data: { letter: 'c' } },
    { status: 'fail', key: 'd', error: { code: 'deadline/too-late' } },
  ])
  expect(report.stages.send.items?.records[3]?.error?.message).toBe(
    'Item "d" of stage "send" of pipeline "letters" did not run: 100 ms are left until its deadline, and it is expected to take 250 ms. Raise the timeoutMs of the run or of the limit around it, or lower the expectedMs of its deadlineBudget.',
  )
})

test('with onItemFailure skip, an item that is too late is left out', async () => {
  const running = new Pipeline('letters')
    .withMap('send', { ...options, ...budget, onItemFailure: 'skip' })
    .build({ clock, interceptors: [deadline()] })
    .run({}, { timeoutMs: 500 })
  await pass(4, 200)
  expect((await running).data.send?.items).toEqual([{ letter: 'a' }, { letter: 'b' }, undefined, undefined])
})

test('with onFailure alone, the first item that is too late ends the map, whose failure is tolerated', async () => {
  const running = new Pipeline('letters')
    .withMap('send', { ...options, ...budget, onFailure: 'skip' })
    .build({ clock, interceptors: [deadline()] })
    .run({}, { timeoutMs: 500 })
  await pass(4, 200)
  const { status, report } = await running
  expect(status).toBe('completed')
  expect(report.stages.send).toMatchObject({ status: 'fail', tolerated: true, error: { code: 'deadline/too-late' } })
})

test('the limit of an item counts, and not only that of its run', async () => {
  const running = new Pipeline('letters')
    .withMap('send', { ...options, ...budget, timeoutMs: 249, onItemFailure: 'skip' })
    .build({ clock, interceptors: [timeout(), deadline()] })
    .run()
  await pass(1, 0)
  expect((await running).data.send?.items).toEqual([undefined, undefined, undefined, undefined])
})

test('an item that runs a pipeline does not begin it if it is too late', async () => {
  const child = new Pipeline('letter').withStage('print', () => ({ printed: true }))
  const graph = new Pipeline('letters')
    .withMap('send', { over: () => letters, each: child, onItemFailure: 'skip', ...budget })
    .build({ clock, interceptors: [deadline()] })
  const printed = { print: { printed: true } }
  expect((await graph.run({}, { timeoutMs: 249 })).data.send?.items).toEqual([
    undefined,
    undefined,
    undefined,
    undefined,
  ])
  expect((await graph.run({}, { timeoutMs: 250 })).data.send?.items).toEqual([printed, printed, printed, printed])
})
