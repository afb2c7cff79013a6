import { StageOutput, StageflowError } from '@stageflow/core'
import type { Interceptor, InterceptorContext } from '@stageflow/core'
import { checkArgumentCount, show } from '@stageflow/core/kit'
import { CODE, budgetOf } from './options.ts'
import type { DeadlineBudget } from './options.ts'

declare module '@stageflow/core' {
  interface StageOptions {
    /**
     * How long a call of this stage, or of each item of this map, is expected to take. If less time is left until its deadline, it doesn't
     * run, and fails with `deadline/too-late`. Needs `onFailure`, or `onItemFailure` on a map. Default: it always runs.
     */
    readonly deadlineBudget?: DeadlineBudget
  }
}

/**
 * Fails the calls of stages with a `deadlineBudget` with `deadline/too-late`, without running the stage, if less time than expected is left
 * until the deadline around them. A wrong budget is refused with `deadline/illegal-option` when the graph is built.
 */
export function deadline(): Interceptor {
  checkArgumentCount(arguments.length, 0, 'deadline()', CODE)
  return {
    name: 'deadline',
    core: '^1.0.0',
    stageOptions: ['deadlineBudget'],
    // A stored output takes no time. The deadline of a timeout that stands inside isn't set yet when the call is checked.
    mustBeInside: ['idempotency', 'timeout'],
    // A breaker outside would take a refusal for an answer of the service, and close its circuit.
    mustBeOutside: ['circuit-breaker'],

    onCall(stage) {
      const budget = budgetOf(stage)
      if (budget === undefined) return undefined
      const { expectedMs } = budget
      return (context) => {
        const leftMs = (context.deadline ?? Infinity) - context.now
        return leftMs < expectedMs ? tooLate(context, leftMs, expectedMs) : undefined
      }
    },
  }
}

function tooLate(context: InterceptorContext, leftMs: number, expectedMs: number): StageOutput {
  const left = `${Math.max(0, Math.floor(leftMs))} ms are left until its deadline`
  const message = `${nameOf(context)} did not run: ${left}, and it is expected to take ${expectedMs} ms. Raise the timeoutMs of the run or of the limit around it, or lower the expectedMs of its deadlineBudget.`
  return StageOutput.fail(new StageflowError('deadline/too-late', message), { retryable: false })
}

function nameOf({ stage, item }: InterceptorContext): string {
  const about = `"${stage.name}" of pipeline "${stage.pipeline.name}"`
  return item === undefined ? `Stage ${about}` : `Item ${show(item.key)} of stage ${about}`
}
