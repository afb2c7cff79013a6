import { StageflowError } from '@stageflow/core'
import type { ErrorRecord, FailedResult, PipelineResult } from '@stageflow/core'
import { checkArgumentCount, checkOptions, codeOf, isError, read, textOf } from '@stageflow/core/kit'

import { reply, replyTo, STATUS_RULES } from './error-table.ts'
import type { Reply, StatusOptions } from './error-table.ts'

export type Result = PipelineResult<unknown> | FailedResult<unknown>

/** How a request ended, and what to reply to it. */
export type Ending = Answered | Refused

/** The run completed or waits for an answer. */
interface Answered {
  readonly status: 200 | 202
  readonly result: PipelineResult<unknown>
}

/** The run failed, was cancelled, or was not admitted. */
interface Refused {
  readonly status: number
  readonly refusal: Reply
  readonly runId: string | undefined
}

/**
 * The HTTP status of the result of a run, or of an error that a run, a request or a handler rejected with. 200: completed. 202: suspended. 422:
 * cancelled. A failure has the status of its code, 500 if no table has the code.
 */
export function statusOf(ended: unknown, options: StatusOptions = {}): number {
  checkArgumentCount(arguments.length, 2, 'statusOf(result, options)', 'http/illegal-option')
  checkOptions('statusOf()', 'http/illegal-option', options, STATUS_RULES)
  return endingOf(ended, options).status
}

export function endingOf(ended: unknown, { errors, stopping }: StatusOptions): Ending {
  const result = resultIn(ended)
  if (result === undefined) {
    const refusal = replyTo(recordOf(ended), errors)
    return { status: refusal.status, refusal, runId: undefined }
  }
  if (result.status === 'completed') return { status: 200, result }
  if (result.status === 'suspended') return { status: 202, result }
  const refusal = result.status === 'failed' ? replyTo(result.errors[0], errors) : cancelled(result.reason, stopping)
  return { status: refusal.status, refusal, runId: result.report.pipelineRunId }
}

const cancelled = (reason: string, stopping: AbortSignal | undefined): Reply =>
  stopping?.aborted === true
    ? { code: 'http/stopping', status: 503, message: 'The server shuts down. Try again in a moment.' }
    : { ...reply('core/cancelled', 422), message: reason }

/** The result of a run, or that of a `PipelineFailedError`; undefined for any other value. */
export function resultIn(ended: unknown): Result | undefined {
  const result = isError(ended) ? read(ended, 'result') : ended
  const isResult = STATUSES.has(read(result, 'status')) && typeof read(result, 'report') === 'object'
  return isResult ? (result as Result) : undefined
}

const STATUSES: ReadonlySet<unknown> = new Set(['completed', 'suspended', 'cancelled', 'failed'])

const DEEPEST_CAUSE = 5

/** The codes of a thrown value and of its causes. */
function recordOf(thrown: unknown, depth = 0): ErrorRecord {
  const cause = read(thrown, 'cause')
  const record = { code: codeOf(thrown) ?? 'core/stage-failed', message: textOf(thrown) }
  return isError(cause) && depth < DEEPEST_CAUSE ? { ...record, cause: recordOf(cause, depth + 1) } : record
}

/** The error of a value that JSON can't hold. */
export function toJson(value: unknown, what: string): string {
  let json: string | undefined
  let cause: unknown
  try {
    json = JSON.stringify(value)
  } catch (thrown) {
    cause = thrown
  }
  if (json !== undefined) return json
  const why = cause === undefined ? `it is ${textOf(value)}` : textOf(cause)
  throw new StageflowError('http/not-json', `${what} cannot be sent as JSON: ${why}. Return plain data.`, { cause })
}
