import { StageflowError, type StageOutput } from '@stageflow/core'

/** How a call counts; `neither`: it says nothing of what it called. */
export type Verdict = 'success' | 'failure' | 'neither'

/** What core answers in the place of a stage that it did not call. */
const NOT_CALLED: ReadonlySet<unknown> = new Set(['core/still-running', 'core/attempt-committed', 'core/stage-ended'])

/** How a call counts that ended with `output`. */
export function verdictOn(output: StageOutput, isFailure: (error: unknown) => boolean): Verdict {
  switch (output.status) {
    case 'ok':
      return 'success'
    case 'skip':
    case 'cancel':
      return 'neither'
    case 'fail':
    case 'retry': {
      const { error } = output
      if (StageflowError.is(error) && NOT_CALLED.has(error.code)) return 'neither'
      return isTimeout(error) || answerOf(isFailure, error) ? 'failure' : 'success'
    }
  }
}

/** Neither true nor false, such as a promise, is no answer: taken for one, it would hide every failure, or every success. */
function answerOf(isFailure: (error: unknown) => unknown, error: unknown): boolean {
  const answer = unheard(isFailure(error))
  if (typeof answer === 'boolean') return answer
  throw new TypeError(
    `it answered with ${answer instanceof Promise ? 'a promise' : `a value of type ${typeof answer}`}`,
  )
}

/** What an app's function answered: where that is a promise by mistake, that it may reject must not end the process. */
export function unheard<T>(answer: T): T {
  if (answer instanceof Promise) answer.catch(() => {})
  return answer
}

/** How a call counts that was aborted: a time-out is a failure wherever it stands; whoever else gave it up says nothing by it. */
export const verdictOnAbort = (reason: unknown): Verdict => (isTimeout(reason) ? 'failure' : 'neither')

const isTimeout = (error: unknown): boolean => StageflowError.is(error, 'timeout/exceeded')
