import fc from 'fast-check'
import { expect, test } from 'vitest'
import { propertySettings } from '../../core/test/property-settings.ts'
import { infoOf, plannedRuns, recordOf, simulate, type PlannedRun, type PlannedStage } from '../test/simulated-run.ts'
import { criticalPath } from './checked-path.ts'
import { slack } from './checked-path.ts'

const planned = (
  name: string,
  durationMs: number,
  dependencies: readonly string[] = [],
  more: Partial<PlannedStage> = {},
): PlannedStage => ({ name, dependencies, join: 'all', durationMs, queuedMs: 0, isOk: true, pausesMs: [], ...more })
const slackOf = (run: PlannedRun): Readonly<Record<string, number>> => slack(simulate(run), infoOf(run.stages))
const endOf = (run: PlannedRun): number => simulate(run).endedAt

function delayed({ stages, ...run }: PlannedRun, name: string, ms: number): PlannedRun {
  return {
    ...run,
    stages: stages.map((stage) => (stage.name === name ? { ...stage, durationMs: stage.durationMs + ms } : stage)),
  }
}

test('slack is how much later a stage could have ended without the run taking longer', () => {
  const stages = [
    planned('quick', 10),
    planned('slow', 40),
    planned('join', 5, ['quick', 'slow']),
    planned('aside', 20),
    planned('tail', 10, ['aside']),
  ]
  expect(slackOf({ startedAt: 0, endingMs: 0, stages })).toEqual({ quick: 30, slow: 0, join: 0, aside: 15, tail: 15 })
})

test('a dependent that had already started does not limit the slack of a late dependency', () => {
  const stages = [
    planned('fast', 5),
    planned('late', 30),
    planned('first', 10, ['fast', 'late'], { join: 'any' }),
    planned('end', 20, ['first']),
  ]
  expect(slackOf({ startedAt: 0, endingMs: 0, stages })).toEqual({ fast: 0, late: 5, first: 0, end: 0 })
})

test('work after the last stage gives no slack', () => {
  expect(slackOf({ startedAt: 0, endingMs: 50, stages: [planned('only', 10)] })).toEqual({ only: 0 })
})

test('a stage that never started because the run ended has no slack, and gives none', () => {
  const run = { startedAt: 0, endingMs: 0, stages: [planned('a', 10), planned('b', 30), planned('c', 5, ['a'])] }
  const report = simulate(run)
  const stopped = {
    ...report,
    status: 'cancelled' as const,
    stages: {
      ...report.stages,
      c: { ...recordOf(report, 'c'), status: 'cancel' as const, startedAt: undefined, endedAt: 10 },
    },
  }
  expect(slack(stopped, infoOf(run.stages))).toEqual({ a: 20, b: 0 })
})

test('stages that are named like members of Object.prototype are ordinary stages', () => {
  const stages = [planned('constructor', 10), planned('toString', 5, ['constructor']), planned('7', 1, ['toString'])]
  expect(slackOf({ startedAt: 0, endingMs: 0, stages })).toEqual({ constructor: 0, toString: 0, '7': 0 })
})

test('slack is never negative, and is 0 on the critical path', () => {
  fc.assert(
    fc.property(plannedRuns({ joins: true, queues: true }), (run) => {
      const report = simulate(run)
      const found = slack(report, infoOf(run.stages))
      expect(Object.keys(found)).toEqual(Object.keys(report.stages))
      for (const ms of Object.values(found)) expect(ms).toBeGreaterThanOrEqual(0)
      for (const { stage } of criticalPath(report).segments) if (stage !== undefined) expect(found[stage]).toBe(0)
      expect(slack(JSON.parse(JSON.stringify(report)), infoOf(run.stages))).toEqual(found)
    }),
    propertySettings(500),
  )
})

test('a stage that takes longer by its slack does not make the run longer, with any joins and skips', () => {
  fc.assert(
    fc.property(plannedRuns({ joins: true, queues: true }), (run) => {
      for (const [name, ms] of Object.entries(slackOf(run))) expect(endOf(delayed(run, name, ms))).toBe(endOf(run))
    }),
    propertySettings(500),
  )
})

test('if every stage waits for all, a stage that takes 1 ms more than its slack makes the run 1 ms longer', () => {
  fc.assert(
    fc.property(plannedRuns({ joins: false, queues: false }), (run) => {
      for (const [name, ms] of Object.entries(slackOf(run)))
        expect(endOf(delayed(run, name, ms + 1))).toBe(endOf(run) + 1)
    }),
    propertySettings(500),
  )
})

test('a chain of 100,000 stages, declared backwards, works', () => {
  const stages = Array.from({ length: 100_000 }, (_, index) =>
    planned(`s${index}`, 1, index === 0 ? [] : [`s${index - 1}`]),
  )
  const records = stages.map(({ name, dependencies }, index) => ({
    stage: name,
    status: 'ok' as const,
    readyAt: index,
    startedAt: index,
    endedAt: index + 1,
    releasedBy: dependencies[0],
    attempts: [],
    chunks: 0,
    notes: {},
  }))
  const report = {
    ...simulate({ startedAt: 0, endingMs: 100_000, stages: [] }),
    stages: Object.fromEntries(records.map((record) => [record.stage, record])),
  }
  const found = slack(report, infoOf(stages.toReversed()))
  expect(Object.keys(found)).toHaveLength(100_000)
  expect(found['s0']).toBe(0)
})
