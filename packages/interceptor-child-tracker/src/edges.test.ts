import { Pipeline, StageOutput, type StageContext } from '@stageflow/core'
import { gate } from '@stageflow/core/edges'
import { manualClock } from '@stageflow/testing'
import { afterEach, beforeEach, expect, test } from 'vitest'

import { childTracker } from './index.ts'

// Child runs of stages that a gate refuses, or that a person interrupts.

let clock = manualClock()
beforeEach(() => {
  clock = manualClock()
})
afterEach(() => expect(clock.timers).toEqual([]))

const child = new Pipeline('child').withStage('work', ({ signal }: StageContext) => clock.sleep(100, signal))

test('the child run of a held stage is tracked while it runs, and gone once its gate has refused it', async () => {
  const interceptor = childTracker()
  const { tracker } = interceptor
  const run = new Pipeline('top')
    .withStage('moderation', async () => {
      await clock.sleep(50)
      return StageOutput.skip('not allowed')
    })
    .withPipeline('agent', child, { dependencies: [gate('moderation')] })
    .build({ clock, interceptors: [interceptor] })
    .run({ pipelineRunId: 'top-run' })
  await clock.advance(49)
  expect(tracker.children('top-run')).toHaveLength(1)
  await clock.runAll()
  await run
  expect(tracker.stats()).toMatchObject({ activeChildren: 0, activeParents: 0, cancelledCount: 1 })
})

test('the child run of a held stage that is done is gone once its gate has opened', async () => {
  const interceptor = childTracker()
  const { tracker } = interceptor
  const run = new Pipeline('top')
    .withStage('moderation', () => clock.sleep(500))
    .withPipeline('agent', child, { dependencies: [gate('moderation')] })
    .build({ clock, interceptors: [interceptor] })
    .run()
  await clock.advance(100)
  expect(tracker.stats()).toMatchObject({ activeChildren: 1, completedCount: 0 })
  await clock.runAll()
  await run
  expect(tracker.stats()).toMatchObject({ unregistrationCount: 1, completedCount: 1 })
})

test('an interrupted run leaves no child run behind', async () => {
  const interceptor = childTracker()
  const run = new Pipeline('top')
    .withPipeline('agent', child)
    .build({ clock, interceptors: [interceptor] })
    .start()
  await clock.advance(50)
  run.interrupt('barge-in')
  await run.settled
  expect(interceptor.tracker.stats()).toMatchObject({ activeChildren: 0, cancelledCount: 1 })
})
