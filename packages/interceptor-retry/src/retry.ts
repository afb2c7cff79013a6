import { StageOutput } from '@stageflow/core'
import type { Interceptor, InterceptorContext, RunStage } from '@stageflow/core'
import { backOffMs } from './back-off.ts'
import { exhausted } from './history.ts'
import type { History } from './history.ts'
import { factoryPolicy, stagePolicy } from './options.ts'
import type { RetryOptions, RetryPolicy, RetryVerdict } from './options.ts'
import { isFailed, verdictOn } from './verdict.ts'
import type { Failed } from './verdict.ts'

/** In the record of a stage that was called again, or given up: how long it waited before each call, and whether it was given up. */
export interface RetryNote {
  readonly delaysMs: readonly number[]
  readonly exhausted: boolean
}

declare module '@stageflow/core' {
  interface StageOptions {
    /** How this stage is retried, where that differs from `retry()`; `false`: not at all. */
    readonly retry?: RetryOptions | false
  }
  interface StageNotes {
    readonly retry?: RetryNote
  }
}

/**
 * Calls a stage again whose failure may pass by itself, after a delay, `attempts` times in all; then it fails with
 * `retry/exhausted`. Options that make no sense are refused with `retry/illegal-option`, those of stages when the graph is built.
 */
export function retry(options: RetryOptions = {}): Interceptor {
  const defaults = factoryPolicy(options)
  return {
    name: 'retry',
    stageOptions: ['retry'],
    // Outside it every caller who waits for one and the same work would retry it for himself.
    mustBeInside: ['idempotency'],
    // Inside it tracing sees each attempt.
    mustBeOutside: ['tracing'],
    wrap(next, stage) {
      const policy = stagePolicy(stage.options.retry, defaults)
      if (policy === undefined || policy.attempts === 1) return next
      const judge = (output: StageOutput, context: InterceptorContext): StageOutput | Promise<StageOutput> => {
        if (!isFailed(output)) return output
        const verdict = verdictOn(output, context, policy)
        return verdict === false ? output : callAgain(next, context, policy, output, verdict)
      }
      return (context) => {
        const answer = next(context)
        return answer instanceof Promise ? answer.then((output) => judge(output, context)) : judge(answer, context)
      }
    },
  }
}

async function callAgain(
  next: RunStage,
  context: InterceptorContext,
  policy: RetryPolicy,
  first: Failed,
  firstVerdict: RetryVerdict,
): Promise<StageOutput> {
  const history: History = { errors: [first.error], delaysMs: [] }
  const { errors, delaysMs } = history
  let failed = first
  let verdict = firstVerdict
  for (;;) {
    if (errors.length === policy.attempts) return exhausted(context, failed, history, `attempts is ${policy.attempts}`)
    const delayMs =
      typeof verdict === 'object' ? verdict.afterMs : Math.round(backOffMs(policy, delaysMs.length, delaysMs.at(-1)))
    const leftMs = Math.max(0, (context.deadline ?? Infinity) - context.clock.now())
    if (delayMs >= leftMs) {
      const why = `the next call is due in ${delayMs} ms, and its deadline in ${Math.floor(leftMs)} ms`
      return exhausted(context, failed, history, why)
    }
    delaysMs.push(delayMs)
    context.note('retry', { delaysMs: [...delaysMs], exhausted: false })
    try {
      await context.wait(delayMs)
    } catch (reason) {
      // Thrown, the abort of the run is a cancel; the abort of what surrounds this call is the failure that it is.
      if (context.run.signal.aborted || !context.signal.aborted) throw reason
      return StageOutput.fail(reason)
    }
    const output = await next(context.fork().context)
    if (!isFailed(output)) return output
    verdict = verdictOn(output, context, policy)
    if (verdict === false) return output
    failed = output
    errors.push(output.error)
  }
}
