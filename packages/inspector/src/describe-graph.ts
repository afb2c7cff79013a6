import type { PipelineInfo } from '@stageflow/core'
import type { Redactor } from '@stageflow/core/redaction'

import type { GraphView, StageShape } from './protocol.ts'
import { withoutSecrets } from './shown.ts'

/** Describes each graph once, because its stages don't change. */
export class DescribedGraphs {
  readonly #redactor: Redactor
  readonly #known = new WeakMap<PipelineInfo, GraphView>()

  constructor(redactor: Redactor) {
    this.#redactor = redactor
  }

  of(info: PipelineInfo): GraphView {
    const view = this.#known.get(info) ?? describeGraph(info, this.#redactor)
    this.#known.set(info, view)
    return view
  }
}

/**
 * The graph that the app gave for a pipeline. Undefined if it gave none, or one with other stages than the run. `stages`: those of the run that are
 * known. `count`: how many it has.
 */
export type GraphOf = (pipeline: string, stages: readonly string[], count?: number) => GraphView | undefined

/** The graphs of an app, by the names of their pipelines. A run may be older than its graph. */
export function graphsOf(infos: readonly PipelineInfo[], described: DescribedGraphs): GraphOf {
  const byName = new Map(infos.map((info) => [info.name, info]))
  return (pipeline, stages, count = stages.length) => {
    const info = byName.get(pipeline)
    if (info === undefined || info.stages.length !== count) return undefined
    const names = new Set(info.stages.map(({ name }) => name))
    return stages.every((name) => names.has(name)) ? described.of(info) : undefined
  }
}

/** A graph as readers get it. `redactor` takes secrets out of the options of its stages. */
export function describeGraph(info: PipelineInfo, redactor: Redactor): GraphView {
  const { name, stages, interceptors } = info
  return { name, stages: stages.map((stage) => describeStage(stage, redactor)), interceptors }
}

function describeStage(stage: PipelineInfo['stages'][number], redactor: Redactor): StageShape {
  // Its JSON has only those options that are JSON.
  const { options } = stage.toJSON() as { readonly options: Readonly<Record<string, unknown>> }
  const { name, kind, dependencies, join, conditional, tolerated, streams, map, child, placement } = stage
  return {
    name,
    kind,
    dependencies,
    join,
    conditional,
    tolerated,
    streams,
    map,
    child: child && describeGraph(child, redactor),
    placement,
    options: withoutSecrets(options, redactor),
  }
}
