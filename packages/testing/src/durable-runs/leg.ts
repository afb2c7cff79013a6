import type { PipelineStatus } from '@stageflow/core'
import type { DurableStart, Fact, StageExecutor } from '@stageflow/core/durable'
import { isPlain } from '@stageflow/core/kit'

/** A fact as an executor keeps it. */
export type RecordedFact = Fact extends infer One ? (One extends unknown ? Omit<One, 'replayed'> : never) : never

/** How a leg of a run ended, as far as its executor needs to know. */
export interface LegResult {
  readonly status: PipelineStatus
}

/** Carries one leg of a run with its executor: `(executor) => runDurable(graph, executor)`. */
export type CarryLeg<Result extends LegResult> = (executor: StageExecutor) => Promise<Result>

/** Whether a value has the form of the start of a run. */
export function isStart(value: unknown): value is DurableStart {
  if (!isPlain(value)) return false
  const { runId, startedAt, input } = value
  return typeof runId === 'string' && typeof startedAt === 'number' && isPlain(input)
}
