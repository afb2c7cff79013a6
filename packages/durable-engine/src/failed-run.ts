import { PipelineFailedError, StageflowError } from '@stageflow/core'
import type { ErrorRecord, FailedResult, PipelineResult } from '@stageflow/core'

/** What `graph.run` does with a result: returns it, or throws the error of a failed run. */
export function orThrow<Stages>(
  pipeline: string,
  result: PipelineResult<Stages> | FailedResult<Stages>,
): PipelineResult<Stages> {
  if (result.status !== 'failed') return result
  const [first] = result.errors
  const where = first?.stage === undefined ? '' : ` at stage "${first.stage}"`
  throw new PipelineFailedError(
    `Pipeline "${pipeline}" failed${where}: [${first?.code ?? 'core/stage-failed'}] ${first?.message ?? 'no error was kept'}`,
    first && errorOf(first),
    result,
  )
}

const errorOf = ({ code, message, cause }: ErrorRecord): StageflowError =>
  new StageflowError(code, message, cause && { cause: errorOf(cause) })
