import type { StageContext } from '@stageflow/core'

/** How a call of a stage met its key. */
export type IdempotencyResult = 'executed' | 'hit' | 'shared' | 'no-key' | 'store-error'

/** The stage option `idempotency`; `{}` is enough to have it at a stage that is not WORK. */
export interface IdempotencyStageOptions {
  /** The key of the work, instead of what `idempotency({ key })` finds. Undefined, or null: the stage runs without. */
  readonly key?: (context: StageContext) => string | null | undefined
  /** What the work is done with: another value under the same key is `idempotency/parameter-mismatch`. Default: the stage's inputs, and the snapshot's text and messages. */
  readonly parameters?: (context: StageContext) => unknown
  /** How long the output is kept, in milliseconds. Default: that of `idempotency({ ttlMs })`. */
  readonly ttlMs?: number
}

/** What went wrong with the store, in an event. */
export interface StoreFailedEvent {
  readonly key: string
  readonly operation: 'claim' | 'renew' | 'complete' | 'release'
  readonly code: string
  readonly message: string
  /** What comes of it: the stage fails, runs all the same, or nothing that it could see. */
  readonly consequence: 'fail' | 'run' | 'none'
}

declare module '@stageflow/core' {
  interface SnapshotExtensions {
    /** The caller's name for a piece of work that is to be done once. */
    readonly idempotencyKey?: string
  }
  interface StageOptions {
    /** How the stage is made idempotent; false: not at all. */
    readonly idempotency?: IdempotencyStageOptions | false
  }
  interface StageNotes {
    readonly idempotency?: { readonly result: IdempotencyResult; readonly key?: string }
  }
  interface EventMap {
    'idempotency.hit': { readonly key: string; readonly result: 'hit' | 'shared' }
    'idempotency.parameter_mismatch': { readonly key: string }
    'idempotency.lease_lost': { readonly key: string }
    'idempotency.not_stored': { readonly key: string; readonly message: string }
    'idempotency.store_failed': StoreFailedEvent
  }
}
