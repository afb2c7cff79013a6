import { computed } from '@preact/signals'
import type { PipelineInfo, PipelineReport } from '@stageflow/core'
import { criticalPath, type PathSegment } from '@stageflow/report'

import type { GraphView, RunReport } from '../../src/protocol.ts'
import { now } from '../state/time.ts'
import { report, run } from '../state/shown-run.ts'

/** The critical path of the shown run as it is now. Without a graph none is claimed. */
export const path = computed((): readonly PathSegment[] => {
  const graph = run.value?.graph
  if (graph === undefined || report.value === undefined) return []
  return pathOf(report.value, graph, report.value.endedAt ?? now.value)
})

/** The stages of the path, in order of time. */
export const pathStages = computed((): readonly string[] => path.value.flatMap(({ stage }) => stage ?? []))

const onPath = computed(() => new Set(pathStages.value))
const pathEdges = computed(
  () => new Set(pathStages.value.map((stage, index) => edgeKey(pathStages.value[index - 1], stage))),
)

export function isOnPath(stage: string): boolean {
  return onPath.value.has(stage)
}

export function isPathEdge(from: string, to: string): boolean {
  return pathEdges.value.has(edgeKey(from, to))
}

const edgeKey = (from: string | undefined, to: string): string => JSON.stringify([from, to])

function pathOf(shown: RunReport, graph: GraphView, until: number): readonly PathSegment[] {
  const stages = Object.fromEntries(
    Object.entries(shown.stages).map(([name, row]) => [
      name,
      row.startedAt !== undefined && row.endedAt === undefined ? { ...row, endedAt: until } : row,
    ]),
  )
  const ended = { ...shown, stages, endedAt: until } as PipelineReport
  return criticalPath(ended, graph as PipelineInfo).segments
}
