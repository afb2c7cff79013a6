import { expect, test } from 'vitest'

import { Pipeline, StageOutput } from '@stageflow/core'
import { manualClock } from '@stageflow/testing'

import { openedPage, refusalOf } from '../test/opened-page.ts'
import type { ComparisonView, PipelineView } from './protocol.ts'

/** A page after runs of which each takes another time for its model. */
async function pageAfter(times: readonly number[]) {
  const clock = manualClock()
  const opened = openedPage({ clock })
  const graph = (ms: number) =>
    new Pipeline('chat')
      .withStage('profile', () => clock.sleep(10))
      .withStage('memory', () => clock.sleep(100))
      .withStage('llm', () => clock.sleep(ms), { dependencies: ['memory', 'profile'] })
      .withStage('save', () => (ms > 1_000 ? StageOutput.fail('full') : StageOutput.ok()), { dependencies: ['llm'] })
      .build({ clock, eventSink: opened.page })
  for (const [place, ms] of times.entries()) {
    const ended = graph(ms).runSettled({ pipelineRunId: `run-${place}` })
    await clock.runAll()
    await ended
  }
  return opened
}

test('a pipeline has the percentiles of its runs and its stages, and the part of each on the critical paths', async () => {
  const { read } = await pageAfter([100, 300, 300, 300, 300, 300, 300, 300, 300, 1_300])
  const { runs, durationMs, stages } = await read<PipelineView>('/api/pipelines/chat')
  expect([runs, durationMs]).toEqual([10, { p50: 400, p90: 400, p99: 1_400 }])
  const of = Object.fromEntries(stages.map(({ stage, ...rest }) => [stage, rest]))
  expect(of['llm']).toEqual({
    runs: 10,
    failed: 0,
    durationMs: { p50: 300, p90: 300, p99: 1_300 },
    pathShare: 0.7916666666666666,
  })
  expect(of['memory']).toMatchObject({ durationMs: { p50: 100, p90: 100, p99: 100 }, pathShare: 1_000 / 4_800 })
  expect(of['profile']).toMatchObject({ runs: 10, pathShare: 0 })
  expect(of['save']).toMatchObject({ failed: 1 })
  expect(await read('/api/pipelines/nothing')).toEqual({ pipeline: 'nothing', runs: 0, stages: [] })
})

test('a run that waits for an answer, and one whose process died, are not measured: they have not ended', async () => {
  const started = { type: 'pipeline.started', timestamp: 0, seq: 0, pipelineRunId: 'dead' }
  const log = JSON.stringify({ ...started, data: { pipeline: 'ask', stages: 1 } })
  const { page, read, runs } = openedPage({ log })
  const ask = new Pipeline('ask').withStage('approve', () => StageOutput.suspend({})).build({ eventSink: page })
  await ask.runSettled()
  expect((await runs()).map(({ status }) => status)).toEqual(['suspended', 'stopped'])
  expect(await read('/api/pipelines/ask')).toEqual({ pipeline: 'ask', runs: 0, stages: [] })
})

test('two runs are compared stage by stage, with what was on their critical paths', async () => {
  const { read, ask } = await pageAfter([100, 1_300])
  const { a, b, stages } = await read<ComparisonView>('/api/compare?a=run-0&b=run-1')
  expect([a.status, b.status]).toEqual(['completed', 'failed'])
  expect(stages.find(({ stage }) => stage === 'llm')).toEqual({
    stage: 'llm',
    a: { status: 'ok', durationMs: 100, attempts: 1, onPath: true },
    b: { status: 'ok', durationMs: 1_300, attempts: 1, onPath: true },
  })
  expect(stages.map(({ stage, a: left }) => [stage, left?.onPath])).toEqual([
    ['profile', false],
    ['memory', true],
    ['llm', true],
    ['save', true],
  ])
  expect(await refusalOf(await ask('/api/compare?a=run-0'))).toBe('400 inspector/unreadable-request')
  expect(await refusalOf(await ask('/api/compare?a=run-0&b=run-9'))).toBe('404 inspector/unknown-run')
})

test('a run that waits for an answer is not among those that are measured', async () => {
  const { page, read } = openedPage()
  const graph = new Pipeline('ask').withStage('approve', () => StageOutput.suspend({})).build({ eventSink: page })
  await graph.runSettled({})
  expect(await read<PipelineView>('/api/pipelines/ask')).toMatchObject({ runs: 0, stages: [] })
})
