import { Pipeline, StageOutput, type StageContext } from '@stageflow/core'
import { gate, stream } from '@stageflow/core/edges'
import { manualClock } from '@stageflow/testing'
import { afterEach, beforeEach, expect, test } from 'vitest'

import { down } from '../test/down.ts'
import { circuitBreaker } from './index.ts'

// What a circuit counts of stages with streams and gates.

let clock = manualClock()
beforeEach(() => {
  clock = manualClock()
})
afterEach(() => expect(clock.timers).toEqual([]))

const fragile = (isFailure?: () => boolean) =>
  circuitBreaker({ breaker: { type: 'consecutive', failures: 1 }, ...(isFailure && { isFailure }) })
const sleeps = (context: StageContext) => clock.sleep(100, context.signal)

test.each([undefined, () => true])(
  'a stream that ends early counts for its source, and not for its reader',
  async (isFailure) => {
    const breaker = fragile(isFailure)
    const run = new Pipeline('voice')
      .withStage('llm', async function* () {
        yield 'One'
        await clock.sleep(5)
        throw down()
      })
      .withStage(
        'speak',
        async ({ inputs }) => {
          for await (const _word of inputs.stream('llm'));
        },
        { dependencies: [stream('llm')] },
      )
      .build({ clock, interceptors: [breaker] })
      .runSettled({}, { onStageFailure: 'continue' })
    await clock.runAll()
    const { report } = await run
    expect(report.stages.speak.error?.code).toBe('core/stream-cut')
    expect(report.stages.speak.notes.circuitBreaker).toBeUndefined()
    expect(breaker.stats()).toEqual({ refused: 0, opened: 1, closed: 0, unknown: 0 })
    expect(breaker.export().circuits.filter(({ state }) => state !== 'closed')).toMatchObject([{ key: 'voice/llm' }])
  },
)

test('a stage that a gate aborts, or that a person interrupts, says nothing about its service', async () => {
  const breaker = fragile()
  const graph = new Pipeline('chat')
    .withStage('moderation', async () => {
      await clock.sleep(10)
      return StageOutput.skip('not allowed')
    })
    .withStage('answer', sleeps, { dependencies: [gate('moderation')] })
    .withStage('aside', sleeps)
    .build({ clock, interceptors: [breaker] })
  const run = graph.start()
  await clock.advance(20)
  run.interrupt('barge-in')
  await clock.runAll()
  const { report } = await run.settled
  expect(report.stages.answer.reason).toBe('gate "moderation" ended skip')
  expect(report.stages.aside.reason).toBe('interrupted')
  expect(breaker.stats()).toEqual({ refused: 0, opened: 0, closed: 0, unknown: 0 })
})

test('a failure behind a gate counts when it occurs, even if the gate refuses the stage', async () => {
  const breaker = fragile()
  let opened = 0
  const run = new Pipeline('chat')
    .withStage('moderation', async () => {
      await clock.sleep(50)
      opened = breaker.stats().opened
      return StageOutput.skip('not allowed')
    })
    .withStage('answer', () => StageOutput.fail(down()), { dependencies: [gate('moderation')] })
    .build({ clock, interceptors: [breaker] })
    .run()
  await clock.runAll()
  expect((await run).report.stages.answer.status).toBe('skip')
  expect(opened).toBe(1)
})
