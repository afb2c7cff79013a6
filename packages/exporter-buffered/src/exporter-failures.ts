import { isRetryableDelivery } from '@stageflow/buffer'
import { StageflowError } from '@stageflow/core'
import { textOf } from '@stageflow/core/kit'

/** One error for those of several exporters. It is retryable if one of them is. */
export function failureOf(what: string, errors: readonly unknown[], count: number): StageflowError {
  const error = new StageflowError(
    'exporter-buffered/fan-out-failed',
    `${errors.length} of ${count} exporters failed to ${what}: ${errors.map(textOf).join('; ')}`,
    { cause: new AggregateError(errors, `${errors.length} exporters failed`) },
  )
  return Object.assign(error, { retryable: errors.some(isRetryableDelivery) })
}
