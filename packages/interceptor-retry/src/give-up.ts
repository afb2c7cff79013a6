import { StageOutput, StageflowError } from '@stageflow/core'
import type { InterceptorContext } from '@stageflow/core'
import type { Failed } from './verdict.ts'

/** The calls of one stage that failed, and the delays between them. */
export interface History {
  readonly errors: unknown[]
  readonly delaysMs: number[]
}

/** The failure of a stage that is not called again: it has the last error as its cause, and is as retryable as that was. */
export function exhausted(context: InterceptorContext, last: Failed, history: History, why: string): StageOutput {
  const { errors, delaysMs } = history
  context.note('retry', { delaysMs: [...delaysMs], exhausted: true })
  const { stage } = context
  const times = errors.length === 1 ? 'once' : `${errors.length} times`
  const error = new StageflowError(
    'retry/exhausted',
    `Stage "${stage.name}" of pipeline "${stage.pipeline.name}" failed ${times} and is not called again: ${why}. ${told(history)}`,
    { cause: last.error },
  )
  const data = last.status === 'fail' ? last.data : undefined
  return StageOutput.fail(error, { retryable: true, ...(data === undefined ? undefined : { data: data as object }) })
}

const MOST_TOLD = 10

function told({ errors, delaysMs }: History): string {
  const calls = errors.map((error, index) => {
    const delayMs = delaysMs[index - 1]
    return `(${index + 1}) ${delayMs === undefined ? '' : `after ${delayMs} ms: `}${textOf(error)}`
  })
  // Of many calls the first and the last say most.
  const shown = calls.length > MOST_TOLD ? [calls[0], '…', ...calls.slice(1 - MOST_TOLD)] : calls
  return shown.join('; ')
}

const LONGEST_TEXT = 160

function textOf(error: unknown): string {
  const line = messageOf(error).replaceAll(/\s+/g, ' ')
  return line.length > LONGEST_TEXT ? `${line.slice(0, LONGEST_TEXT - 1)}…` : line
}

/** A client may throw anything, such as an error whose message is an object, or cannot be read. */
function messageOf(error: unknown): string {
  try {
    return String(error instanceof Error ? error.message || error.name : error)
  } catch {
    return 'an error that cannot be read'
  }
}
