import type { StageflowEvent } from '@stageflow/core'

/** Of the latest so many it is known how deep they lie; of others, only whether they are children. The ends of some never come. */
const MOST_RUNS = 1_000

/** Remembers how deep the runs that go on lie, so that what a child says stands further right than its parent. */
export class RunDepths {
  readonly #depths = new Map<string, number>()

  of({ type, pipelineRunId, parentRunId }: StageflowEvent): number {
    const depth = this.#depths.get(pipelineRunId) ?? this.#depthBelow(parentRunId)
    if (type === 'pipeline.started') this.#remember(pipelineRunId, depth)
    if (type === 'pipeline.completed' || type === 'pipeline.failed' || type === 'pipeline.cancelled')
      this.#depths.delete(pipelineRunId)
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
