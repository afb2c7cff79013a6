import { StageflowError } from '@stageflow/core'
import type { StageGraph } from '@stageflow/core'
import { callKey, childPrefix, fingerprintOf } from '@stageflow/core/durable'
import type { GraphFingerprint } from '@stageflow/core/durable'
import { didYouMean } from '@stageflow/core/kit'

type Stages = GraphFingerprint['stages']

/**
 * The keys of the stages that run live. Throws `testing/unknown-stage` for a name that is neither in the graph nor in one of its child
 * pipelines.
 */
export function liveKeys(
  graph: Pick<StageGraph<unknown, unknown>, 'info' | 'name'>,
  live: readonly string[],
): readonly string[] {
  const { stages } = fingerprintOf(graph)
  return live.map((name) => {
    const refuse = (problem: string): never => {
      throw new StageflowError(
        'testing/unknown-stage',
        `The option live of replayRun() names "${name}", and ${problem}.`,
      )
    }
    return keyOf(stages, name, graph.name, refuse)
  })
}

/** The key of a stage. A name may have a `/` of its own. `at`: the pipeline, or the stages above. */
function keyOf(stages: Stages, name: string, at: string, refuse: (problem: string) => never): string {
  if (Object.hasOwn(stages, name)) return callKey('', name)
  const names = Object.keys(stages)
  const above = names.find((stage) => name.startsWith(`${stage}/`))
  if (above === undefined)
    return refuse(`"${at}" has no such stage${guessed(name, names)}; it has "${names.join('", "')}"`)
  const { child } = stages[above] as Stages[string]
  if (child === undefined) return refuse(`"${above}" has no stages inside that can run alone; pass "${above}"`)
  return childPrefix('', above) + keyOf(child.stages, name.slice(above.length + 1), above, refuse)
}

function guessed(name: string, names: readonly string[]): string {
  const guess = didYouMean(name, names)
  return guess === undefined ? '' : ` (${guess})`
}
