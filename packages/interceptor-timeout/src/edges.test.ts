import { Pipeline } from '@stageflow/core'
import type { StageContext } from '@stageflow/core'
import { gate, soft, stream } from '@stageflow/core/edges'
import { retry } from '../../interceptor-retry/src/index.ts'
import { manualClock } from '@stageflow/testing'
import { afterEach, expect, test } from 'vitest'
import { timeout } from './index.ts'

// Limits of stages with streams, soft edges and gates.

let clock = manualClock()
afterEach(() => {
  expect(clock.timers).toEqual([])
  clock = manualClock()
})
const words = (count: number, ms: number) =>
  async function* () {
    for (let word = 0; word < count; word++) {
      await clock.sleep(ms)
      yield word
    }
  }
type Reads = StageContext<{}, {}, { readonly llm: number }>
const reads =
  (ms: number) =>
  async ({ inputs, signal }: Reads) => {
    for await (const _word of inputs.stream('llm')) await clock.sleep(ms, signal)
  }

test('a reader is not timed out while it waits for a chunk, and its own work counts', async () => {
  const of = async (workMs: number) => {
    const run = new Pipeline('voice')
      .withStage('llm', words(5, 100), { timeoutMs: false })
      .withStage('speak', reads(workMs), { dependencies: [stream('llm')], timeoutMs: 50 })
      .build({ clock, interceptors: [timeout()] })
      .runSettled()
    const from = clock.now()
    await clock.runAll()
    const { status, error, endedAt = 0 } = (await run).report.stages.speak
    return [status, error?.code, endedAt - from]
  }
  expect(await of(9)).toEqual(['ok', undefined, 509])
  expect(await of(11)).toEqual(['fail', 'timeout/timed-out', 506])
})

test('a source is not timed out while its readers have no room', async () => {
  const run = new Pipeline('voice')
    .withStage('llm', words(5, 1), { timeoutMs: 10 })
    .withStage('speak', reads(100), { dependencies: [stream('llm')], maxWaiting: 1 })
    .build({ clock, interceptors: [timeout()] })
    .run()
  await clock.runAll()
  const { report } = await run
  expect(report.stages.llm).toMatchObject({ status: 'ok', attempts: [{ status: 'ok' }] })
  expect((report.stages.llm.endedAt ?? 0) > 100).toBe(true)
})

test('neither the wait for a gate nor that for a soft dependency counts, and a held stage can still time out', async () => {
  const of = async (answerMs: number) => {
    const run = new Pipeline('chat')
      .withStage('moderation', () => clock.sleep(500))
      .withStage('profile', () => clock.sleep(300))
      .withStage('answer', ({ signal }) => clock.sleep(answerMs, signal), {
        dependencies: [gate('moderation'), soft('profile', { waitMs: 200 })],
        timeoutMs: 50,
      })
      .build({ clock, interceptors: [timeout()] })
      .runSettled({}, { onStageFailure: 'continue' })
    const from = clock.now()
    await clock.runAll()
    const { status, startedAt = 0, endedAt = 0, attempts } = (await run).report.stages.answer
    return [status, startedAt - from, endedAt - from, (attempts[0]?.endedAt ?? 0) - from]
  }
  expect(await of(40)).toEqual(['ok', 200, 500, 240])
  expect(await of(60)).toEqual(['fail', 200, 500, 250])
})

test('a held stage that has no room for more chunks is not timed out', async () => {
  const run = new Pipeline('chat')
    .withStage('moderation', () => clock.sleep(500))
    .withStage('answer', words(5, 1), { dependencies: [gate('moderation')], maxHeld: 2, timeoutMs: 20 })
    .build({ clock, interceptors: [timeout()] })
    .run()
  await clock.runAll()
  expect((await run).report.stages.answer).toMatchObject({ status: 'ok', chunks: 5 })
})

test('between two attempts of a reader its limit goes on, as for any stage', async () => {
  const run = new Pipeline('voice')
    .withStage('llm', words(1, 500))
    .withStage(
      'speak',
      async () => {
        throw Object.assign(new Error('reset'), { code: 'ECONNRESET' })
      },
      { dependencies: [stream('llm')], timeoutMs: 50 },
    )
    .build({ clock, interceptors: [timeout(), retry({ baseMs: 30, capMs: 30, jitter: 'none', attempts: 9 })] })
    .runSettled({}, { onStageFailure: 'continue' })
  await clock.runAll()
  const { error, endedAt, attempts } = (await run).report.stages.speak
  expect([attempts.length, error?.code, endedAt]).toEqual([2, 'retry/exhausted', 30])
})
