import type { StageContext } from '@stageflow/core'
import type { StoreOperation } from '@stageflow/keyed-work'

import type { IdempotencyScope } from './key.ts'

/** How a call of a stage met its key. */
export type IdempotencyResult = 'executed' | 'hit' | 'shared' | 'no-key' | 'store-error'

/** The stage option `idempotency`. Pass `{}` to make a stage idempotent that isn't WORK. */
export interface IdempotencyStageOptions {
  /** Finds the key for this stage; undefined or null: the stage runs without a key. Default: as `idempotency({ key })` says. */
  readonly key?: (context: StageContext) => string | null | undefined
  /** What the work is done with. Another value under the same key fails with `idempotency/other-input`. Default: all that the caller of the run at the top gave, without ids and times. Not used for the name of a call of a durable run. */
  readonly parameters?: (context: StageContext) => unknown
  /** The callers that share a key of this stage. Default: as `idempotency({ scope })` says. */
  readonly scope?: IdempotencyScope
  /** How long the output is kept, in ms. Default: as `idempotency({ ttlMs })` says. */
  readonly ttlMs?: number
}

/** A failed operation of the store, in an event. */
export interface StoreFailedEvent {
  readonly key: string
  readonly operation: StoreOperation
  readonly code: string
  readonly message: string
  /** What follows for the stage: it fails, it runs without the store, or nothing. */
  readonly consequence: 'fail' | 'run' | 'none'
}

declare module '@stageflow/core' {
  interface SnapshotExtensions {
    /** The caller's name for a piece of work. Repeats of the key get the first output. */
    readonly idempotencyKey?: string
  }
  interface StageOptions {
    /** How the stage is made idempotent; false: it isn't. */
    readonly idempotency?: IdempotencyStageOptions | false
  }
  interface StageNotes {
    readonly idempotency?: { readonly result: IdempotencyResult; readonly key?: string }
  }
  interface EventMap {
    'idempotency.hit': { readonly key: string; readonly result: 'hit' | 'shared' }
    'idempotency.other_input': { readonly key: string }
    'idempotency.other_work': { readonly key: string }
    'idempotency.full': { readonly key: string; readonly message: string }
    'idempotency.lease_lost': { readonly key: string }
    'idempotency.not_stored': { readonly key: string; readonly message: string }
    'idempotency.store_failed': StoreFailedEvent
  }
}
