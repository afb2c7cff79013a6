import { Pipeline, defineStage } from '@stageflow/core'
import type { AnyStage, Clock, Interceptor, StageContext } from '@stageflow/core'
import { manualClock, seededRandom } from '@stageflow/testing'
import { afterEach, expect, test } from 'vitest'
import { timeout } from './index.ts'

let clock = manualClock()
afterEach(() => {
  expect(clock.timers).toEqual([])
  clock = manualClock()
})

const limits = () => clock.timers.filter(({ kind }) => kind === 'timer')
const waits = (ms: number) => (context: StageContext) => context.clock.sleep(ms, context.signal)

/** Counts the timers that are set on it. */
function countingClock(): Clock & { count: number } {
  const { now, sleep } = clock
  const counting = {
    now,
    sleep,
    count: 0,
    setTimeout: (callback: () => void, ms: number) => {
      counting.count++
      return clock.setTimeout(callback, ms)
    },
    /** Made of timers that are not counted. */
    setImmediate: (callback: () => void) => clock.setTimeout(callback, 0),
  }
  return counting
}

function chain(length: number, run: (context: StageContext) => Promise<void> | void) {
  const stages: AnyStage[] = []
  for (let index = 0; index < length; index++) {
    const before = stages.at(-1)
    stages.push(defineStage({ name: `s${index}`, after: before === undefined ? {} : { before }, run }))
  }
  return Pipeline.from('chain', stages)
}

test('a chain of 100 stages that end at once sets no timer', async () => {
  const counting = countingClock()
  const graph = chain(100, () => {}).build({ clock: counting, interceptors: [timeout({ idleTimeoutMs: 1_000 })] })
  expect((await graph.run()).status).toBe('completed')
  expect(counting.count).toBe(0)
})

test('a chain of 100 stages that wait sets one timer, and one more each time that it fires', async () => {
  const counting = countingClock()
  const graph = chain(100, (context) => context.clock.sleep(10)).build({
    clock: counting,
    interceptors: [timeout({ timeoutMs: 400 })],
  })
  const settled = graph.run()
  await clock.advance(399)
  expect([counting.count, limits()]).toEqual([1, [{ kind: 'timer', setAt: 0, dueAt: 400 }]])
  await clock.advance(601)
  expect((await settled).status).toBe('completed')
  // At 400 it is set for what began at 390 or 400, and so on.
  expect(counting.count).toBe(3)
})

test("if the run's deadline comes first, its timer is the only one", async () => {
  const counting = countingClock()
  const graph = new Pipeline('chat')
    .withStage('a', (context) => context.clock.sleep(10))
    .build({ clock: counting, interceptors: [timeout({ timeoutMs: 100 })] })
  const settled = graph.run({}, { timeoutMs: 100 })
  await clock.advance(10)
  expect((await settled).status).toBe('completed')
  expect(counting.count).toBe(1)
})

test('a thousand runs of a graph share one timer, and leave none', async () => {
  const shared = timeout({ timeoutMs: 1_000 })
  const graph = new Pipeline('chat')
    .withStage('a', waits(100))
    .withStage('b', waits(200))
    .withStage('c', waits(300), { timeoutMs: 2_000 })
    .build({ clock, interceptors: [shared] })
  const other = new Pipeline('other').withStage('a', waits(100)).build({ clock, interceptors: [shared] })
  const runs = [...Array.from({ length: 1_000 }, () => graph.run()), other.run()]
  await clock.settle()
  // One for each of the two graphs.
  expect(limits().map(({ dueAt }) => dueAt)).toEqual([1_000, 1_000])
  await clock.advance(300)
  expect((await Promise.all(runs)).every(({ status }) => status === 'completed')).toBe(true)
  expect(clock.timers).toEqual([])
})

test('the timer stays between the stages of a run, and is removed when a run ends and no limit is left', async () => {
  const graph = new Pipeline('chat')
    .withStage('a', waits(10))
    .withStage('b', waits(100), { dependencies: ['a'], timeoutMs: false })
    .build({ clock, interceptors: [timeout()] })
  const first = graph.run()
  await clock.advance(50)
  expect(limits()).toEqual([{ kind: 'timer', setAt: 0, dueAt: 30_000 }])
  const second = graph.run()
  await clock.advance(60)
  await first
  // The second run has no limit left, so the timer is gone.
  expect(limits()).toEqual([])
  await clock.advance(50)
  await second
  expect(clock.timers).toEqual([])
})

