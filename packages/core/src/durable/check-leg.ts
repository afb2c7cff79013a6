import { isNot } from '../base/check.ts'
import { StageflowError } from '../base/errors.ts'
import { read } from '../base/foreign.ts'
import { checkNeededCore } from '../base/needed-core.ts'
import { checkOptions } from '../base/options.ts'
import { RUN_RULES } from '../graph/graph.ts'
import type { BuiltGraph } from '../graph/graph.ts'
import { builtGraphOf } from '../pipeline/stage-graph.ts'
import { childGraphAt } from './fit.ts'
import { refuseLiveEdges } from './refused-edges.ts'
import { refuseOwnAdmission } from './own-admission.ts'

/**
 * Checks what `where`, such as `run()`, was given for a leg: a graph, and the options of the run. Call it before you keep anything of
 * a run. `own`: the names of options that `where` checks itself. Throws `core/not-a-pipeline`, `core/illegal-option`,
 * `core/plugin-version`, and `core/not-durable` for a stream or a gate, and for a child graph that checks callers by itself.
 */
export function checkLeg(where: string, graph: unknown, options: unknown, own: readonly string[] = []): void {
  const built = builtGraph(where, graph)
  checkRepeatable(built)
  const { knownRunOptions } = built
  if (options === undefined) return
  checkOptions(where, 'core/illegal-option', options, RUN_RULES, [...own, ...knownRunOptions])
  checkNeededCore('The event sink', read(options, 'eventSink'))
}

/**
 * Like `checkLeg`, for what asks no interceptor to admit a caller. Options that such an interceptor would check, such as a token, would look
 * as if they had been checked: throws `core/illegal-option` for them too.
 */
export function checkLegWithoutCaller(
  where: string,
  graph: unknown,
  options: unknown,
  own: readonly string[] = [],
): void {
  checkLeg(where, graph, options, own)
  const ofCaller = builtGraph(where, graph).admitting.flatMap(({ runOptions = [] }) => runOptions)
  const given = ofCaller.find((name) => read(options ?? {}, name) !== undefined)
  if (given === undefined) return
  throw new StageflowError(
    'core/illegal-option',
    `${where} checks no caller, so it does not read the option "${given}". Leave it out, or call a method that checks its caller.`,
  )
}

const repeatable = new WeakSet<BuiltGraph>()

/** Throws `core/not-durable` if a durable run can't have this graph. */
export function checkRepeatable(graph: BuiltGraph): void {
  if (repeatable.has(graph)) return
  checkChildren(graph)
  refuseLiveEdges(graph)
  repeatable.add(graph)
}

const checked = new WeakSet<BuiltGraph>()

/** Throws `core/not-durable` if a child graph, at any depth, checks callers by itself. */
export function checkChildren(root: BuiltGraph): void {
  if (checked.has(root)) return
  checkInside(root, root)
  checked.add(root)
}
function checkInside(graph: BuiltGraph, root: BuiltGraph): void {
  for (const stage of graph.info.stages) {
    const child = stage.child !== undefined || stage.map ? childGraphAt(graph, stage) : undefined
    if (child === undefined) continue
    refuseOwnAdmission(stage.name, child, root)
    checkInside(child, root)
  }
}

/** Throws `core/not-a-pipeline` for anything but what `build()` returned. */
export function builtGraph(where: string, graph: unknown): BuiltGraph {
  const built = builtGraphOf(graph)
  if (built !== undefined) return built
  const problem = isNot(`${where}: the graph`, 'what build() returned, such as pipeline.build()', graph)
  throw new StageflowError('core/not-a-pipeline', problem)
}
