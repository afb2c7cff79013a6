import type { PipelineInfo, PipelineReport } from '@stageflow/core'
import { criticalPath } from '@stageflow/report'

import type { GraphView, Percentiles, PipelineView, RunReport, StagePercentiles } from './protocol.ts'

/** What is measured of a run. */
export interface MeasuredRun {
  readonly report: RunReport
  readonly graph: GraphView | undefined
}

/** The times of a pipeline and of its stages over runs that have ended. */
export function pipelineView(pipeline: string, runs: readonly MeasuredRun[]): PipelineView {
  const paths = runs.map(timesOnPath)
  const total = sum(paths.flatMap((path) => [...path.values()]))
  const names = new Set(runs.flatMap(({ report }) => Object.keys(report.stages)))
  return {
    pipeline,
    runs: runs.length,
    durationMs: percentilesOf(runs.map(({ report }) => (report.endedAt ?? report.startedAt) - report.startedAt)),
    stages: [...names].map((stage) => stagePercentiles(stage, runs, paths, total)),
  }
}

function stagePercentiles(
  stage: string,
  runs: readonly MeasuredRun[],
  paths: readonly ReadonlyMap<string, number>[],
  total: number,
): StagePercentiles {
  const rows = runs.flatMap(({ report }) => report.stages[stage] ?? [])
  const times = rows.flatMap(({ startedAt, endedAt }) =>
    startedAt === undefined || endedAt === undefined ? [] : [endedAt - startedAt],
  )
  const onPath = sum(paths.map((path) => path.get(stage) ?? 0))
  return {
    stage,
    runs: times.length,
    failed: rows.filter(({ status }) => status === 'fail').length,
    durationMs: percentilesOf(times),
    pathShare: total === 0 ? 0 : onPath / total,
  }
}

/** How long each stage was on the critical path of a run, in ms. Nothing while the run goes on, or without a graph: then no path can be claimed. */
export function timesOnPath({ report, graph }: MeasuredRun): ReadonlyMap<string, number> {
  const times = new Map<string, number>()
  if (graph === undefined || report.endedAt === undefined) return times
  // A graph as JSON has all that the path needs of it.
  const { segments } = criticalPath(report as PipelineReport, graph as unknown as PipelineInfo)
  // A segment without a stage is a time in which no stage ran.
  for (const { stage, durationMs } of segments)
    if (stage !== undefined) times.set(stage, (times.get(stage) ?? 0) + durationMs)
  return times
}

/** The nearest rank: each percentile is one of the values. */
function percentilesOf(values: readonly number[]): Percentiles | undefined {
  if (values.length === 0) return undefined
  const sorted = values.toSorted((one, other) => one - other)
  const at = (part: number): number => sorted[Math.max(0, Math.ceil(part * sorted.length) - 1)] as number
  return { p50: at(0.5), p90: at(0.9), p99: at(0.99) }
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)
