import { StageflowError } from '@stageflow/core'
import type { ErrorRecord, FailedResult, PipelineResult } from '@stageflow/core'
import { checkArgumentCount, checkOptions, codeOf, isError, isThenable, read, textOf } from '@stageflow/core/kit'

import { replyOf, replyTo, STATUS_RULES } from './error-table.ts'
import type { ErrorTable, Reply, StatusOptions } from './error-table.ts'

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
 * cancelled. A failure has the status of its code, 500 if no table has the code. Throws `http/illegal-option`.
 */
export function statusOf(ended: unknown, options: StatusOptions = {}): number {
  checkArgumentCount(arguments.length, 2, 'statusOf(result, options)', 'http/illegal-option')
  checkOptions('statusOf()', 'http/illegal-option', options, STATUS_RULES)
  checkEnded('statusOf()', ended)
  return endingOf(ended, options).status
}

export function endingOf(ended: unknown, options: StatusOptions): Ending {
  const { errors, stopping } = options
  const result = resultIn(ended)
  if (result === undefined) {
    // What waited for the run to begin rejects with the reason of the signal.
    const isStopped = stopping?.aborted === true && ended === stopping.reason
    const refusal = isStopped ? stopped(errors) : replyTo(recordOf(ended), errors)
    return { status: refusal.status, refusal, runId: undefined }
  }
  if (result.status === 'completed') return { status: 200, result }
  if (result.status === 'suspended') return { status: 202, result }
  const refusal = result.status === 'failed' ? replyTo(result.errors[0], errors) : cancelled(result.reason, options)
  return { status: refusal.status, refusal, runId: result.report.pipelineRunId }
}

const stopped = (errors: ErrorTable | undefined): Reply =>
  replyOf('http/stopping', { status: 503, message: 'The server shuts down. Try again in a moment.' }, errors)

const cancelled = (reason: string, { errors, stopping }: StatusOptions): Reply =>
  stopping?.aborted === true ? stopped(errors) : replyOf('core/cancelled', { status: 422, message: reason }, errors)

/** Refuses what isn't an ending yet. Otherwise a forgotten `await` would be a response with the status 500, and no one would see why. */
export function checkEnded(where: string, ended: unknown): void {
  if (!isThenable(ended) && !isThenable(read(ended, 'settled'))) return
  throw new StageflowError(
    'http/illegal-option',
    `${where}: the run may still go on. Pass its result: await graph.runSettled(input), or await run.settled.`,
  )
}

/** The result of a run, or that of a `PipelineFailedError`; undefined for any other value. */
export function resultIn(ended: unknown): Result | undefined {
  const result = isError(ended) ? read(ended, 'result') : ended
  const needs = NEEDS.get(read(result, 'status'))
  const isResult = needs?.every((field) => typeof read(result, field) === 'object' && read(result, field) !== null)
  return isResult === true ? (result as Result) : undefined
}

/** What a result has, by its status. */
const NEEDS: ReadonlyMap<unknown, readonly string[]> = new Map([
  ['completed', ['report', 'outputs']],
  ['suspended', ['report', 'outputs', 'requests']],
  ['cancelled', ['report', 'outputs']],
  ['failed', ['report', 'outputs', 'errors']],
])

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
