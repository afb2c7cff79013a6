import type { PipelineStatus } from '@stageflow/core'
import type { Fact, StageExecutor } from '@stageflow/core/durable'

/** A fact as an executor keeps it. */
export type RecordedFact = Fact extends infer One ? (One extends unknown ? Omit<One, 'replayed'> : never) : never

/** How a leg of a run ended, as far as its executor needs to know. */
export interface LegResult {
  readonly status: PipelineStatus
}

/** Carries one leg of a run with its executor: `(executor) => runDurable(graph, executor)`. */
export type CarryLeg<Result extends LegResult> = (executor: StageExecutor) => Promise<Result>
