import { StageOutput, after } from '@stageflow/core'
import type { Interceptor, InterceptorContext, RunStage } from '@stageflow/core'
import { backOffMs, checkArgumentCount } from '@stageflow/core/kit'
import { exhausted, illegalWait, waitTooLong } from './give-up.ts'
import type { History } from './give-up.ts'
import { factoryPolicy, stagePolicy } from './options.ts'
import type { RetryOptions, RetryPolicy } from './options.ts'
import { isDelay, isFailed, verdictOn } from './verdict.ts'
import type { Failed } from './verdict.ts'

/** In the record of a stage that was retried, or given up: the delay before each retry, and whether it was given up. */
export interface RetryNote {
  readonly delaysMs: readonly number[]
  readonly exhausted: boolean
}

declare module '@stageflow/core' {
  interface StageOptions {
    /** How this stage is retried, if that differs from `retry()`; `false`: not at all. Default: the options of `retry()`. */
    readonly retry?: RetryOptions | false
  }
  interface StageNotes {
    readonly retry?: RetryNote
  }
}

/**
 * Retries a stage whose failure may pass by itself, with growing delays. After `attempts` calls the stage fails with
 * `retry/exhausted`. Illegal options are refused with `retry/illegal-option`, those of stages when the graph is built.
 */
export function retry(options: RetryOptions = {}): Interceptor {
  checkArgumentCount(arguments.length, 1, 'retry(options)', 'retry/illegal-option')
  const defaults = factoryPolicy(options)
  return {
    name: 'retry',
    core: '^1.0.0',
    stageOptions: ['retry'],
    // If retry were outside, each caller that waits for the same work would retry it separately.
    mustBeInside: ['idempotency'],
    // If tracing were outside, it would see one call instead of each attempt.
    mustBeOutside: ['tracing'],
    wrap(next, stage) {
      const policy = stagePolicy(stage, defaults)
      if (policy === undefined || policy.attempts === 1) return next
      return (context) =>
        after(next(context), (output) => {
          if (!isFailed(output)) return output
          const history: History = { errors: [], delaysMs: [] }
          const step = delayOrOutput(output, context, policy, history)
          return typeof step === 'number' ? callAgain(next, context, policy, history, step) : step
        })
    },
  }
}

/** Waits and calls the stage, until a call doesn't fail or the stage is given up. */
async function callAgain(
  next: RunStage,
  context: InterceptorContext,
  policy: RetryPolicy,
  history: History,
  firstDelayMs: number,
): Promise<StageOutput> {
  let delayMs = firstDelayMs
  for (;;) {
    history.delaysMs.push(delayMs)
    context.note('retry', { delaysMs: [...history.delaysMs], exhausted: false })
    try {
      await context.wait(delayMs)
    } catch (reason) {
      // An abort of the run is thrown, so that the stage ends cancelled. If an interceptor around this call aborted it, the stage fails.
      if (context.run.signal.aborted || !context.signal.aborted) throw reason
      return StageOutput.fail(reason)
    }
    const output = await next(context.fork().context)
    if (!isFailed(output)) return output
    const step = delayOrOutput(output, context, policy, history)
    if (typeof step !== 'number') return step
    delayMs = step
  }
}

/** How long to wait before the next call, in ms; the output of the stage, if there is no next call. */
function delayOrOutput(
  failed: Failed,
  context: InterceptorContext,
  policy: RetryPolicy,
  history: History,
): number | StageOutput {
  const { attempts, maxRetryAfterMs } = policy
  const { errors, delaysMs } = history
  const verdict = verdictOn(failed, context, policy)
  if (verdict === false) return failed
  const askedMs = verdict === true ? undefined : verdict.afterMs
  if (askedMs !== undefined && !isDelay(askedMs)) return illegalWait(context, failed, askedMs)
  // Before the limits are checked: their errors list every failed call.
  errors.push(failed.error)
  if (errors.length === attempts) return exhausted(context, failed, history, `attempts is ${attempts}`)
  if (askedMs !== undefined && askedMs > maxRetryAfterMs)
    return waitTooLong(context, failed, history, askedMs, maxRetryAfterMs)
  const delayMs = askedMs ?? Math.round(backOffMs(policy, delaysMs.length, delaysMs.at(-1)))
  const leftMs = Math.max(0, (context.deadline ?? Infinity) - context.clock.now())
  if (delayMs < leftMs) return delayMs
  const why = `the next call is due in ${delayMs} ms, and its deadline in ${Math.floor(leftMs)} ms`
  return exhausted(context, failed, history, why)
}
