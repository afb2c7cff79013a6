import { StageflowError } from '@stageflow/core'

import { mayRetry } from './exporter.ts'

/** One error for those of several exporters; it may be tried again if any of them may. */
export function failureOf(what: string, errors: readonly unknown[], count: number): StageflowError {
  const reasons = errors.map((error) => (error instanceof Error ? error.message : String(error))).join('; ')
  const error = new StageflowError(
    'exporter-buffered/composite-failed',
    `${errors.length} of ${count} exporters failed to ${what}: ${reasons}`,
    { cause: new AggregateError(errors, `${errors.length} exporters failed`) },
  )
  return errors.some(mayRetry) ? error : Object.assign(error, { retryable: false })
}
