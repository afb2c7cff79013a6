import type { DownstreamErrors } from '@stageflow/buffer'
import { StageflowError } from '@stageflow/core'
import { errorFacts } from './error-facts.ts'

export const DOWNSTREAM_ERRORS: DownstreamErrors = {
  failed: (call, cause) =>
    new StageflowError('sink-buffered/downstream', `${call} failed: ${errorFacts(cause).message}`, { cause }),
  late: (call, timeoutMs) =>
    new StageflowError(
      'sink-buffered/downstream',
      `${call} took longer than ${timeoutMs} ms. Raise timeoutMs, or find out why the sink is slow.`,
    ),
}

/** One error for those of several sinks. */
export function severalFailed(errors: readonly Error[]): StageflowError {
  const cause = new AggregateError(errors)
  return new StageflowError('sink-buffered/downstream', errors.map(({ message }) => message).join('; '), { cause })
}
