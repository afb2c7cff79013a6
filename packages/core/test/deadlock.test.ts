import { expect, test } from 'vitest'
import { manualClock, recordingSink } from '../../testing/src/index.ts'
import { Pipeline } from '../src/index.ts'
import type { Outcome } from '../src/report/outcome.ts'
import { builtGraphOf } from '../src/pipeline/stage-graph.ts'
import { RunFacts } from '../src/report/run-facts.ts'
import { PipelineRun } from '../src/run/run.ts'

test('a schedule that can make no progress fails the run with core/deadlock instead of hanging', async () => {
  const clock = manualClock()
  const eventSink = recordingSink()
  const graph = new Pipeline('demo')
    .withStage('a', () => ({ a: 1 }))
    .withStage('b', () => ({}), { dependencies: ['a'] })
    .build({ clock, eventSink })
  const built = builtGraphOf(graph)!
  // A plan that no pipeline has: the dependents of the first stage are lost, so that nothing ever releases the second.
  const plan = { ...built.plan, offsets: new Int32Array(built.plan.offsets.length) }
  const outcome = await new Promise<Outcome>((resolve) =>
    new PipelineRun(new RunFacts({ ...built, plan }, {}, {}, undefined, undefined)).open(resolve),
  )
  expect(outcome.status).toBe('failed')
  expect(outcome.errors).toMatchObject([
    {
      code: 'core/deadlock',
      message: expect.stringContaining('"demo" cannot go on. Report this bug in Stageflow'),
    },
  ])
  expect(outcome.data).toEqual({ a: { a: 1 } })
  expect(outcome.report.stages['b']).toMatchObject({ status: 'cancel', startedAt: undefined })
  expect(eventSink.types()).toEqual(['pipeline.started', 'stage.a.started', 'stage.a.completed', 'pipeline.failed'])
  expect(clock.timers).toEqual([])
})
