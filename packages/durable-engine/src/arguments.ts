import { StageflowError } from '@stageflow/core'
import { TEXT, checkWait, show } from '@stageflow/core/kit'

const LONGEST_ID = 512

/** Throws `durable-engine/illegal-option` for what can't be the id of a run. `method`: who was given it, such as `run()`. */
export function checkRunId(method: string, runId: unknown): asserts runId is string {
  // Journals write all unpaired surrogates alike, or cut a text at its first NUL, so two ids would become one.
  if (
    typeof runId === 'string' &&
    runId !== '' &&
    runId.length <= LONGEST_ID &&
    !/[\p{Surrogate}\p{Control}]/u.test(runId)
  )
    return
  throw new StageflowError(
    'durable-engine/illegal-option',
    `${method} was given the runId ${show(runId)}; pass a string of 1 to ${LONGEST_ID} characters without control characters, such as the id of an order.`,
  )
}

/** Throws `durable-engine/illegal-option` if a run can't be cancelled for this reason. */
export function checkReason(reason: unknown): asserts reason is string {
  if (TEXT[0](reason)) return
  throw new StageflowError(
    'durable-engine/illegal-option',
    `cancel() was given the reason ${show(reason)}; pass ${TEXT[1]}, such as 'the order was withdrawn'.`,
  )
}

/** Throws `durable-engine/illegal-option` unless these are names of stages. */
export function checkAgain(again: unknown): asserts again is readonly string[] {
  if (Array.isArray(again) && again.every((name) => typeof name === 'string')) return
  throw new StageflowError(
    'durable-engine/illegal-option',
    `retryFailed() was given again: ${show(again)}; pass the names of the stages that run again, such as ['report'].`,
  )
}

/** Throws `durable-engine/illegal-option` for what can't name a part of the app. */
export function checkName(name: unknown): asserts name is string {
  if (TEXT[0](name)) return
  throw new StageflowError(
    'durable-engine/illegal-option',
    `as() was given the name ${show(name)}; pass ${TEXT[1]} that says which part of the app acts, such as 'month end'.`,
  )
}

/** Throws `durable-engine/illegal-option`. */
export function checkCloseOptions(options: unknown): void {
  checkWait('close()', 'durable-engine/illegal-option', options)
}
