import { StageflowError, type Clock } from '@stageflow/core'
import { classifyError, DELAY, read, retryAfterMs, show, isError, onRejection } from '@stageflow/core/kit'
import type { RetryContext, ToolRetryRule } from '@stageflow/tools'

import { failureFor, type HandlerFailure } from './settled.ts'

/** Whether a failed attempt is followed by another one. */
export type RetryDecision =
  /** `afterMs`: the delay that `isRetryable` or the server asked for; undefined: that of the backoff. */
  | { readonly isRetried: true; readonly afterMs: number | undefined }
  /** The call fails with this. */
  | { readonly isRetried: false; readonly failure: HandlerFailure }

/** Decides about a failure whose call has attempts left. */
export function decideRetry(
  failure: HandlerFailure,
  retry: ToolRetryRule,
  context: RetryContext,
  clock: Clock,
): RetryDecision {
  const { code, message, cause } = failure
  const error = isError(cause) ? cause : new StageflowError(code, message, { cause })
  let verdict: unknown
  try {
    verdict = retry.isRetryable?.(error, context)
  } catch {
    return { isRetried: false, failure }
  }
  if (verdict === undefined) verdict = classifyError(error) === 'transient'
  if (verdict === false) return { isRetried: false, failure }
  const afterMs = verdict === true ? retryAfterMs(error, clock.now()) : read(verdict, 'afterMs')
  if (verdict !== true && !DELAY[0](afterMs))
    return { isRetried: false, failure: illegalVerdict(verdict, context, error) }
  const asked = afterMs as number | undefined
  if (asked !== undefined && asked > retry.maxRetryAfterMs)
    return { isRetried: false, failure: waitTooLong(asked, retry.maxRetryAfterMs, failure, context, error) }
  return { isRetried: true, afterMs: asked }
}

function illegalVerdict(verdict: unknown, { toolName }: RetryContext, error: Error): HandlerFailure {
  // If it rejects, that must not end the process.
  onRejection(verdict, () => {})
  const afterMs = read(verdict, 'afterMs')
  const returned = afterMs === undefined ? show(verdict) : `{ afterMs: ${show(afterMs)} }`
  const text = `isRetryable of tool "${toolName}" returned ${returned}. Return true, false, { afterMs } with milliseconds from 0, or undefined, synchronously.`
  return failureFor(new StageflowError('tool-executor/illegal-verdict', text, { cause: error }))
}

function waitTooLong(
  afterMs: number,
  maxMs: number,
  { message }: HandlerFailure,
  { toolName }: RetryContext,
  cause: Error,
): HandlerFailure {
  const text = `Tool "${toolName}" can be called again in ${afterMs} ms; the executor waits for ${maxMs} ms at most (retry.maxRetryAfterMs). It failed with: ${message}`
  return failureFor(new StageflowError('tool-executor/wait-too-long', text, { cause }))
}
