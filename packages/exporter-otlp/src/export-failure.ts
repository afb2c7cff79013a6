import { StageflowError } from '@stageflow/core'
import { read, textOf } from '@stageflow/core/kit'
import type { Redactor } from '@stageflow/core/redaction'

/** The statuses after which OTLP allows another try. */
const RETRYABLE_STATUSES = new Set([429, 502, 503, 504])
/** The same over gRPC: cancelled, late, aborted, out of range, unavailable, data lost. */
const RETRYABLE_GRPC_STATUSES = new Set([1, 4, 10, 11, 14, 15])
const LAST_GRPC_STATUS = 16
const RESOURCE_EXHAUSTED = 8

/** The error of a batch that was not taken: permanent if the status of the response says so, otherwise retryable. */
export function exportFailure(cause: unknown, events: number, redactor: Redactor): StageflowError {
  const data = read(cause, 'data')
  const why = redactor.text(textOf(cause))
  if (!isPermanent(cause)) {
    const problem = `The receiver could not take ${countOf(events)}: ${why}. They can be sent again.`
    return Object.assign(new StageflowError('exporter-otlp/unavailable', problem, { cause }), { retryable: true })
  }
  const said = typeof data === 'string' && data !== '' ? `: ${redactor.text(data)}` : ''
  return refused(
    `The receiver refused ${countOf(events)} with status ${String(read(cause, 'code'))}, ${why}${said}. Check its address, headers and limits.`,
    cause,
  )
}

/** The error of a batch that the log exporter threw at. It would throw again. */
export function unsendable(cause: unknown, events: number, redactor: Redactor): StageflowError {
  return refused(`The log exporter threw when it was given ${countOf(events)}: ${redactor.text(textOf(cause))}.`, cause)
}

/** `1 event`, `2 events`. */
export function countOf(events: number): string {
  return events === 1 ? '1 event' : `${events} events`
}

function refused(problem: string, cause: unknown): StageflowError {
  return Object.assign(new StageflowError('exporter-otlp/refused', problem, { cause }), { retryable: false })
}

/** Whether the receiver would refuse the batch again, by its gRPC or HTTP status. Without a status it may have been out of reach. */
function isPermanent(cause: unknown): boolean {
  const status = read(cause, 'code')
  if (typeof status !== 'number' || !Number.isInteger(status)) return false
  if (status === RESOURCE_EXHAUSTED) return !saysWhenToRetry(cause)
  const isGrpc = status >= 1 && status <= LAST_GRPC_STATUS
  if (isGrpc) return !RETRYABLE_GRPC_STATUSES.has(status)
  const isHttpFailure = status >= 300 && status <= 599
  return isHttpFailure && !RETRYABLE_STATUSES.has(status)
}

/** Whether a gRPC receiver is only busy, which it says with a `RetryInfo`. Without one the batch is too large for it. */
function saysWhenToRetry(cause: unknown): boolean {
  const metadata = read(cause, 'metadata')
  const get = read(metadata, 'get')
  if (typeof get !== 'function') return false
  const details = Reflect.apply(get, metadata, ['grpc-status-details-bin']) as readonly unknown[]
  return details.some((detail) => Buffer.isBuffer(detail) && detail.includes('google.rpc.RetryInfo'))
}
