import { timesOnPath } from './percentiles.ts'
import type { MeasuredRun } from './percentiles.ts'
import type { ComparedStage, ComparisonView, RunSummary, StageComparison } from './protocol.ts'

/** One side of a comparison. */
export interface ComparedRun extends MeasuredRun {
  readonly summary: RunSummary
}

/** Two runs, stage by stage. */
export function comparisonView(a: ComparedRun, b: ComparedRun): ComparisonView {
  const [left, right] = [stagesOf(a), stagesOf(b)]
  const names = new Set([...left.keys(), ...right.keys()])
  const stages = [...names].map((stage): StageComparison => ({ stage, a: left.get(stage), b: right.get(stage) }))
  return { a: a.summary, b: b.summary, stages }
}

function stagesOf(run: ComparedRun): ReadonlyMap<string, ComparedStage> {
  const onPath = timesOnPath(run)
  const stages = Object.values(run.report.stages).map(({ stage, status, startedAt, endedAt, attempts }) => {
    const durationMs = startedAt === undefined || endedAt === undefined ? undefined : endedAt - startedAt
    return [stage, { status, durationMs, attempts: attempts.length, onPath: onPath.has(stage) }] as const
  })
  return new Map(stages)
}
