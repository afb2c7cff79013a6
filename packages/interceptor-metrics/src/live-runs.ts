import type { RunContext } from '@stageflow/core'

import type { GraphSeries, Series } from './series.ts'

/** The runs between their beginning and their end. */
export type LiveRuns = Map<RunContext, GraphSeries>

/** How many runs of each pipeline are in flight now. */
export function runsInFlight(live: LiveRuns): ReadonlyMap<Series, number> {
  const counts = new Map<Series, number>()
  for (const graph of live.values()) count(counts, graph.runs)
  return counts
}

/** How many stages of each name are in flight now: asked of the runs when somebody wants to know, so that starting a stage costs nothing. */
export function stagesInFlight(live: LiveRuns): ReadonlyMap<Series, number> {
  const counts = new Map<Series, number>()
  for (const [run, graph] of live)
    for (const stage of run.running) count(counts, graph.stages[graph.placeOf.get(stage) as number] as Series)
  return counts
}

function count(counts: Map<Series, number>, series: Series): void {
  counts.set(series, (counts.get(series) ?? 0) + 1)
}
