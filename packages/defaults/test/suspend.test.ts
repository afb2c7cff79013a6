import { Pipeline, StageKind, StageOutput } from '@stageflow/core'
import type { StageContext } from '@stageflow/core'
import { resumeRun } from '@stageflow/core/durable'
import type { SuspendedRun } from '@stageflow/core/durable'
import { expect, test } from 'vitest'

import { ORDER, createKit } from './matrix-kit.ts'

test('a run suspends and resumes within all interceptors, and each of them counts both legs once', async () => {
  const kit = createKit(ORDER)
  let sent = 0
  const check = new Pipeline('check').withStage('ask', ({ resumed }: StageContext) =>
    resumed === undefined ? StageOutput.suspend('fine?') : { answer: resumed.answer },
  )
  const graph = new Pipeline('letters')
    .withStage('draft', () => ({ text: 'Dear Ada' }))
    .withPipeline('check', check, { dependencies: ['draft'] })
    .withStage(
      'send',
      ({ resumed }) => {
        if (resumed === undefined) return StageOutput.suspend('really?')
        sent++
        return { sent }
      },
      StageKind.WORK,
      { dependencies: ['check', 'draft'] },
    )
    .build({ interceptors: kit.interceptors, clock: kit.clock, eventSink: kit.sink })
  const input = { extensions: { idempotencyKey: 'letter-1' } }

  const first = await graph.run(input, kit.options)
  expect(first).toMatchObject({ status: 'suspended', requests: { check: { ask: 'fine?' } } })
  expect(kit.tracker.stats()).toMatchObject({ suspendedCount: 1, completedCount: 0, activeChildren: 0 })

  const stored = (run: object): SuspendedRun => JSON.parse(JSON.stringify(run)) as SuspendedRun
  const second = await resumeRun(graph, stored(first), { check: { ask: 'yes' } }, kit.options)
  // The WORK stage suspended: nothing was stored under its key, so that its answer is not taken from there.
  expect(second).toMatchObject({ status: 'suspended', requests: { send: 'really?' } })
  const third = await resumeRun(graph, stored(second), { send: 'yes' }, kit.options)
  expect(third).toMatchObject({ status: 'completed', data: { send: { sent: 1 }, check: { ask: { answer: 'yes' } } } })
  // The last leg stored its output: the same work in another run is a hit.
  expect(await graph.run(input, kit.options)).toMatchObject({ status: 'suspended' })

  const lines = kit.lines.map(({ msg, stage, status }) => `${msg}: ${stage ?? 'run'} ${status}`)
  expect(lines.slice(0, 12)).toEqual([
    'stage completed: draft ok',
    'stage suspended: ask suspend',
    'run suspended: run suspended',
    'stage suspended: check suspend',
    'run suspended: run suspended',
    'stage completed: ask ok',
    'run completed: run completed',
    'stage completed: check ok',
    'stage suspended: send suspend',
    'run suspended: run suspended',
    'stage completed: send ok',
    'run completed: run completed',
  ])
  const text = await kit.registry.metrics()
  expect(text).toContain('stageflow_stages_total{pipeline="letters",stage="draft",kind="transform",status="ok"} 2')
  expect(text).toContain('stageflow_stages_total{pipeline="letters",stage="send",kind="work",status="suspend"} 1')
  expect(text).toContain('stageflow_runs_total{pipeline="letters",status="suspended"} 3')
  expect(kit.spans.filter(({ name }) => name.includes('send')).map(({ isError }) => isError)).toEqual([false, false])
  expect(kit.openSpans).toBe(0)
  expect(kit.clock.timers).toEqual([])
})
