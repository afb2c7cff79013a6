import type { PipelineReport } from '@stageflow/core'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { propertySettings } from '../../core/test/property-settings.ts'
import { plannedRuns, recordOf, simulate, type PlannedStage } from '../test/simulated-run.ts'
import { criticalPath } from './checked-path.ts'
import type { CriticalPath } from './critical-path.ts'

const planned = (
  name: string,
  durationMs: number,
  dependencies: readonly string[] = [],
  more: Partial<PlannedStage> = {},
): PlannedStage => ({ name, dependencies, join: 'all', durationMs, queuedMs: 0, isOk: true, pausesMs: [], ...more })

/** A segment as text: `a 0-10 running 10`. */
function inWords({ segments }: CriticalPath): string[] {
  return segments.map(
    ({ stage, from, to, parts }) =>
      `${stage} ${from}-${to}: ${parts.map(({ kind, durationMs }) => `${kind} ${durationMs}`).join(', ')}`,
  )
}

test('the path leads back from the last stage by what made each ready', () => {
  const report = simulate({
    startedAt: 0,
    endingMs: 0,
    stages: [planned('quick', 10), planned('slow', 40), planned('join', 5, ['quick', 'slow']), planned('aside', 20)],
  })
  expect(inWords(criticalPath(report))).toEqual(['slow 0-40: running 40', 'join 40-45: running 5'])
})

test('queue wait, backoff and the end of the run are parts of their segment', () => {
  const report = simulate({
    startedAt: 100,
    endingMs: 7,
    stages: [
      planned('first', 10, [], { queuedMs: 3 }),
      planned('second', 20, ['first'], { queuedMs: 4, pausesMs: [6, 5] }),
    ],
  })
  expect(inWords(criticalPath(report))).toEqual([
    'first 100-113: queued 3, running 10',
    'second 113-144: queued 4, running 2, backoff 6, running 2, backoff 5, running 5, ending 7',
  ])
})

test('time before the first stage and time in interceptors are parts too', () => {
  const report = simulate({ startedAt: 0, endingMs: 0, stages: [planned('only', 10)] })
  const attempts = [{ attempt: 1, startedAt: 8, endedAt: 18, status: 'ok' as const }]
  const late: PipelineReport = {
    ...report,
    endedAt: 20,
    stages: { only: { ...recordOf(report, 'only'), readyAt: 5, startedAt: 6, endedAt: 20, attempts } },
  }
  expect(inWords(criticalPath(late))).toEqual([
    'only 0-20: starting 5, queued 1, interceptors 2, running 10, interceptors 2',
  ])
  const answered: PipelineReport = { ...late, stages: { only: { ...recordOf(late, 'only'), attempts: [] } } }
  expect(inWords(criticalPath(answered))).toEqual(['only 0-20: starting 5, queued 1, interceptors 14'])
})

test('overlapping attempts, as of a hedge, count once, and the loser ends with its stage', () => {
  const report = simulate({ startedAt: 0, endingMs: 5, stages: [planned('only', 30)] })
  const attempts = [
    { attempt: 2, startedAt: 10, endedAt: 30, status: 'ok' as const },
    { attempt: 1, startedAt: 0, endedAt: 33, status: 'cancel' as const },
  ]
  const hedged: PipelineReport = { ...report, stages: { only: { ...recordOf(report, 'only'), attempts } } }
  expect(inWords(criticalPath(hedged))).toEqual(['only 0-35: running 30, ending 5'])
})

test('among stages without duration, the one at the end of the chain is the last', () => {
  const report = simulate({
    startedAt: 0,
    endingMs: 0,
    stages: [planned('c', 10), planned('b', 0, ['c']), planned('a', 0, ['b'])],
  })
  const reversed: PipelineReport = { ...report, stages: Object.fromEntries(Object.entries(report.stages).reverse()) }
  for (const each of [report, reversed])
    expect(inWords(criticalPath(each))).toEqual(['c 0-10: running 10', 'b 10-10: ', 'a 10-10: '])
})

