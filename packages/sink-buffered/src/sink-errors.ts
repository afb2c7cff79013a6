import { StageflowError } from '@stageflow/core'

/** The error of a sink behind, or of all of them, that failed or took too long. */
export function downstreamFailed(problem: string, cause?: unknown): StageflowError {
  return new StageflowError('sink-buffered/downstream', problem, cause === undefined ? undefined : { cause })
}
