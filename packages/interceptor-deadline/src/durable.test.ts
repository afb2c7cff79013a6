import { Pipeline } from '@stageflow/core'
import type { Interceptor, StageContext } from '@stageflow/core'
import { runDurable } from '@stageflow/core/durable'
import { manualClock } from '@stageflow/testing'
import { memoryExecutor } from '@stageflow/testing/durable'
import { afterEach, expect, test } from 'vitest'
import { deadline } from './index.ts'

let clock = manualClock()
let called: string[] = []
afterEach(() => {
  expect(clock.timers).toEqual([])
  clock = manualClock()
  called = []
})

const waits =
  (ms: number) =>
  ({ signal }: StageContext): Promise<void> =>
    clock.sleep(ms, signal)

/** A durable run whose first leg crashes after `crashMs`. The next one begins 100 ms later. */
async function runTwoLegs(timeoutMs: number, crashMs: number) {
  const calls: Interceptor = {
    name: 'calls',
    onCall:
      ({ name }) =>
      () =>
        void called.push(name),
  }
  const graph = new Pipeline('chat')
    .withStage('draft', waits(400))
    .withStage('polish', waits(100), {
      dependencies: ['draft'],
      deadlineBudget: { expectedMs: 500 },
      onFailure: 'skip',
    })
    .withStage('send', waits(200), { dependencies: ['polish'], join: 'settled' })
    .build({ clock, interceptors: [calls, deadline()] })
  const runs = memoryExecutor({ clock })
  const start = { runId: 'chat-7', startedAt: clock.now(), input: {}, options: { timeoutMs } }
  const leg = () => runs.run(start, (executor) => runDurable(graph, executor))
  const first = expect(leg()).rejects.toMatchObject({ code: 'testing/crashed' })
  await clock.advance(crashMs)
  void runs.crash('chat-7')
  await clock.advance(100)
  await first
  const second = leg()
  for (let step = 0; step < 8; step++) await clock.advance(100)
  const { status, report } = await second
  return { status, polish: report.stages['polish'] }
}

test('a refused stage is not called again in the next leg', async () => {
  const { status, polish } = await runTwoLegs(899, 450)
  expect(polish?.error?.code).toBe('deadline/too-late')
  expect([status, called]).toEqual(['completed', ['draft', 'polish', 'send', 'send']])
})

test('a stage that ran in time stays done, although it would be too late in the next leg', async () => {
  const { status, polish } = await runTwoLegs(1_000, 550)
  expect(polish?.status).toBe('ok')
  expect([status, called]).toEqual(['completed', ['draft', 'polish', 'send', 'send']])
})

test('the deadline of a run is a point in time: what a lost leg has used up is gone', async () => {
  const { status, polish } = await runTwoLegs(1_000, 100)
  expect(polish).toMatchObject({ endedAt: 600, error: { code: 'deadline/too-late' } })
  expect([status, called]).toEqual(['completed', ['draft', 'draft', 'polish', 'send']])
})
