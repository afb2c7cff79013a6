import { type FailOutput, type OkOutput, StageOutput, StageflowError } from '@stageflow/core'
import { show, textOf } from '@stageflow/core/kit'

import type { Call } from './call.ts'
import { placeOf } from './key.ts'

// How a stage fails that has a key. Each message says what happened with the work.

export function otherInput(call: Call): FailOutput {
  call.context.tryEmitEvent('idempotency.other_input', { key: call.key })
  return failure(
    call,
    'idempotency/other-input',
    'the key was used with another input, so the stage did not run. Use a new key for new work. Compared is all that the caller of the run gave but its ids and times. If the difference does not matter, say what to compare: idempotency: { parameters: (context) => … }.',
  )
}

export function otherWork(call: Call): FailOutput {
  call.context.tryEmitEvent('idempotency.other_work', { key: call.key })
  return failure(
    call,
    'idempotency/other-work',
    'the key was used by another stage with this name, in a pipeline with this name: its kind or its dependencies were different. If they are two pipelines, give each its own name. If a deploy changed the stage, use a new key once it is clear that the work was not done.',
  )
}

export function full(call: Call, cause: unknown): FailOutput {
  call.context.tryEmitEvent('idempotency.full', { key: call.key, message: textOf(cause) })
  return failure(
    call,
    'idempotency/full',
    `the store has no room for another key, so the stage did not run: ${textOf(cause).replace(/\.$/, '')}. Keys that were given before keep their outputs.`,
    { cause, retryable: true },
  )
}

export function inProgress(call: Call, waitMs: number): FailOutput {
  return failure(
    call,
    'idempotency/in-progress',
    `another execution with this key still runs after ${waitMs} ms, so the stage did not run. Try again later with the same key. If the work takes longer, raise idempotency({ waitMs }).`,
    { retryable: true },
  )
}

export function unavailable(call: Call, cause: unknown): FailOutput {
  return failure(
    call,
    'idempotency/unavailable',
    `the store failed, so the stage did not run: ${textOf(cause).replace(/\.$/, '')}. Repair the store and try again. To run stages without the store meanwhile, pass idempotency({ onStoreError: 'run' }).`,
    { cause, retryable: true },
  )
}

export function leaseLost(call: Call): FailOutput {
  call.context.tryEmitEvent('idempotency.lease_lost', { key: call.key })
  return failure(
    call,
    'idempotency/lease-lost',
    'its lease ended while it ran, and another execution took the work over. The output of this one is not used. Find out what blocked this process, or raise idempotency({ leaseMs }).',
  )
}

/** `output`: that of the work, if this call did it. Its data is in the failure. */
export function tooLarge(call: Call, reason: string, output: OkOutput | undefined): FailOutput {
  return failure(
    call,
    'idempotency/too-large',
    `the work was done, but its output is too large to be stored: ${reason.replace(/\.$/, '')}. Repeats of this key fail too, and do not do the work again. To run the stage without a key, pass idempotency: false.`,
    { output },
  )
}

/** `output`: that of the work, if this call did it. Its data is in the failure. */
export function notJson(call: Call, reason: string, output: OkOutput | undefined): FailOutput {
  return failure(
    call,
    'idempotency/not-json',
    `the work was done, but its output cannot be stored: ${reason}. Repeats of this key fail too, and do not do the work again. Return plain data, or pass idempotency: false.`,
    { output },
  )
}

export function notRecorded(call: Call, leaseMs: number, cause: unknown, output: OkOutput): FailOutput {
  return failure(
    call,
    'idempotency/not-recorded',
    `the work was done, but the store failed when its output was recorded: ${textOf(cause)}. The output is in the data of this failure. The claim holds for at most ${leaseMs} ms; after that, a call with this key does the work again.`,
    { cause, output },
  )
}

export function unreadable(call: Call, cause: unknown): FailOutput {
  return failure(
    call,
    'idempotency/unreadable-entry',
    `the work was done, but its record in the store cannot be read: ${textOf(cause)}. Another version or program wrote it. Remove the record if the work may be done again.`,
    { cause },
  )
}

interface Details {
  readonly cause?: unknown
  readonly retryable?: boolean
  readonly output?: OkOutput | undefined
}

function failure(call: Call, code: string, message: string, { cause, retryable, output }: Details = {}): FailOutput {
  const error = new StageflowError(
    code,
    `${placeOf(call.context)}, idempotency key ${show(call.key)}: ${message}`,
    cause === undefined ? undefined : { cause },
  )
  return StageOutput.fail(error, {
    ...(retryable === undefined ? undefined : { retryable }),
    ...(output === undefined ? undefined : { data: output.data as object }),
  })
}
