import { errorFacts, isRetryableDelivery } from '@stageflow/buffer'
import { StageflowError } from '@stageflow/core'

/** The error of an exporter behind, or of several, that failed to flush or close, or took too long. */
export function downstreamFailed(problem: string, cause?: unknown): StageflowError {
  return new StageflowError('exporter-buffered/downstream', problem, cause === undefined ? undefined : { cause })
}

type Failure = readonly [exporter: { readonly name: string }, error: unknown]

/** One error for those of several exporters. It is retryable if one of them is. `count`: how many exporters there are. */
export function exportFailed(failures: readonly Failure[], count: number): StageflowError {
  const errors = failures.map(([, error]) => error)
  const each = failures.map(([{ name }, error]) => `${name}: ${errorFacts(error).message}`).join('; ')
  const error = new StageflowError(
    'exporter-buffered/fan-out-failed',
    `${errors.length} of ${count} exporters failed to export: ${each}`,
    { cause: new AggregateError(errors, `${errors.length} exporters failed`) },
  )
  return Object.assign(error, { retryable: errors.some(isRetryableDelivery) })
}
