import type { InterceptorContext, RunStage } from '@stageflow/core'

import type { IdempotencyResult } from './merged-types.ts'

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
