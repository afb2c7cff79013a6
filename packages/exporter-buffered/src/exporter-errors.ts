import { isRetryableDelivery } from '@stageflow/buffer'
import type { DownstreamErrors } from '@stageflow/buffer'
import { StageflowError } from '@stageflow/core'
import { textOf } from '@stageflow/core/kit'

export const DOWNSTREAM_ERRORS: DownstreamErrors = {
  failed: (call, cause) =>
    new StageflowError('exporter-buffered/downstream', `${call} failed: ${textOf(cause)}`, { cause }),
  late: (call, timeoutMs) =>
    new StageflowError(
      'exporter-buffered/downstream',
      `${call} took longer than ${timeoutMs} ms. Raise timeoutMs, or find out why the exporter is slow.`,
    ),
}

/** One error for those of several exporters that failed to flush. */
export function severalFailed(errors: readonly Error[]): StageflowError {
  const cause = new AggregateError(errors)
  return new StageflowError('exporter-buffered/downstream', errors.map(({ message }) => message).join('; '), { cause })
}

/** The error for a batch that comes after `close()`. It isn't retryable, so that a buffer in front gives the batch up at once. */
export function closedError(which: string, events: readonly unknown[]): StageflowError {
  const error = new StageflowError(
    'exporter-buffered/closed',
    `${which} is closed, and did not export ${events.length === 1 ? '1 event' : `${events.length} events`}. Close it after the last export.`,
  )
  return Object.assign(error, { retryable: false })
}

type Failure = readonly [exporter: { readonly name: string }, error: unknown]

/** One error for those of several exporters that failed to export. It is retryable if one of them is. `count`: how many exporters there are. */
export function exportFailed(failures: readonly Failure[], count: number): StageflowError {
  const errors = failures.map(([, error]) => error)
  const each = failures.map(([{ name }, error]) => `${name}: ${textOf(error)}`).join('; ')
  const error = new StageflowError(
    'exporter-buffered/fan-out-failed',
    `${errors.length} of ${count} exporters failed to export: ${each}`,
    { cause: new AggregateError(errors, `${errors.length} exporters failed`) },
  )
  return Object.assign(error, { retryable: errors.some(isRetryableDelivery) })
}
