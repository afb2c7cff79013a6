import type { StageflowEvent } from '@stageflow/core'
import { isLastEvent } from '@stageflow/core/kit'

/** The latest runs whose depth is kept, because the end of a run may never arrive. Of other runs only whether they are children is known. */
const MOST_RUNS = 1_000

/** Remembers the depth of runs in progress, so that lines of a child run are indented below its parent. */
export class RunDepths {
  readonly #depths = new Map<string, number>()

  of(event: StageflowEvent): number {
    const { type, pipelineRunId, parentRunId } = event
    const depth = this.#depths.get(pipelineRunId) ?? this.#depthBelow(parentRunId)
    if (type === 'pipeline.started') this.#remember(pipelineRunId, depth)
    if (isLastEvent(event)) this.#depths.delete(pipelineRunId)
    return depth
  }

  #remember(pipelineRunId: string, depth: number): void {
    this.#depths.set(pipelineRunId, depth)
    if (this.#depths.size > MOST_RUNS) this.#depths.delete(this.#depths.keys().next().value as string)
  }

  #depthBelow(parentRunId: string | undefined): number {
    return parentRunId === undefined ? 0 : (this.#depths.get(parentRunId) ?? 0) + 1
  }
}
