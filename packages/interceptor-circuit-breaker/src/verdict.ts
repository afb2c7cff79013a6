import { StageflowError, type FailOutput, type RetryOutput, type StageInfo, type StageOutput } from '@stageflow/core'
import { classifyError, codeOf, httpStatusOf, isAbort, isVerdict, onRejection, read, show } from '@stageflow/core/kit'

/**
 * How a call counts. `neither`: it says nothing about the service that the stage calls. `unknown`: its error doesn't say whether the
 * service or its input is to blame, so it neither opens nor closes a circuit, but it is seen.
 */
export type Verdict = 'success' | 'failure' | 'neither' | 'unknown'

export type IsFailure = (error: unknown) => boolean

/** The engine answers with these instead of calling the stage. */
const NOT_CALLED: ReadonlySet<unknown> = new Set(['core/still-running', 'core/attempt-committed', 'core/stage-ended'])
/** The stage reads the stream of another stage, and that one ended early: the service that the stage calls has no part in it. */
const OF_SOURCES: ReadonlySet<unknown> = new Set(['core/stream-cut', 'core/stream-skipped', 'core/no-chunks'])
/** A child run failed. Its stages have circuits of their own, which count that. */
const OF_CHILDREN: ReadonlySet<unknown> = new Set(['core/pipeline-failed', 'core/guard-exhausted'])
const isOfChild = (output: FailOutput | RetryOutput): boolean =>
  (output.status === 'fail' && output.ofChild === true) || hasCode(output.error, OF_CHILDREN)

/** A retry inside the breaker gave up: its last error, the cause, says whether the service is down. */
const GIVEN_UP: ReadonlySet<unknown> = new Set(['retry/exhausted', 'retry/wait-too-long'])

/** How a call counts that ended with `output`. Throws only if `isFailure` throws, or returns something other than true or false. */
export function verdictOn(output: StageOutput, stage: StageInfo, isFailure: IsFailure | undefined): Verdict {
  switch (output.status) {
    case 'ok':
      return 'success'
    case 'skip':
    case 'cancel':
    case 'suspend':
      return 'neither'
    case 'fail':
    case 'retry': {
      const { error } = output
      if (hasCode(error, NOT_CALLED) || hasCode(error, OF_SOURCES)) return 'neither'
      if (isTimeout(error) && !isOfChild(output)) return 'failure'
      if (isFailure === undefined) return isOfChild(output) ? 'neither' : defaultVerdict(output, stage, error)
      return askedVerdict(isFailure(error))
    }
  }
}

function defaultVerdict(output: FailOutput | RetryOutput, stage: StageInfo, error: unknown): Verdict {
  // The service works: it was the stage that said no.
  if (isVerdict(stage, output) || (output.status === 'fail' && output.retryable === false)) return 'success'
  switch (classifyError(hasCode(error, GIVEN_UP) ? read(error, 'cause') : error)) {
    case 'transient':
      return 'failure'
    case 'unknown':
      return 'unknown'
    case 'permanent':
      // Only a status is an answer of the service. A refused input or a bug may come before it was called.
      return isAbort(error) || httpStatusOf(error) === undefined ? 'neither' : 'success'
  }
}

/** A promise is truthy, so it must not be read as a boolean: that would hide every success. */
function askedVerdict(answer: unknown): Verdict {
  if (typeof answer === 'boolean') return answer ? 'failure' : 'success'
  throw new TypeError(`it returned ${show(withoutRejection(answer))}`)
}

/** Returns what a function of the app returned. If that is a promise by mistake, its rejection must not end the process. */
export function withoutRejection<T>(returned: T): T {
  onRejection(returned, () => {})
  return returned
}

/** How a call counts that was aborted: a timeout is a failure, of an interceptor inside or outside. Other aborts say nothing. */
export const verdictOnAbort = (reason: unknown): Verdict => (isTimeout(reason) ? 'failure' : 'neither')

const isTimeout = (error: unknown): boolean => StageflowError.is(error, 'timeout/timed-out')
const hasCode = (error: unknown, codes: ReadonlySet<unknown>): boolean =>
  StageflowError.is(error) && codes.has(codeOf(error))
