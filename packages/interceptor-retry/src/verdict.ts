import { StageflowError } from '@stageflow/core'
import type { FailOutput, InterceptorContext, RetryOutput, StageOutput } from '@stageflow/core'
import { classifyError } from './classify-error.ts'
import type { RetryPolicy, RetryVerdict } from './options.ts'

export type Failed = FailOutput | RetryOutput

export const isFailed = (output: StageOutput): output is Failed => output.status === 'fail' || output.status === 'retry'

/** Answers that nothing is won by asking again after: the engine refused the call, or all attempts were made. */
const FINAL: ReadonlySet<unknown> = new Set([
  'core/attempt-committed',
  'core/still-running',
  'core/stage-ended',
  'retry/exhausted',
])

/** Whether the call that ended with `output` is made again. */
export function verdictOn(output: Failed, context: InterceptorContext, policy: RetryPolicy): RetryVerdict {
  const { error } = output
  if (isAborted(context) || (StageflowError.is(error) && FINAL.has(error.code))) return false
  const { chunks, children } = context.record
  // What has begun to stream cannot run again: readers would see it twice. Its own error says more than core's refusal;
  // where it asks for a retry itself, that refusal is the answer.
  if (output.status === 'retry')
    return chunks > 0 ? { afterMs: 0 } : isMs(output.afterMs) ? { afterMs: output.afterMs } : true
  if (chunks > 0) return false
  const own = asked(policy, error, context)
  if (own !== undefined) return own
  // In a child run there may be stages that must not be called again: only who knows them says otherwise.
  if (children !== undefined && (output.retryable !== true || StageflowError.is(error, 'timeout/exceeded')))
    return false
  const found = classifyError(error, context.clock.now())
  if (output.retryable === undefined) return found
  return output.retryable && (found === false || found)
}

function asked(policy: RetryPolicy, error: unknown, context: InterceptorContext): RetryVerdict | undefined {
  const verdict: unknown = policy.classify(error, context)
  if (verdict === undefined || typeof verdict === 'boolean') return verdict
  if (typeof verdict === 'object' && verdict !== null && 'afterMs' in verdict && isMs(verdict.afterMs))
    return { afterMs: verdict.afterMs }
  // It may reject, which must not end the process.
  if (verdict instanceof Promise) verdict.catch(() => {})
  throw new StageflowError(
    'retry/illegal-verdict',
    `The classify of retry answered stage "${context.stage.name}" with ${verdict instanceof Promise ? 'a promise' : 'something else'}; it answers at once with true, false, { afterMs } (milliseconds, 0 or more), or undefined.`,
    { cause: error },
  )
}

const isMs = (value: unknown): value is number => typeof value === 'number' && value >= 0 && value < Infinity

/** Whether the run or what surrounds this call has given up. Does not ask for the signal, which would have to be made. */
function isAborted(context: InterceptorContext): boolean {
  try {
    context.raiseIfCancelled()
    return false
  } catch {
    return true
  }
}
