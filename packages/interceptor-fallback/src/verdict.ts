import { StageflowError } from '@stageflow/core'
import type { FailOutput, InterceptorContext, RetryOutput, StageOutput } from '@stageflow/core'
import { DELAY, classifyError, onRejection, read, show } from '@stageflow/core/kit'
import type { FallbackOptions } from './options.ts'

export type Failed = FailOutput | RetryOutput

export const isFailed = (output: StageOutput): output is Failed => output.status === 'fail' || output.status === 'retry'

/** This way was given up, by its circuit or by the limit of its child run. A retry that gives up says `retryable: true` itself. */
const GIVEN_UP: ReadonlySet<unknown> = new Set(['circuit-breaker/open', 'core/timed-out'])

/** Whether to call the stage again with the next way, if there is one. */
export function deservesNextWay(
  output: Failed,
  context: InterceptorContext,
  isRetryable: FallbackOptions['isRetryable'],
): boolean {
  const { error } = output
  if (context.aborted !== undefined) return false
  // Chunks that it has delivered would be read twice, and chunks that it has read are gone.
  if (context.record.committed === true) return false
  // The code of this way ignores its signal, so the next one can't begin.
  if (StageflowError.is(error, 'core/still-running')) return false
  return verdictOfApp(isRetryable?.(error, context), context, error) ?? isRetryableByDefault(output)
}

function isRetryableByDefault(output: Failed): boolean {
  const { error } = output
  if (output.status === 'retry' || (StageflowError.is(error) && GIVEN_UP.has(error.code))) return true
  return output.retryable ?? classifyError(error) === 'transient'
}

/** What the `isRetryable` of the app returned, as true or false. */
function verdictOfApp(verdict: unknown, { stage }: InterceptorContext, error: unknown): boolean | undefined {
  if (verdict === undefined || typeof verdict === 'boolean') return verdict
  const afterMs = read(verdict, 'afterMs')
  if (DELAY[0](afterMs)) return true
  // If it rejects, that must not end the process.
  onRejection(verdict, () => {})
  const shown = afterMs === undefined ? show(verdict) : `{ afterMs: ${show(afterMs)} }`
  throw new StageflowError(
    'fallback/illegal-verdict',
    `fallback.isRetryable of stage "${stage.name}" returned ${shown}. Return true, false, { afterMs } with milliseconds from 0, or undefined, synchronously.`,
    { cause: error },
  )
}
