import { StageflowError, toError } from '../base/errors.ts'
import { defined } from '../base/objects.ts'
import { Output, suspendedOutput } from '../contract/output.ts'
import { firstFailure } from './outcome.ts'
import type { Outcome } from './outcome.ts'
import type { StageFacts } from './stage-facts.ts'

interface Cancellable {
  /** Throws the abort reason of the stage, if it was aborted. */
  raiseIfCancelled(): void
}

/**
 * Turns the outcome of a child run into the output of its stage. If the stage was aborted with its child, it throws the abort
 * reason. `state`: that of the stage's output if the child is suspended.
 */
export function childEnding(outcome: Outcome, context: Cancellable, state?: unknown): Output {
  if (outcome.status === 'completed') return new Output('ok', outcome.data)
  if (outcome.status === 'failed') return childFailure(outcome)
  context.raiseIfCancelled()
  if (outcome.status === 'suspended') return suspendedOutput(outcome.requests, state)
  return new Output('skip', `the child run was cancelled: ${outcome.reason}`)
}

/**
 * The failure of the stage around a failed child run: the first failure inside, with its error and its `retryable`. Its data has the data
 * of the child's completed stages too.
 */
function childFailure(outcome: Outcome): Output {
  const { error, output, isOwn } = firstFailure(outcome)
  const data = { ...outcome.data, ...(output?.data as object | undefined) }
  const retryable = output?.retryable
  const byEngine = isOwn ? undefined : (true as const)
  return new Output('fail', error, { data, ofChild: true, ...defined({ retryable, byEngine }) })
}

/** The data of a completed child run. Otherwise throws an error with which its stage ends as the child ended. */
export function childData(outcome: Outcome, context: Cancellable, stage: StageFacts): unknown {
  const output = childEnding(outcome, context)
  if (output.status === 'ok') return output.data
  const error = output.status === 'fail' ? toError(output.error) : notCompleted(outcome)
  stage.keepEnding(error, output)
  throw error
}

function notCompleted({ status, reason }: Outcome): StageflowError {
  return status === 'suspended'
    ? new StageflowError(
        'core/child-suspended',
        'The child run is suspended. Let this error pass, and the stage suspends too.',
      )
    : new StageflowError(
        'core/child-cancelled',
        `The child run was cancelled: ${reason}. Let this error pass, and the stage is skipped.`,
      )
}
