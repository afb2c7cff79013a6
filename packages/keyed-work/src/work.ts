import type { Clock } from '@stageflow/core'

import type { Account } from './account.ts'
import type { KeyedStore } from './keyed-store.ts'

/** The options of `keyedWork()`. */
export interface KeyedWorkOptions<Result> {
  /** Keeps claims and results. */
  readonly store: KeyedStore
  /** How long a claim holds unless it is renewed, in ms. Renewed three times per lease. */
  readonly leaseMs: number
  /** Maximum time to wait for another execution with the same key, in ms. Infinity: as long as its caller waits. */
  readonly waitMs: number
  /** Maximum time per operation of the store, in ms. */
  readonly storeTimeoutMs: number
  /** If the store fails before the work: don't do the work (`fail`), or do it without a claim (`run`). With `run`, a result that can't be stored counts as stored. Default: `'fail'`. */
  readonly onStoreError?: 'fail' | 'run'
  /** The pauses before each further try to store a result, in ms. Default: `[100, 400, 1600]`. */
  readonly storeRetryMs?: readonly number[]
  /** The result as a string without unpaired surrogates and NUL. Throws, with the reason, if `fromText` would not return an equal result. */
  readonly toText: (result: Result) => string
  /** The result that the text was made from. Throws if another version wrote the text. */
  readonly fromText: (text: string) => Result
}

/** One call of a piece of work. `Result`: what done work returns. `Failure`: what other work returns. */
export interface WorkRequest<Result, Failure = Result> {
  /** Names the work in the store: at most 256 characters, or a hash. */
  readonly key: string
  /** A hash of what the work is done with: 64 hexadecimal digits. */
  readonly parameters: string
  /** How long the result is kept, in ms. */
  readonly ttlMs: number
  /** Names this execution. A call that goes on with the claim of a process that died passes the same one again. Default: a new one. */
  readonly token?: string | undefined
  /** Who the record counts for, in a store that is bounded. Default: it has no owner, and may take the whole store. */
  readonly account?: Account
  /** Who waits for the answer. `signal` ends every wait of this call: for the store, and for other executions. */
  readonly caller: { readonly clock: Clock; readonly signal: AbortSignal }
  /**
   * Makes a signal that aborts when nothing in this process looks after the work any more. Called when the work begins. Until then its
   * lease is renewed while its code runs, and only this signal ends the wait for the result to be stored. Afterwards the claim ends
   * with its lease, and calls that wait ask the store. Without it, the lease is renewed until `work` returns, and the signal of the
   * caller ends that wait.
   */
  readonly over?: () => AbortSignal
  readonly work: (claim: WorkClaim) => Worked<Result, Failure> | Promise<Worked<Result, Failure>>
  /** Called for each failure of the store. */
  readonly storeFailed?: (operation: StoreOperation, cause: unknown) => void
}

export type StoreOperation = 'claim' | 'renew' | 'complete' | 'release'

/** The claim that the work is done under. */
export interface WorkClaim {
  readonly token: string
  /** Whether the store has the claim. False if the store failed, and the work is done in spite of that. */
  readonly isHeld: boolean
  /** Calls the listener if another execution has taken the work over. Stop working then: the result will not be stored. */
  readonly onLost: (listener: () => void) => void
}

/** How the work ended. */
export type Worked<Result, Failure = Result> = Done<Result> | NotDone<Failure>

/** The work is done. Its result is stored, and no other execution follows. */
export interface Done<Result> {
  readonly keep: true
  readonly result: Result
}

/** The work isn't done, so its key becomes free for another execution. */
export interface NotDone<Failure> {
  readonly keep: false
  readonly result: Failure
  /** Calls that wait get this result too, and so do new ones until the key is free. Default: a call that waits does the work again. */
  readonly share?: boolean
  /** Whether to release the claim. False: it ends with its lease. Pass a promise if code of the work still runs: the key stays taken until it resolves. Default: true. */
  readonly release?: boolean | Promise<boolean>
}

/** How a call of a piece of work ended. */
export type Ending<Result, Failure = Result> =
  /** This call did the work. `freed` resolves when its claim has been released, or is left to its lease. */
  | { readonly status: 'executed'; readonly result: Result | Failure; readonly freed: Promise<void> }
  /** Another call of this process did the work meanwhile. */
  | { readonly status: 'shared'; readonly result: Result | Failure }
  /** The work was done before, or in another process. */
  | { readonly status: 'hit'; readonly result: Result }
  /** The key was used with other parameters: this hash. */
  | { readonly status: 'other-input'; readonly parameters: string }
  /** Another execution still ran after `waitMs`. */
  | { readonly status: 'in-progress' }
  /** The store, or the share of the record's owner, is full. The work was not done. */
  | { readonly status: 'full'; readonly cause: unknown }
  /** The store failed before the work, which was not done. */
  | { readonly status: 'unavailable'; readonly cause: unknown }
  /** This call did the work, and another execution took it over meanwhile. The result of that one counts. */
  | { readonly status: 'lease-lost'; readonly result: Result }
  | Unstorable<Result>
  | NotRecorded<Result>
  /** The work was done, and its record can't be read: another version or program wrote it. */
  | { readonly status: 'unreadable'; readonly cause: unknown }

/** The work was done, and its result can't be stored. Later calls end in the same way. */
export interface Unstorable<Result> {
  /** `not-json`: `toText` threw. `too-large`: the store refused the text, because it is too long. */
  readonly status: 'not-json' | 'too-large'
  /** Who did the work: this call, another one of this process meanwhile, or one before or in another process. */
  readonly by: 'executed' | 'shared' | 'hit'
  readonly reason: string
  readonly cause?: unknown
  /** The result, unless it was another process or another time. */
  readonly result?: Result
}

/** The work was done, and the store failed when the result was stored. After the lease it can be done again. */
export interface NotRecorded<Result> {
  readonly status: 'not-recorded'
  /** Who did the work: this call, or another one of this process meanwhile. */
  readonly by: 'executed' | 'shared'
  readonly cause: unknown
  readonly result: Result
}