test('a skipped stage is on the path if another stage waited for it, and the last only if no stage ran', () => {
  const skipping = [
    planned('route', 10, [], { isOk: false }),
    planned('branch', 5, ['route']),
    planned('other', 2),
    planned('join', 5, ['branch', 'other']),
  ]
  expect(inWords(criticalPath(simulate({ startedAt: 0, endingMs: 0, stages: skipping })))).toEqual([
    'route 0-10: running 10',
    'branch 10-10: ',
    'join 10-15: running 5',
  ])
  const none: PipelineReport = {
    ...simulate({ startedAt: 0, endingMs: 0, stages: [] }),
    endedAt: 4,
    stages: {
      a: {
        stage: 'a',
        status: 'skip',
        readyAt: undefined,
        startedAt: undefined,
        endedAt: 1,
        releasedBy: undefined,
        attempts: [],
        chunks: 0,
        notes: {},
      },
    },
  }
  expect(inWords(criticalPath(none))).toEqual(['a 0-4: starting 1, ending 3'])
})

test('a run in which no stage settled is one segment without a stage', () => {
  const refused = simulate({ startedAt: 50, endingMs: 12, stages: [] })
  expect(criticalPath(refused)).toEqual({
    durationMs: 12,
    segments: [
      {
        stage: undefined,
        from: 50,
        to: 62,
        durationMs: 12,
        parts: [{ kind: 'starting', from: 50, to: 62, durationMs: 12 }],
      },
    ],
  })
})

test('the segments of any run cover it without gaps, and so do their parts', () => {
  fc.assert(
    fc.property(plannedRuns({ joins: true, queues: true }), (run) => {
      const report = simulate(run)
      const { durationMs, segments } = criticalPath(report)
      expect(segments[0]?.from).toBe(report.startedAt)
      expect(segments.at(-1)?.to).toBe(report.endedAt)
      for (const [index, { from, to, parts }] of segments.entries()) {
        expect(from).toBe(segments[index - 1]?.to ?? report.startedAt)
        const ends = [from, ...parts.flatMap((part) => [part.from, part.to]), to]
        expect(ends.filter((_, at) => at % 2 === 0)).toEqual(ends.filter((_, at) => at % 2 === 1))
        expect(parts.every((part) => part.durationMs > 0)).toBe(true)
      }
      expect(segments.reduce((sum, segment) => sum + segment.durationMs, 0)).toBe(durationMs)
      expect(criticalPath(JSON.parse(JSON.stringify(report)))).toEqual(criticalPath(report))
    }),
    propertySettings(500),
  )
})

test('times out of order and circular releasers break neither the sum nor the loop', () => {
  const time = fc.option(fc.double({ min: -50, max: 150, noNaN: true }), { nil: undefined })
  const record = fc.record({
    readyAt: time,
    startedAt: time,
    endedAt: time,
    releasedBy: fc.constantFrom('a', 'b', 'c', undefined),
    status: fc.constantFrom('ok' as const, 'skip' as const),
    attempts: fc.constant([]),
  })
  fc.assert(
    fc.property(record, record, record, (a, b, c) => {
      const rest = { chunks: 0, notes: {} }
      const report: PipelineReport = {
        ...simulate({ startedAt: 0, endingMs: 100, stages: [] }),
        stages: {
          a: { stage: 'a', ...a, ...rest },
          b: { stage: 'b', ...b, ...rest },
          c: { stage: 'c', ...c, ...rest },
        },
      }
      const { segments } = criticalPath(report)
      expect(segments[0]?.from).toBe(0)
      expect(segments.at(-1)?.to).toBe(100)
      expect(segments.reduce((sum, { durationMs }) => sum + durationMs, 0)).toBeCloseTo(100, 9)
      expect(segments.every(({ durationMs }) => durationMs >= 0)).toBe(true)
    }),
    propertySettings(100),
  )
})

test('a chain of 100,000 stages works', () => {
  const stages = Array.from({ length: 100_000 }, (_, index) => ({
    stage: `s${index}`,
    status: 'ok' as const,
    readyAt: index,
    startedAt: index,
    endedAt: index + 1,
    releasedBy: index === 0 ? undefined : `s${index - 1}`,
    attempts: [],
    chunks: 0,
    notes: {},
  }))
  const report: PipelineReport = {
    ...simulate({ startedAt: 0, endingMs: 100_000, stages: [] }),
    stages: Object.fromEntries(stages.map((record) => [record.stage, record])),
  }
  expect(criticalPath(report).segments).toHaveLength(100_000)
})