test('the timer stays if another run still has a limit', async () => {
  const graph = new Pipeline('chat')
    .withStage('a', ({ snapshot, clock: time, signal }) => time.sleep(Number(snapshot.inputText), signal))
    .build({ clock, interceptors: [timeout()] })
  const [short, long] = [graph.run({ inputText: '10' }), graph.run({ inputText: '100' })]
  await clock.advance(10)
  await short
  expect(limits()).toEqual([{ kind: 'timer', setAt: 0, dueAt: 30_000 }])
  await clock.advance(90)
  await long
  expect(clock.timers).toEqual([])
})

test('each clock has timers of its own', async () => {
  const other = manualClock()
  const shared = timeout({ timeoutMs: 100 })
  const pipeline = new Pipeline('chat').withStage('a', waits(1_000))
  const settled = [clock, other].map((one) => pipeline.build({ clock: one, interceptors: [shared] }).runSettled())
  await clock.advance(100)
  expect((await settled[0])?.status).toBe('failed')
  expect(other.pending).toBeGreaterThan(0)
  await other.advance(100)
  expect((await settled[1])?.status).toBe('failed')
  expect(other.timers).toEqual([])
})

test('a child graph with another clock is limited on that', async () => {
  const other = manualClock()
  const shared = timeout({ timeoutMs: 100 })
  const child = new Pipeline('child').withStage('inner', waits(1_000)).build({ clock: other, interceptors: [shared] })
  const settled = new Pipeline('chat')
    .withPipeline('outer', child, { timeoutMs: false })
    .build({ clock, interceptors: [shared] })
    .runSettled()
  await clock.advance(1_000)
  await other.advance(100)
  const result = await settled
  expect(result.status === 'failed' && result.errors).toMatchObject([{ stage: 'outer', code: 'timeout/timed-out' }])
  expect(other.timers).toEqual([])
})

test('of a thousand concurrent runs, exactly those that take longer than their limit fail', async () => {
  const random = seededRandom({ seed: 7 })
  const took = new Map<string, number>()
  const graph = new Pipeline('chat')
    .withStage('llm', (context) => context.clock.sleep(took.get(context.pipelineRunId) as number, context.signal))
    .build({ clock, interceptors: [timeout({ timeoutMs: 500, idleTimeoutMs: 700 })] })
  const runs = Array.from({ length: 1_000 }, (_, index) => {
    took.set(`run-${index}`, Math.floor(random() * 1_000))
    return graph.runSettled({ pipelineRunId: `run-${index}` })
  })
  await clock.advance(1_000)
  for (const { status, report } of await Promise.all(runs)) {
    const ms = took.get(report.pipelineRunId) as number
    if (ms === 500) continue
    expect([ms, status, report.endedAt]).toEqual([ms, ms < 500 ? 'completed' : 'failed', Math.min(ms, 500)])
  }
})

test('stages that start when the previous one times out each time out in turn, and no timer is left', async () => {
  const hangs = waits(60_000)
  const inner: Interceptor = { ...timeout({ timeoutMs: 10 }), name: 'inner', stageOptions: [] }
  const next = { join: 'settled', onFailure: 'skip' } as const
  const graph = new Pipeline('chain')
    .withStage('a', hangs, { onFailure: 'skip' })
    .withStage('b', hangs, { ...next, dependencies: ['a'] })
    .withStage('c', async () => ({}), { ...next, dependencies: ['b'], timeoutMs: 5 })
    .withStage('d', hangs, { ...next, dependencies: ['c'], timeoutMs: 5 })
    .build({ clock, interceptors: [timeout({ timeoutMs: 15 }), inner] })
  const settled = graph.run()
  await clock.advance(35)
  const { status, report } = await settled
  const times = Object.values(report.stages).map(({ stage, endedAt, error }) => [stage, endedAt, error?.code])
  expect([status, times]).toEqual([
    'completed',
    [
      ['a', 10, 'timeout/timed-out'],
      ['b', 20, 'timeout/timed-out'],
      ['c', 20, undefined],
      ['d', 25, 'timeout/timed-out'],
    ],
  ])
})
