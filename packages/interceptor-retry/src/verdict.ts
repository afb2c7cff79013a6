import { StageflowError } from '@stageflow/core'
import type { FailOutput, InterceptorContext, RetryOutput, StageOutput } from '@stageflow/core'
import { DELAY, classifyError, read, retryAfterMs, show, onRejection } from '@stageflow/core/kit'
import type { RetryPolicy, RetryVerdict } from './options.ts'

export type Failed = FailOutput | RetryOutput

export const isFailed = (output: StageOutput): output is Failed => output.status === 'fail' || output.status === 'retry'

/** A number of milliseconds from 0. */
export const isDelay = (value: unknown): boolean => DELAY[0](value)

/** Errors after which no retry can help: the engine refused the call, or a retry has given up. */
const FINAL: ReadonlySet<unknown> = new Set([
  'core/attempt-committed',
  'core/still-running',
  'core/stage-ended',
  'retry/exhausted',
  'retry/wait-too-long',
  'retry/illegal-wait',
])

/** Whether to retry a call that ended with `output`. The `afterMs` of a stage is passed on unchecked. */
export function verdictOn(output: Failed, context: InterceptorContext, policy: RetryPolicy): RetryVerdict {
  const { error } = output
  const isFinal = StageflowError.is(error) && FINAL.has(error.code)
  if (isAborted(context) || isFinal) return false
  // Chunks that it has delivered would be read twice, and chunks that it has read are gone.
  const isCommitted = context.record.committed === true
  if (output.status === 'retry') {
    // The engine refuses the next call, and its error says why.
    if (isCommitted) return { afterMs: 0 }
    return output.afterMs === undefined ? askedByServer(error, context) : { afterMs: output.afterMs }
  }
  if (isCommitted) return false
  const verdict = ownVerdict(policy, error, context) ?? isRetryable(output, context)
  // A wait of the app goes before that of the server.
  return verdict === true ? askedByServer(error, context) : verdict
}

function isRetryable({ error, retryable, ofChild }: FailOutput, { record }: InterceptorContext): boolean {
  // A child run may have stages that must not run twice. Only the stage itself can say that they may: a timeout doesn't, nor does a stage
  // of the child.
  const isSaidByStage = retryable === true && ofChild !== true && !StageflowError.is(error, 'timeout/timed-out')
  if (record.children !== undefined && !isSaidByStage) return false
  return retryable ?? classifyError(error) === 'transient'
}

function askedByServer(error: unknown, context: InterceptorContext): RetryVerdict {
  const afterMs = retryAfterMs(error, context.clock.now())
  return afterMs === undefined ? true : { afterMs }
}

/** What the `isRetryable` of the app returns. */
function ownVerdict(policy: RetryPolicy, error: unknown, context: InterceptorContext): RetryVerdict | undefined {
  const verdict: unknown = policy.isRetryable(error, context)
  if (verdict === undefined || typeof verdict === 'boolean') return verdict
  const afterMs = read(verdict, 'afterMs')
  if (isDelay(afterMs)) return { afterMs: afterMs as number }
  // If it rejects, that must not end the process.
  onRejection(verdict, () => {})
  const shown = afterMs === undefined ? show(verdict) : `{ afterMs: ${show(afterMs)} }`
  throw new StageflowError(
    'retry/illegal-verdict',
    `isRetryable of retry() returned ${shown} for stage "${context.stage.name}". Return true, false, { afterMs } with milliseconds from 0, or undefined, synchronously.`,
    { cause: error },
  )
}

/** Whether the run, or an interceptor around this call, has given up. Reading the signal would create it. */
function isAborted(context: InterceptorContext): boolean {
  try {
    context.raiseIfCancelled()
    return false
  } catch {
    return true
  }
}
