/**
 * Where idempotency keeps who does a piece of work and what came of it. Three atomic operations on one record a key.
 *
 * - A record is a claim, until its lease ends, or a completion, until its time to live ends. **A record past its end is
 *   as if it were not there**, in every operation, whether or not it has been purged yet.
 * - A token names one execution. **Every operation may be repeated with the same token** and then answers the same, so
 *   that a client that sends a command again after a lost connection does no harm.
 * - Durations come in; the store measures them on its own clock (a server's, not that of its clients).
 * - An operation answers at once or with a native promise. It throws or rejects only when the store cannot be used; and
 *   `complete`, with an error whose `code` ends in `/value-too-large`, for a value that is longer than it keeps.
 */
export interface IdempotencyStore {
  /**
   * Takes the key, if there is no record of it or the claim on it is this token's own (which renews its lease, and gives
   * it back to an owner that was late but not replaced). Otherwise changes nothing and says what is there.
   */
  claim(key: string, claim: Claim): ClaimAnswer | Promise<ClaimAnswer>
  /**
   * Makes the record a completion, if there is no record or it is this token's own; true then, and from then on for this
   * token. False, and nothing is changed, when the key is another token's: its claim or its completion.
   */
  complete(key: string, completion: Completion): boolean | Promise<boolean>
  /** Removes the claim, if it is this token's own; anything else, a completion too, stays as it is. */
  release(key: string, token: string): void | Promise<void>
}

export interface Claim {
  /** Names one execution; made anew for each, so equal tokens are the same owner. */
  readonly token: string
  /** The fingerprint of what the work is done with: 64 hexadecimal digits. The store keeps it, and never compares it. */
  readonly parameters: string
  /** How long the claim holds from now, in milliseconds: a whole number, at least 1. */
  readonly leaseMs: number
}

export interface Completion {
  readonly token: string
  readonly parameters: string
  /** Text; what it means is the interceptor's affair. Any length, any character but unpaired surrogates and NUL. */
  readonly value: string
  /** How long the completion is kept from now, in milliseconds: a whole number, at least 1. */
  readonly ttlMs: number
}

export type ClaimAnswer = Claimed | Running | Completed

/** The work is the caller's to do. */
export interface Claimed {
  readonly status: 'claimed'
}

/** Another token has the claim. */
export interface Running {
  readonly status: 'running'
  readonly parameters: string
  /** Milliseconds until its lease ends, unless it is renewed; more than 0. */
  readonly leaseMs: number
}

/** The work was done, by whatever token: what it gave. */
export interface Completed {
  readonly status: 'completed'
  readonly parameters: string
  readonly value: string
}
