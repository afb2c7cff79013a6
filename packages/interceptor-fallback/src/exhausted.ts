import { StageOutput, StageflowError } from '@stageflow/core'
import type { InterceptorContext } from '@stageflow/core'
import { textOf } from '@stageflow/core/kit'
import type { Failed } from './verdict.ts'

/** A way that failed, and how. */
export interface WayFailure {
  readonly way: string
  readonly output: Failed
}

/** The output of a stage whose ways have all failed. It keeps the last error as its cause, and the data of that failure. */
export function exhausted({ stage }: InterceptorContext, failures: readonly WayFailure[]): StageOutput {
  const last = (failures.at(-1) as WayFailure).output
  const list = failures.map(({ way, output }) => `"${way}": ${shortTextOf(output.error)}`).join('; ')
  const message = `Stage "${stage.name}" of pipeline "${stage.pipeline.name}" failed each of its ${failures.length} ways. Repair one of them, or add another one to its fallback.ways. ${list}`
  const error = new StageflowError('fallback/exhausted', message, { cause: last.error })
  // If all circuits are open, a retry at once is in vain.
  const retryable = failures.some(({ output }) => !StageflowError.is(output.error, 'circuit-breaker/open'))
  const data = last.status === 'fail' ? last.data : undefined
  return StageOutput.fail(error, data === undefined ? { retryable } : { retryable, data: data as object })
}

const LONGEST_TEXT = 160

function shortTextOf(error: unknown): string {
  const line = textOf(error).replaceAll(/\s+/g, ' ')
  return line.length > LONGEST_TEXT ? `${line.slice(0, LONGEST_TEXT - 1)}…` : line
}
