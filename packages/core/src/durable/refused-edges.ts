import { StageflowError } from '../base/errors.ts'
import type { Dependency } from '../contract/graph-info.ts'
import { nodeAt } from '../graph/graph.ts'
import type { BuiltGraph } from '../graph/graph.ts'
import { childGraphAt } from './fit.ts'

/** What a durable run can't repeat, by the kinds of edges that have it. */
const NOT_REPEATED = new Map<Dependency['edge'], string>([
  ['stream', "Chunks do not outlast a process, so a durable run can't repeat them."],
  ['gate', "What a gate holds does not outlast a process, so a durable run can't repeat it."],
])

/**
 * Throws `core/not-durable` if a stage of a graph has a stream or a gate, at any depth. The code of a stage that is one call may start what
 * runs of such graphs it likes: they begin and end with the call.
 */
export function refuseLiveEdges(graph: BuiltGraph): void {
  for (const info of graph.info.stages) {
    for (const { stage, edge } of graph.edges === undefined ? [] : info.dependencies) {
      const why = NOT_REPEATED.get(edge)
      if (why === undefined) continue
      throw new StageflowError(
        'core/not-durable',
        `Stage "${info.name}" of "${graph.name}" has a ${edge} edge from stage "${stage}". ${why} Put both stages into a child pipeline with placement: 'call'.`,
      )
    }
    const isOneCall = info.placement === 'call' || !nodeAt(graph, info.index).made
    const child = isOneCall ? undefined : childGraphAt(graph, info)
    if (child !== undefined) refuseLiveEdges(child)
  }
}
