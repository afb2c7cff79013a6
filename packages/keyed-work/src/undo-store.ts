/**
 * Keeps the calls that can be undone, in the order in which they were added, whatever process added them. Each operation is atomic.
 *
 * - An entry can be claimed until its `ttlMs` are over. **Every operation treats an entry past its `retentionMs` as missing**, whether or
 *   not it has been removed yet.
 * - **Every operation can be repeated with the same arguments**, so a client may send a command again after a lost connection.
 * - The caller passes durations. The store measures them on its own clock: the server's, not the client's.
 * - An operation throws or rejects only if the store can't be used.
 */
export interface UndoStore {
  /**
   * The versions of core that it works with, as in its `peerDependencies`, such as `'^1.2.0 || ^2.0.0'`. What it is passed to refuses it in
   * another version (`core/plugin-version`). Default: any version.
   */
  readonly core?: string
  /** Whether its entries are still there after a restart. If not, finding none of a run doesn't mean that there were none. */
  readonly outlivesProcess: boolean
  /** Adds an entry behind all others, unless its id has one. If it throws, the call is reported as one that cannot be undone. */
  add(entry: UndoEntry): void | Promise<void>
  /** Finds the entries that match every given field, the oldest first: also expired ones, and ones that are claimed. */
  find(query: UndoQuery): readonly StoredUndo[] | Promise<readonly StoredUndo[]>
  /** Takes an entry that has no claim, or one whose lease is over, or renews the lease of its own token. Otherwise it changes nothing. */
  claim(id: string, claim: UndoClaimRequest): UndoClaimAnswer | Promise<UndoClaimAnswer>
  /** Removes the claim of this token. Changes nothing else. */
  release(id: string, token: string): void | Promise<void>
  /** Removes the entry, if its claim is that of this token: also after its lease, if no other token has taken it. */
  remove(id: string, token: string): void | Promise<void>
}

/** A call that can be undone. */
export interface UndoEntry {
  /** Unique: two calls may have the same `callId`. */
  readonly id: string
  /** The run of the call, if it has one: at most 256 characters, like `callId`. */
  readonly run: string | undefined
  readonly callId: string
  /** The call, as a string without unpaired surrogates and NUL. Only the executor reads it. */
  readonly call: string
  /** How long it can be undone from now, in ms: a whole number from 0. */
  readonly ttlMs: number
  /** How long it is kept after that, in ms: a whole number from 1. */
  readonly retentionMs: number
}

/** An entry as a store returns it. */
export interface StoredUndo extends Omit<UndoEntry, 'ttlMs' | 'retentionMs'> {
  /** How long it can still be undone, in ms: 0 if that time is over. */
  readonly leftMs: number
}

/** Which entries to find: at least one of the two. */
export interface UndoQuery {
  readonly run?: string
  readonly callId?: string
}

export interface UndoClaimRequest {
  readonly token: string
  /** How long the claim holds unless it is renewed, in ms: a whole number from 1. */
  readonly leaseMs: number
}

/** `claimed`: it is yours, `taken`: another token has it, `expired`: its `ttlMs` are over, `missing`: there is no such entry. */
export type UndoClaimAnswer =
  | { readonly status: 'claimed' | 'expired' | 'missing' }
  | { readonly status: 'taken'; readonly leaseMs: number }
