import { StageflowError } from '../base/errors.ts'
import { show } from '../base/show.ts'
import { checkRunOptions } from '../graph/graph.ts'
import type { BuiltGraph } from '../graph/graph.ts'
import { builtGraphOf } from '../pipeline/stage-graph.ts'

/**
 * Checks what a caller passes for a leg, those options included that all legs share. Call it before you keep anything of a run.
 * Throws `core/not-a-pipeline` and `core/run-option`.
 */
export function checkLeg(graph: unknown, options: unknown): void {
  checkRunOptions(builtGraph(graph), options)
}

/** Throws `core/not-a-pipeline` for anything but what `build()` returned. */
export function builtGraph(graph: unknown): BuiltGraph {
  const built = builtGraphOf(graph)
  if (built !== undefined) return built
  throw new StageflowError('core/not-a-pipeline', `A durable run was given ${show(graph)}; pass a built graph.`)
}
