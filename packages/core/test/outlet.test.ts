import { expect, test } from 'vitest'
import { recordingSink } from '../../testing/src/index.ts'
import { clock } from './fresh-clock.ts'
import { Pipeline } from '../src/index.ts'
import { builtGraphOf } from '../src/pipeline/stage-graph.ts'
import { DIRECT } from '../src/report/run-events.ts'
import type { Outlet } from '../src/report/run-events.ts'
import { RunFacts } from '../src/report/run-facts.ts'
import type { ParentLink } from '../src/report/run-facts.ts'
import { PipelineRun } from '../src/run/run.ts'
import type { BuiltGraph } from '../src/graph/graph.ts'

const graphOf = (pipeline: Pipeline): BuiltGraph => builtGraphOf(pipeline.build({ clock })) as BuiltGraph

/** An outlet that keeps events back until `release`. */
function keeping(around: Outlet): Outlet & { release(): void } {
  const kept: (() => void)[] = []
  return {
    send: (run, event, toSink) => kept.push(() => around.send(run, event, toSink)) > 0,
    sendAndWait: async (run, event) => void kept.push(() => void around.sendAndWait(run, event)),
    tell: (telling, outcome) => void kept.push(() => telling(outcome)),
    isHeld: true,
    release() {
      for (const publish of kept.splice(0)) publish()
    },
  }
}

/** A run as a stage starts it whose events go out through `outlet`. */
function childOf(outlet: Outlet, graph: BuiltGraph, eventSink: ReturnType<typeof recordingSink>): PipelineRun {
  const graphAbove = graphOf(new Pipeline('above').withStage('starts', () => ({})))
  const above = new PipelineRun(new RunFacts(graphAbove, {}, {}, undefined, undefined))
  const parent: ParentLink = {
    facts: above.facts,
    shown: {
      depth: 1,
      pipelineRunId: above.facts.pipelineRunId,
      stage: 'starts',
      rootRunId: above.facts.pipelineRunId,
      rootPipeline: 'above',
      path: 'starts',
      held: true,
    },
    signal: new AbortController().signal,
    deadline: Infinity,
    openedAt: clock.now(),
    resume: undefined,
    relay: undefined,
    outlet,
    slotValue: () => undefined,
    tell: () => {},
    stageSettled: () => {},
    outOfTime: () => {},
  }
  return new PipelineRun(new RunFacts(graph, {}, { eventSink }, parent, undefined))
}

/** Its stage emits an event, and starts a child run that does so too. */
const nested = (): BuiltGraph =>
  graphOf(
    new Pipeline('outer').withStage('a', async ({ tryEmitEvent, runChild }) => {
      expect(tryEmitEvent('demo.outer', {})).toBe(true)
      const inner = new Pipeline('inner').withStage('b', async (context) => {
        await context.clock.sleep(10)
        await context.emitEvent('demo.inner', {})
        return {}
      })
      await runChild(inner)
      return {}
    }),
  )

const TYPES = [
  'pipeline.started',
  'stage.a.started',
  'demo.outer',
  'pipeline.child_started',
  'pipeline.started',
  'stage.b.started',
  'demo.inner',
  'stage.b.completed',
  'pipeline.completed',
  'pipeline.child_completed',
  'stage.a.completed',
  'pipeline.completed',
]

test('an outlet keeps back the events of a run and of the runs inside it, and nothing is published before it lets them go', async () => {
  const eventSink = recordingSink()
  const outlet = keeping(DIRECT)
  const ended = new Promise((resolve) => childOf(outlet, nested(), eventSink).open(resolve))
  await clock.advance(10)
  await ended
  expect(eventSink.types()).toEqual([])
  outlet.release()
  expect(eventSink.types()).toEqual(TYPES)
})

test('an event that was kept back has the time at which it occurred, and a number without a gap in its run', async () => {
  const eventSink = recordingSink()
  const inner = keeping(DIRECT)
  const kept = childOf(inner, nested(), eventSink)
  const startedAt = clock.now()
  const ended = new Promise((resolve) => kept.open(resolve))
  await clock.advance(10)
  await ended
  await clock.advance(1_000)
  inner.release()
  expect(eventSink.events.map(({ timestamp }) => timestamp - startedAt)).toEqual([
    0, 0, 0, 0, 0, 0, 10, 10, 10, 10, 10, 10,
  ])
  const own = eventSink.events.filter(({ pipelineRunId }) => pipelineRunId === kept.facts.pipelineRunId)
  expect(own.map(({ seq }) => seq)).toEqual([...own.keys()])
})

test('an event gets its number when it is published, not when it occurs', () => {
  const eventSink = recordingSink()
  const outlet = keeping(DIRECT)
  const { events } = childOf(outlet, nested(), eventSink).facts
  events?.emit('demo.kept', {}, undefined, 1)
  const direct = {
    type: 'demo.direct',
    data: {},
    seq: 0,
    leg: undefined,
    timestamp: 2,
    pipelineRunId: '',
    parentRunId: undefined,
    requestId: undefined,
    sessionId: undefined,
    userId: undefined,
    orgId: undefined,
    interactionId: undefined,
    stage: undefined,
  }
  events?.publish(direct, true)
  outlet.release()
  expect(eventSink.events.map(({ type, seq }) => [type, seq])).toEqual([
    ['demo.direct', 0],
    ['demo.kept', 1],
  ])
})

test('an outlet around another one keeps back what the inner one has let go', async () => {
  const eventSink = recordingSink()
  const outer = keeping(DIRECT)
  const inner = keeping(outer)
  const ended = new Promise((resolve) => childOf(inner, nested(), eventSink).open(resolve))
  await clock.advance(10)
  await ended
  inner.release()
  expect(eventSink.types()).toEqual([])
  outer.release()
  expect(eventSink.types()).toEqual(TYPES)
})
