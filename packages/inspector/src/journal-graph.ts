import type { Dependency } from '@stageflow/core'
import type { GraphFingerprint, StageFingerprint } from '@stageflow/core/durable'

import type { GraphView, StageShape } from './protocol.ts'

/** The graph of a run in a journal. The journal keeps its stages by name, so they are put in an order in which each follows its dependencies. */
export function graphOfFingerprint({ pipeline, stages }: GraphFingerprint): GraphView {
  const ordered = new Set<string>()
  const place = (name: string): void => {
    const stage = stages[name]
    if (stage === undefined || ordered.has(name)) return
    for (const dependency of dependenciesOf(stage)) place(dependency.stage)
    ordered.add(name)
  }
  for (const name of Object.keys(stages)) place(name)
  const shapes = [...ordered].map((name) => shapeOf(name, stages[name] as StageFingerprint))
  return { name: pipeline, stages: shapes, interceptors: [] }
}

function shapeOf(name: string, stage: StageFingerprint): StageShape {
  const { kind, join, map = false, child } = stage
  return {
    name,
    kind,
    dependencies: dependenciesOf(stage),
    join,
    conditional: false,
    tolerated: false,
    streams: false,
    map,
    child: child && graphOfFingerprint(child),
    options: {},
  }
}

const OTHER_EDGE = /^(stream|soft|gate)\((.+)\)$/

/** A plain dependency is its name there, and any other one also has its kind, as in `soft(profile)`. */
const dependenciesOf = ({ dependencies }: StageFingerprint): readonly Dependency[] =>
  dependencies.map((text) => {
    const [, edge, stage] = OTHER_EDGE.exec(text) ?? []
    return stage === undefined ? { stage: text, edge: 'value' } : { stage, edge: edge as Dependency['edge'] }
  })
