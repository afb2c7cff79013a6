import { manualClock, recordingSink } from '@stageflow/testing'
import { expect, test } from 'vitest'
import { Pipeline, StageOutput, isStageEvent } from '../src/index.ts'
import type { StageflowEvent } from '../src/index.ts'
import { pause, retryOnce } from './interceptors.ts'

// The conformance case about events.

const clock = manualClock()

test('case 10: with throws, skips, cancels, retries and children, each stage has one started and one terminal event, and each run has event numbers without a gap', async () => {
  const ofGraph = recordingSink()
  const ofRun = recordingSink()
  const child = new Pipeline('child')
    .withStage('inner', () => ({ one: 1 }))
    .withStage('skips', () => StageOutput.skip('not today'), { dependencies: ['inner'] })
  let calls = 0
  const settled = new Pipeline('events')
    .withPipeline('below', child)
    .withStage('retried', () => (++calls === 1 ? StageOutput.fail('once') : { calls }))
    .withStage(
      'throws',
      () => {
        throw new Error('no')
      },
      { onFailure: 'skip' },
    )
    .withStage('behind', () => ({}), { dependencies: ['throws'] })
    .withStage('slow', (context) => pause(context, 1_000))
    .withStage(
      'ends',
      async (context) => {
        await pause(context, 10)
        return StageOutput.cancel('enough')
      },
      { dependencies: ['below', 'retried'] },
    )
    .withStage('never', () => ({}), { dependencies: ['ends'] })
    .build({ clock, eventSink: ofGraph, interceptors: [retryOnce] })
    .run({}, { eventSink: ofRun })
  await clock.runAll()
  const { report } = await settled
  expect(clock.timers).toEqual([])
  expect(ofGraph.events).toEqual([])
  const ids = [...new Set(ofRun.events.map(({ pipelineRunId }) => pipelineRunId))]
  expect(ids.length).toBe(2)
  const eventsOf = (id: string): readonly StageflowEvent[] =>
    ofRun.events.filter(({ pipelineRunId }) => pipelineRunId === id)
  for (const events of ids.map(eventsOf)) {
    expect(events.map(({ seq }) => seq)).toEqual([...events.keys()])
    expect(events[0]?.type).toBe('pipeline.started')
    expect(events.at(-1)?.type).toMatch(/^pipeline\.(completed|cancelled)$/)
  }
  const ends = (events: readonly StageflowEvent[]): readonly string[] =>
    events.flatMap((event) =>
      (['completed', 'failed', 'skipped', 'cancelled'] as const).flatMap((kind) =>
        isStageEvent(event, kind) ? [`${event.stage} ${kind}`] : [],
      ),
    )
  const own = eventsOf(report.pipelineRunId)
  expect(ends(own).toSorted()).toEqual([
    'behind skipped',
    'below completed',
    'ends cancelled',
    'retried completed',
    'slow cancelled',
    'throws failed',
  ])
  expect(
    own
      .filter((event) => isStageEvent(event, 'started'))
      .map(({ stage }) => stage)
      .toSorted(),
  ).toEqual(['below', 'ends', 'retried', 'slow', 'throws'])
  expect(own.filter((event) => isStageEvent(event, 'retrying')).map(({ stage }) => stage)).toEqual([
    'retried',
    'throws',
  ])
  const [other = ''] = ids.filter((id) => id !== report.pipelineRunId)
  expect(ends(eventsOf(other))).toEqual(['inner completed', 'skips skipped'])
})
