import { isNot } from '../base/check.ts'
import { StageflowError } from '../base/errors.ts'
import { read } from '../base/foreign.ts'
import { checkNeededCore } from '../base/needed-core.ts'
import { checkOptions } from '../base/options.ts'
import { RUN_RULES } from '../graph/graph.ts'
import type { BuiltGraph } from '../graph/graph.ts'
import { builtGraphOf } from '../pipeline/stage-graph.ts'

/**
 * Checks what `where`, such as `run()`, was given for a leg: a graph, and the options of the run. Call it before you keep anything of
 * a run. `own`: the names of options that `where` checks itself. Throws `core/not-a-pipeline`, `core/illegal-option` and
 * `core/plugin-version`.
 */
export function checkLeg(where: string, graph: unknown, options: unknown, own: readonly string[] = []): void {
  const { knownRunOptions } = builtGraph(where, graph)
  if (options === undefined) return
  checkOptions(where, 'core/illegal-option', options, RUN_RULES, [...own, ...knownRunOptions])
  checkNeededCore('The event sink', read(options, 'eventSink'))
}

/** Throws `core/not-a-pipeline` for anything but what `build()` returned. */
export function builtGraph(where: string, graph: unknown): BuiltGraph {
  const built = builtGraphOf(graph)
  if (built !== undefined) return built
  const problem = isNot(`${where}: the graph`, 'what build() returned, such as pipeline.build()', graph)
  throw new StageflowError('core/not-a-pipeline', problem)
}
