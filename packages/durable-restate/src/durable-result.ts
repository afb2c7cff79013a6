import type { CancelledResult, CompletedResult, FailedResult, PipelineResult } from '@stageflow/core'

type Kept = 'status' | 'reason' | 'errors' | 'data' | 'report'
type KeptOf<Result> = Pick<Result, Extract<keyof Result, Kept>>

/** How a run on Restate ended, as JSON: the data of its stages, its report, and why it was cancelled or failed. */
export type DurableResult<Stages> =
  | KeptOf<CompletedResult<Stages>>
  | KeptOf<CancelledResult<Stages>>
  | KeptOf<FailedResult<Stages>>

/** The part of a result that Restate keeps. */
export function durableResult<Stages>(result: PipelineResult<Stages> | FailedResult<Stages>): DurableResult<Stages> {
  const { status, data, report } = result
  const { reason, errors } = result as Partial<CancelledResult<Stages> & FailedResult<Stages>>
  return {
    status,
    ...(status === 'cancelled' ? { reason } : undefined),
    ...(status === 'failed' ? { errors } : undefined),
    data,
    report,
  } as DurableResult<Stages>
}
