import { Pipeline, StageKind, StageOutput } from '@stageflow/core'
import type { StageContext } from '@stageflow/core'
import { admitRequest, runDurable } from '@stageflow/core/durable'
import { expect, test } from 'vitest'

import { ArrayExecutor } from '../../core/test/array-executor.ts'
import { ORDER, createKit } from './matrix-kit.ts'

test('a durable run goes on in a later leg within all interceptors, and each of them reports every stage once', async () => {
  const kit = createKit(ORDER.filter((name) => name !== 'retry'))
  const calls: string[] = []
  const check = new Pipeline('check')
    .withStage('read', ({ stage }) => void calls.push(stage.name))
    .withStage(
      'ask',
      ({ resumed }: StageContext) =>
        resumed === undefined ? StageOutput.suspend('fine?') : { answer: resumed.answer },
      {
        dependencies: ['read'],
      },
    )
  const graph = new Pipeline('letters')
    .withStage('draft', ({ stage }) => void calls.push(stage.name))
    .withMap('words', {
      over: () => ['a', 'b'],
      each: (word, { stage }) => {
        calls.push(`${stage.name} ${word}`)
        return { word }
      },
      dependencies: ['draft'],
    })
    .withPipeline('check', check, { dependencies: ['words'] })
    .withStage('send', ({ stage }) => void calls.push(stage.name), StageKind.WORK, { dependencies: ['check'] })
    .build({ interceptors: kit.interceptors, clock: kit.clock, eventSink: kit.sink })
  const input = { extensions: { idempotencyKey: 'letter-1' } }
  const { kept } = await admitRequest(graph, { action: 'start', runId: 'run-1', input, options: kit.options })
  const start = { startedAt: kit.clock.now(), input, kept }
  const now = () => kit.clock.now()
  const first = new ArrayExecutor([], { start, now })
  expect(await runDurable(graph, first, kit.options)).toMatchObject({ status: 'suspended' })
  // The parts of all interceptors start and end around calls, so both legs together read like one run.
  const lines = (): string[] => kit.lines.map(({ msg, stage = 'run' }) => `${msg}: ${stage}`)
  const spans = (): string[] => kit.spans.map(({ name, isError }) => `${name}${isError ? ' !' : ''}`)
  expect(lines()).toEqual([
    'stage completed: draft',
    'stage completed: words',
    'stage completed: read',
    'stage suspended: ask',
    'run suspended: run',
    'stage suspended: check',
    'run suspended: run',
  ])
  const ofFirst = ['stage draft', 'item words', 'item words', 'stage words', 'stage read', 'stage ask']
  expect(spans()).toEqual([...ofFirst, 'invoke_workflow check', 'stage check', 'invoke_workflow letters'])
  const [linesBefore, spansBefore] = [kit.lines.length, kit.spans.length]
  kit.sink.clear()

  await kit.clock.advance(86_400_000)
  const second = new ArrayExecutor(first.facts, { start, now })
  second.answer('check/ask', 'yes')
  expect(await runDurable(graph, second, kit.options)).toMatchObject({ status: 'completed' })
  expect(calls).toEqual(['draft', 'words a', 'words b', 'read', 'send'])
  expect(lines().slice(linesBefore)).toEqual([
    'stage completed: ask',
    'run completed: run',
    'stage completed: check',
    'stage completed: send',
    'run completed: run',
  ])
  // A map, and a child pipeline, has a span in each leg, because its code runs in each leg.
  const ofSecond = ['ask', 'invoke_workflow check', 'check', 'send', 'words', 'invoke_workflow letters'].map((name) =>
    name.includes(' ') ? name : `stage ${name}`,
  )
  expect(spans().slice(spansBefore)).toEqual(ofSecond)
  expect(kit.sink.types()).toEqual([
    'pipeline.resumed',
    'stage.ask.started',
    'stage.ask.completed',
    'pipeline.completed',
    'pipeline.child_completed',
    'stage.check.completed',
    'stage.send.started',
    'stage.send.completed',
    'pipeline.completed',
  ])
  const stages = (await kit.registry.metrics()).matchAll(
    /^stageflow_stages_total\{.*stage="(\w+)".*status="(\w+)"\} ([1-9]\d*)$/gm,
  )
  expect([...stages].map(([, stage, status, count]) => `${stage} ${status} ${count}`).toSorted()).toEqual([
    'ask ok 1',
    'ask suspend 1',
    'check ok 1',
    'check suspend 1',
    'draft ok 1',
    'read ok 1',
    'send ok 1',
    'words ok 1',
  ])
  expect(await kit.registry.getSingleMetricAsString('stageflow_items_total')).toContain(
    'stage="words",kind="transform",status="ok"} 2',
  )
  expect(kit.tracker.stats()).toMatchObject({ suspendedCount: 1, completedCount: 1, activeChildren: 0 })
  expect(kit.clock.timers).toEqual([])
})
