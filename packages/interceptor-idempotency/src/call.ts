import { type InterceptorContext, type RunStage, StageOutput, StageflowError } from '@stageflow/core'
import type { FailOutput } from '@stageflow/core'

import type { IdempotencyResult, StoreFailedEvent } from './merged-types.ts'
import { printed } from './option-rules.ts'

/** One call of a stage under a key. */
export interface Call {
  readonly context: InterceptorContext
  readonly next: RunStage
  /** The name of the work in the store. */
  readonly id: string
  /** The caller's own name for it. */
  readonly key: string
  /** The fingerprint of what it is done with. */
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
  const { stage } = call.context
  const error = new StageflowError(
    code,
    `Stage "${stage.name}" of pipeline "${stage.pipeline.name}", idempotency key ${printed(call.key)}: ${message}`,
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
    `the key was used with other parameters (fingerprint ${parameters.slice(0, 8)}…, now ${call.parameters.slice(0, 8)}…). Give new work a new key; where the difference does not matter, name what does with the stage option idempotency: { parameters }.`,
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

/** What a store threw is read with care: it may be anything, and reading it must not end the process. */
export function textOf(thrown: unknown): string {
  try {
    return thrown instanceof Error ? String(thrown.message || thrown.name) : printed(thrown)
  } catch {
    return 'an error that cannot be read'
  }
}

export function codeOf(thrown: unknown): string | undefined {
  try {
    const { code } = (typeof thrown === 'object' && thrown !== null ? thrown : {}) as { readonly code?: unknown }
    return typeof code === 'string' ? code : undefined
  } catch {
    return undefined
  }
}
