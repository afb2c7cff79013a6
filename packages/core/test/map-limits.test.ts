import { manualClock } from '@stageflow/testing'
import { expect, test } from 'vitest'
import { Pipeline, StageOutput } from '../src/index.ts'
import type { Interceptor, StageContext } from '../src/index.ts'
import { runDurable } from '../src/durable.ts'
import { ArrayExecutor } from './array-executor.ts'

/** Lets promises and immediates that are ready run. */
async function turns(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve))
}

/** An idle limit around every map, and none around items. */
const idle = (idleTimeoutMs: number): Interceptor => ({
  name: 'idle',
  aroundMaps: true,
  onCall: ({ map }) => (map ? () => ({ idleTimeoutMs, expired: () => StageOutput.fail('idle') }) : undefined),
})

test.each([-1, 0, 1, 100])('an idle limit of %i ms around a map does not end it while an item runs', async (ms) => {
  const clock = manualClock()
  const over = async function* (): AsyncGenerator<number> {
    yield 250
    yield 500
    await new Promise(() => {})
  }
  const settled = new Pipeline('p')
    .withMap('m', {
      over: ms < 1 ? () => [250, 500] : over,
      each: async (item: number) => void (await clock.sleep(item)),
    })
    .build({ clock, interceptors: [idle(ms)] })
    .runSettled({}, { graceMs: 0 })
  await turns()
  for (let step = 0; step < 70; step++) {
    await clock.advance(10)
    await turns()
  }
  const { status, report } = await settled
  expect(report.stages['m']?.items).toMatchObject({ ok: 2 })
  if (ms < 1) expect(status).toBe('completed')
  else expect(report.stages['m']).toMatchObject({ status: 'fail', endedAt: 500 + ms })
  expect(clock.timers).toEqual([])
})

test('in a durable run an idle limit around a map ends with its source, in process and replayed', async () => {
  const clock = manualClock()
  const over = async function* (): AsyncGenerator<number> {
    await clock.sleep(90)
    yield* [1, 2]
  }
  const graph = new Pipeline('p')
    .withMap('m', {
      over,
      concurrency: 1,
      each: async (item: number, { signal }: StageContext) => {
        await clock.sleep(500, signal)
        return { item }
      },
    })
    .build({ clock, interceptors: [idle(100)] })
  const first = new ArrayExecutor([], { start: { startedAt: clock.now() }, now: () => clock.now() })
  const running = runDurable(graph, first)
  for (let step = 0; step < 120; step++) {
    await turns()
    await clock.advance(10)
    first.pass()
  }
  expect(await running).toMatchObject({ status: 'completed', data: { m: { items: [{ item: 1 }, { item: 2 }] } } })
  const replayed = await runDurable(
    graph,
    new ArrayExecutor(first.facts, { start: { startedAt: 0 }, now: () => clock.now() }),
  )
  expect(replayed).toMatchObject({ status: 'completed', data: { m: { items: [{ item: 1 }, { item: 2 }] } } })
  expect(clock.timers).toEqual([])
})

test('in a durable run a source that hangs ends its map, in process and replayed', async () => {
  const clock = manualClock()
  const over = async function* (): AsyncGenerator<number> {
    yield await new Promise<never>(() => {})
  }
  const graph = new Pipeline('p')
    .withMap('m', { over, each: (item: number) => ({ item }) })
    .build({ clock, interceptors: [idle(100)] })
  const first = new ArrayExecutor([], { start: { startedAt: clock.now() }, now: () => clock.now() })
  const running = runDurable(graph, first, { graceMs: 10 })
  for (let step = 0; step < 20; step++) {
    await turns()
    await clock.advance(10)
    first.pass()
  }
  expect((await running).report.stages['m']).toMatchObject({ status: 'fail', error: { message: 'idle' } })
  const second = new ArrayExecutor(first.facts, { start: { startedAt: 0 }, now: () => clock.now() })
  const { report } = await runDurable(graph, second, { graceMs: 10 })
  expect(report.stages['m']).toMatchObject({ status: 'fail', error: { message: 'idle' } })
})
