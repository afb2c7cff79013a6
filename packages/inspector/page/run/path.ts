import { computed } from '@preact/signals'
import type { PipelineInfo } from '@stageflow/core'
import type { PathSegment } from '@stageflow/report'
import { pathOf } from '@stageflow/report/unchecked'

import type { GraphView, RunReport } from '../../src/protocol.ts'
import { report, run } from '../state/shown-run.ts'
import { now } from '../state/time.ts'

/** The critical path of the shown run as it is now. Without a graph none is claimed. */
export const path = computed((): readonly PathSegment[] => {
  const graph = run.value?.graph
  return graph === undefined || report.value === undefined ? [] : segmentsOf(report.value, graph)
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

function segmentsOf(shown: RunReport, graph: GraphView): readonly PathSegment[] {
  // The graph has all that is read of it: the names of its stages and their dependencies.
  const pipeline = graph as PipelineInfo
  const { endedAt, usage: _usage, legs: _legs, ...rest } = shown
  if (endedAt === undefined) return pathOf({ ...rest, status: 'running', now: now.value }, pipeline).segments
  return pathOf({ ...rest, status: 'completed', endedAt }, pipeline).segments
}
