import { type FailOutput, type InterceptorContext, type RunStage, StageOutput, StageflowError } from '@stageflow/core'
import { codeOf, show, textOf } from '@stageflow/core/kit'

import { placeOf } from './key.ts'
import type { IdempotencyResult, StoreFailedEvent } from './merged-types.ts'

/** One call of a stage with a key. */
export interface Call {
  readonly context: InterceptorContext
  readonly next: RunStage
  /** The name of the work in the store. */
  readonly id: string
  /** The caller's own name for the work. */
  readonly key: string
  /** The hash of what the work is done with. */
  readonly parameters: string
  readonly ttlMs: number
}

export function note({ context, key }: Call, result: IdempotencyResult): void {
  context.note('idempotency', { result, key })
}

export function failure(
  call: Call,
  code: string,
  message: string,
  more: { readonly cause?: unknown; readonly retryable?: boolean; readonly data?: object } = {},
): FailOutput {
  const error = new StageflowError(
    code,
    `${placeOf(call.context)}, idempotency key ${show(call.key)}: ${message}`,
    more.cause === undefined ? undefined : { cause: more.cause },
  )
  const { retryable, data } = more
  return StageOutput.fail(error, {
    ...(retryable === undefined ? undefined : { retryable }),
    ...(data === undefined ? undefined : { data }),
  })
}

export function mismatch(call: Call, parameters: string): FailOutput {
  call.context.tryEmitEvent('idempotency.parameter_mismatch', { key: call.key })
  return failure(
    call,
    'idempotency/parameter-mismatch',
    `the key was used with other parameters (hash ${parameters.slice(0, 8)}…, now ${call.parameters.slice(0, 8)}…). Use a new key for new work. If the difference does not matter, say what to compare: idempotency: { parameters: (context) => … }.`,
  )
}

export function storeFailed(
  { context, key }: Call,
  operation: StoreFailedEvent['operation'],
  cause: unknown,
  consequence: StoreFailedEvent['consequence'],
): void {
  context.tryEmitEvent('idempotency.store_failed', {
    key,
    operation,
    code: codeOf(cause) ?? 'idempotency/store-unavailable',
    message: textOf(cause),
    consequence,
  })
}
