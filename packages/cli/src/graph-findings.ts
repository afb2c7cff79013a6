import { StageflowError } from '@stageflow/core'
import type { PipelineInfo, StageInfo } from '@stageflow/core'
import { checkArgumentCount, read, show } from '@stageflow/core/kit'

/** Something in a graph that is probably a mistake. */
export interface GraphFinding {
  readonly rule: 'unguarded-work' | 'unread-stage'
  /** The stage, such as `charge`, or `kid/charge` in a child pipeline. */
  readonly stage: string
  /** What it is, and what to do. */
  readonly message: string
}

/**
 * Looks for mistakes that `build()` doesn't refuse: a WORK stage without a GUARD before it, and a stage whose data nothing reads. `pipeline`:
 * the `info` of a built graph. Its child pipelines are looked at too. Throws `cli/illegal-option` and `cli/not-a-pipeline`.
 */
export function graphFindings(pipeline: PipelineInfo): readonly GraphFinding[] {
  checkArgumentCount(arguments.length, 1, 'graphFindings(pipeline)', 'cli/illegal-option')
  if (!Array.isArray(read(pipeline, 'stages')))
    throw new StageflowError(
      'cli/not-a-pipeline',
      `graphFindings() can't read ${show(pipeline)}: it isn't the description of a pipeline. Pass graph.info.`,
    )
  return findingsIn(pipeline, '', false)
}

/** `isGuarded`: a GUARD of an outer pipeline ends before this one begins. */
function findingsIn(pipeline: PipelineInfo, path: string, isGuarded: boolean): readonly GraphFinding[] {
  const guarded = guardedStages(pipeline)
  const layers = layersOf(pipeline)
  const isWork = ({ kind }: StageInfo): boolean => kind === 'work'
  const lastLayer = Math.max(
    ...pipeline.stages.filter((stage) => !isWork(stage)).map(({ name }) => layers.get(name) ?? 0),
  )
  return pipeline.stages.flatMap((stage) => {
    const name = path + stage.name
    const isAfterGuard = isGuarded || guarded.has(stage.name)
    const findings: GraphFinding[] = []
    // Inside a child pipeline with WORK stages, these are looked at instead.
    if (isWork(stage) && !isAfterGuard && stage.child === undefined)
      findings.push({ rule: 'unguarded-work', stage: name, message: unguarded(name) })
    const isRead = stage.dependents.length > 0
    if (!isRead && !isWork(stage) && (layers.get(stage.name) ?? 0) < lastLayer)
      findings.push({ rule: 'unread-stage', stage: name, message: unread(name, stage) })
    return stage.child === undefined ? findings : [...findings, ...findingsIn(stage.child, `${name}/`, isAfterGuard)]
  })
}

const unguarded = (name: string): string =>
  `"${name}" is WORK, and may run before any GUARD has decided. Put a GUARD stage among its dependencies.`

const unread = (name: string, { kind }: StageInfo): string =>
  kind === 'guard'
    ? `"${name}" is a GUARD that no stage waits for, so stages go on before it has decided. Name it in their dependencies.`
    : `No stage reads "${name}", and the pipeline goes on after it. Name it in the dependencies of a stage, make it WORK, or remove it.`

/** The stages that begin only after a GUARD has settled. */
function guardedStages({ stages }: PipelineInfo): ReadonlySet<string> {
  const guarded = new Set<string>()
  const decided = new Set<string>()
  for (const stage of inOrder(stages)) {
    const { name, dependencies, join } = stage
    const isDecided = dependencies.filter(({ edge }) => edge === 'value').map((each) => decided.has(each.stage))
    const waitsForAll = join === 'all' || join === 'every' || join === 'settled'
    const isAfterGuard = waitsForAll ? isDecided.includes(true) : isDecided.length > 0 && !isDecided.includes(false)
    if (isAfterGuard) guarded.add(name)
    // A stage behind a gate begins at once, but its data waits for the gate.
    const isHeld = dependencies.some(({ edge, stage: gate }) => edge === 'gate' && decided.has(gate))
    if (isAfterGuard || isHeld || hasGuard(stage)) decided.add(name)
  }
  return guarded
}

const hasGuard = ({ kind, child }: StageInfo): boolean => kind === 'guard' || child?.stages.some(hasGuard) === true

/** How many stages a stage has before it, on the longest way from the beginning. */
function layersOf({ stages }: PipelineInfo): ReadonlyMap<string, number> {
  const layers = new Map<string, number>()
  for (const { name, dependencies } of inOrder(stages)) {
    const before = dependencies.map(({ stage }) => layers.get(stage) ?? 0)
    layers.set(name, before.length === 0 ? 0 : Math.max(...before) + 1)
  }
  return layers
}

/** Each stage after those that it depends on. */
function inOrder(stages: readonly StageInfo[]): readonly StageInfo[] {
  const known = new Map(stages.map((stage) => [stage.name, stage]))
  const waits = new Map(stages.map(({ name, dependencies }) => [name, new Set(dependencies.map(({ stage }) => stage))]))
  const ordered = stages.filter(({ dependencies }) => dependencies.length === 0)
  // Grows while it is read.
  for (const { name, dependents } of ordered)
    for (const dependent of dependents) {
      const left = waits.get(dependent)
      if (left?.delete(name) !== true || left.size > 0) continue
      ordered.push(...[known.get(dependent)].filter((stage) => stage !== undefined))
    }
  return ordered
}
