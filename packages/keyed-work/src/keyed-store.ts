import type { Account } from './account.ts'

/**
 * Keeps claims and results, one record per key. Each operation is atomic.
 *
 * - A record is a claim until its lease ends, or a completion until its time to live ends. **Every operation treats a record
 *   past its end as missing**, whether or not it has been removed yet.
 * - A token names one execution. **Every operation can be repeated with the same token** and then returns the same, so a
 *   client may send a command again after a lost connection.
 * - The caller passes durations. The store measures them on its own clock: the server's, not the client's.
 * - An operation returns its answer or a native promise. It throws or rejects only if the store can't be used. `complete` also
 *   rejects a value that is too long for the store, with an error whose `code` ends in `/too-large`.
 * - **A record that has not ended is never removed to make room.** A store that bounds itself refuses to take a new key, with an error
 *   whose `code` ends in `/full`. `account` says who the key counts for. A store without bounds of its own ignores it.
 */
export interface KeyedStore {
  /**
   * The versions of core that it works with, as in its `peerDependencies`, such as `'^1.2.0 || ^2.0.0'`. What it is passed to refuses it in
   * another version (`core/plugin-version`). Default: any version.
   */
  readonly core?: string
  /**
   * Takes the key if it has no record, or if this token has the claim: that renews the lease, also for an owner that was late
   * but not replaced. Otherwise changes nothing and returns the record.
   */
  claim(key: string, claim: Claim, account?: Account): ClaimAnswer | Promise<ClaimAnswer>
  /**
   * Turns the record into a completion if it is missing or belongs to this token, and returns true. May be repeated with the
   * same token, and then returns the same: a repeat has the same completion. Changes nothing and returns false if another token
   * has the claim or the completion.
   */
  complete(key: string, completion: Completion, account?: Account): boolean | Promise<boolean>
  /** Removes the claim if this token has it. Leaves everything else, completions too. */
  release(key: string, token: string): void | Promise<void>
}

export interface Claim {
  /** Names one execution. Every execution has a new one. */
  readonly token: string
  /** A hash of what the work is done with: 64 hexadecimal digits. The store keeps it and never compares it. */
  readonly parameters: string
  /** How long the claim holds from now, in ms: a whole number from 1. */
  readonly leaseMs: number
}

export interface Completion {
  readonly token: string
  readonly parameters: string
  /** The result as a string of any length, without unpaired surrogates and NUL. The store never reads it. */
  readonly value: string
  /** How long the completion is kept from now, in ms: a whole number from 1. */
  readonly ttlMs: number
}

export type ClaimAnswer = Claimed | Running | Completed

/** The caller has the claim and does the work. */
export interface Claimed {
  readonly status: 'claimed'
}

/** Another token has the claim. */
export interface Running {
  readonly status: 'running'
  readonly parameters: string
  /** How long until its lease ends unless it is renewed, in ms; more than 0. */
  readonly leaseMs: number
}

/** The work was done, by any token. */
export interface Completed {
  readonly status: 'completed'
  readonly parameters: string
  readonly value: string
}
