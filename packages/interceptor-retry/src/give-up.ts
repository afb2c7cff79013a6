import { StageOutput, StageflowError } from '@stageflow/core'
import type { InterceptorContext } from '@stageflow/core'
import { show, textOf } from '@stageflow/core/kit'
import type { Failed } from './verdict.ts'

/** The failed calls of one stage, and the delays between them. */
export interface History {
  readonly errors: unknown[]
  readonly delaysMs: number[]
}

/** The server or the stage asks for a longer wait than `maxRetryAfterMs`; its code is `retry/wait-too-long`. */
export class RetryWaitError extends StageflowError {
  /** The wait that was asked for, in ms. */
  declare readonly afterMs: number

  constructor(message: string, afterMs: number, cause: unknown) {
    super('retry/wait-too-long', message, { cause })
    this.afterMs = afterMs
  }
}

/** The output of a stage whose attempts or time are used up. */
export function exhausted(context: InterceptorContext, last: Failed, history: History, why: string): StageOutput {
  const message = messageOf(context, history, why)
  return givenUp(context, last, history, new StageflowError('retry/exhausted', message, { cause: last.error }))
}

/** The output of a stage whose next call is wanted too late. */
export function waitTooLong(
  context: InterceptorContext,
  last: Failed,
  history: History,
  afterMs: number,
  maxMs: number,
): StageOutput {
  const why = `the next call is wanted in ${afterMs} ms, and maxRetryAfterMs is ${maxMs}`
  const error = new RetryWaitError(messageOf(context, history, why), afterMs, last.error)
  return givenUp(context, last, history, error)
}

/** The output of a stage that returned `StageOutput.retry` with an `afterMs` that isn't a number of milliseconds. */
export function illegalWait({ stage }: InterceptorContext, last: Failed, afterMs: unknown): StageOutput {
  const error = new StageflowError(
    'retry/illegal-wait',
    `Stage "${stage.name}" of pipeline "${stage.pipeline.name}" returned StageOutput.retry with afterMs ${show(afterMs)}. Pass milliseconds from 0, or leave afterMs out for the backoff.`,
    { cause: last.error },
  )
  return StageOutput.fail(error, { retryable: false })
}

/** The failure is as retryable as the last error was, and keeps its data. */
function givenUp(context: InterceptorContext, last: Failed, history: History, error: StageflowError): StageOutput {
  context.note('retry', { delaysMs: [...history.delaysMs], exhausted: true })
  const data = last.status === 'fail' ? last.data : undefined
  if (data === undefined) return StageOutput.fail(error, { retryable: true })
  return StageOutput.fail(error, { retryable: true, data: data as object })
}

function messageOf({ stage }: InterceptorContext, history: History, why: string): string {
  const { length: count } = history.errors
  const times = count === 1 ? 'once' : `${count} times`
  return `Stage "${stage.name}" of pipeline "${stage.pipeline.name}" failed ${times}, and retry() gives up: ${why}. ${callList(history)}`
}

const MOST_LISTED = 10

/** `(1) no connection; (2) after 1000 ms: no connection`. */
function callList({ errors, delaysMs }: History): string {
  const calls = errors.map((error, index) => {
    // No delay comes before the first call.
    const delayMs = delaysMs[index - 1]
    const when = delayMs === undefined ? '' : `after ${delayMs} ms: `
    return `(${index + 1}) ${when}${shortTextOf(error)}`
  })
  // The first and the last of many calls say most.
  const listed = calls.length > MOST_LISTED ? [calls[0], '…', ...calls.slice(1 - MOST_LISTED)] : calls
  return listed.join('; ')
}

const LONGEST_TEXT = 160

function shortTextOf(error: unknown): string {
  const line = textOf(error).replaceAll(/\s+/g, ' ')
  return line.length > LONGEST_TEXT ? `${line.slice(0, LONGEST_TEXT - 1)}…` : line
}
