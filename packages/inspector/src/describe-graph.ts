import type { PipelineInfo } from '@stageflow/core'
import type { Redactor } from '@stageflow/core/redaction'

import type { GraphView, StageShape } from './protocol.ts'

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
    options: redactor.value(options) as Readonly<Record<string, unknown>>,
  }
}
