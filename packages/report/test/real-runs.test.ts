import { defineStage, Pipeline, StageOutput, type AnyStage, type PipelineReport } from '@stageflow/core'
import { manualClock } from '@stageflow/testing'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { propertySettings } from '../../core/test/property-settings.ts'
import { chromeTrace } from '../src/chrome-trace.ts'
import { criticalPath } from '../src/checked-path.ts'
import { mermaidRun } from '../src/mermaid.ts'
import { slack } from '../src/checked-path.ts'
import { timeline } from '../src/timeline.ts'
import { timelineSvg } from '../src/timeline-svg.ts'
import { readSvg, withClass } from './read-svg.ts'
import { plannedRuns, simulate, type PlannedStage } from './simulated-run.ts'

/** Real stages for planned ones. They take their time on the clock of the run. */
function stagesFrom(planned: readonly PlannedStage[]): AnyStage[] {
  const stages = new Map<string, AnyStage>()
  for (const { name, dependencies, join, durationMs, isOk } of planned) {
    const after: Record<string, AnyStage> = {}
    for (const source of dependencies) after[source] = stages.get(source)!
    const run = async ({
      clock,
      signal,
    }: {
      readonly clock: { sleep(ms: number, signal?: AbortSignal): Promise<void> }
      readonly signal: AbortSignal
    }) => {
      await clock.sleep(durationMs, signal)
      return isOk ? StageOutput.ok({}) : StageOutput.skip('nothing to do')
    }
    stages.set(name, defineStage({ name, after, join, run }))
  }
  return [...stages.values()]
}

const timesOf = ({ stages }: PipelineReport): unknown =>
  Object.values(stages).map(({ stage, status, startedAt, endedAt }) => ({ stage, status, startedAt, endedAt }))

test('a real run has the report of its simulation, and every function can read it', async () => {
  await fc.assert(
    fc.asyncProperty(plannedRuns({ joins: true, queues: false }), async (planned) => {
      const clock = manualClock({ startAt: planned.startedAt })
      const graph = Pipeline.from('simulated', stagesFrom(planned.stages)).build({ clock })
      const run = graph.run({})
      await clock.runAll()
      const { report } = await run
      const simulated = simulate(planned)
      expect(timesOf(report)).toEqual(timesOf(simulated))
      expect(criticalPath(report).durationMs).toBe(simulated.endedAt - simulated.startedAt)
      expect(slack(report, graph.info)).toEqual(slack(simulated, graph.info))
      for (const { stage } of criticalPath(report).segments)
        if (stage !== undefined) expect(slack(report, graph.info)[stage]).toBe(0)
      expect(timeline(report, { pipeline: graph.info })).toBe(
        timeline(JSON.parse(JSON.stringify(report)), { pipeline: graph.info }),
      )
      expect(mermaidRun(report, graph.info)).toContain('flowchart')
      const picture = readSvg(timelineSvg(report, { pipeline: graph.info }))
      expect(withClass(picture, 'row')).toHaveLength(planned.stages.length)
      expect(chromeTrace(report).traceEvents.length).toBeGreaterThan(planned.stages.length)
      expect(clock.timers).toEqual([])
    }),
    propertySettings(150),
  )
})

test('a run that waits for slots shows the queue, and its segments still add up', async () => {
  const clock = manualClock()
  const takes = (ms: number) => () => clock.sleep(ms)
  const graph = new Pipeline('queued')
    .withStage('a', takes(10))
    .withStage('b', takes(10))
    .withStage('c', takes(10))
    .withStage('end', takes(5), { dependencies: ['a', 'b', 'c'] })
    .build({ clock })
  const run = graph.run({}, { maxConcurrency: 1 })
  await clock.runAll()
  const { report } = await run
  const { segments, durationMs } = criticalPath(report)
  expect(durationMs).toBe(35)
  expect(
    segments.map(({ stage, parts }) => [stage, ...parts.map((part) => `${part.kind} ${part.durationMs}`)]),
  ).toEqual([
    ['c', 'queued 20', 'running 10'],
    ['end', 'running 5'],
  ])
})

test('failed and cancelled runs are drawn with all their stages', async () => {
  const clock = manualClock()
  const pipeline = new Pipeline('ending')
    .withStage('first', () => clock.sleep(10))
    .withStage('slow', (context) => context.clock.sleep(1_000, context.signal))
    .withStage('breaks', () => StageOutput.fail('no answer'), { dependencies: ['first'] })
    .withStage('never', () => ({}), { dependencies: ['breaks'] })
  const graph = pipeline.build({ clock })
  const failed = graph.runSettled({})
  await clock.runAll()
  const lines = timeline((await failed).report, { width: 60 }).split('\n')
  expect(lines[0]).toMatch(/^ending · failed · 10 ms · /)
  expect(lines.join('\n')).toMatch(/breaks .*fail\n.*↳ no answer/)
  expect(lines.join('\n')).toMatch(/never +not started.* cancel/)

  const aborter = new AbortController()
  const cancelled = graph.runSettled({}, { signal: aborter.signal })
  await clock.advance(5)
  aborter.abort(new Error('the caller left'))
  await clock.runAll()
  const { report } = await cancelled
  expect(timeline(report)).toContain('cancelled')
  expect(criticalPath(report).segments.reduce((sum, { durationMs }) => sum + durationMs, 0)).toBe(
    report.endedAt - report.startedAt,
  )
})

test('child runs are in the trace, and counted in the timeline', async () => {
  const clock = manualClock()
  const child = new Pipeline('draft').withStage('write', () => clock.sleep(20))
  const graph = new Pipeline('parent').withPipeline('answer', child).build({ clock })
  const run = graph.run({})
  await clock.runAll()
  const { report } = await run
  expect(timeline(report)).toMatch(/answer .* ok {2}1 child run/)
  const names = chromeTrace(report).traceEvents.filter(({ ph, name }) => ph === 'X' && name === 'write')
  expect(names).toEqual([expect.objectContaining({ pid: 2, ts: 0, dur: 20_000 })])
})
