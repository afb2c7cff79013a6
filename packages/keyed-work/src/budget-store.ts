/**
 * Counts what is spent, by key, in windows of time. Each operation is atomic.
 *
 * - The window of a key begins with its first reservation, and ends `windowMs` later. Later reservations don't move its end. **Every operation
 *   treats a window that has ended as missing**, with everything in it.
 * - **Every operation can be repeated with the same arguments** before the next one of its token, so a client may send a command again after a
 *   lost connection.
 * - Amounts are whole numbers from 0 to `Number.MAX_SAFE_INTEGER`, and so are their sums.
 * - The caller passes durations. The store measures them on its own clock: the server's, not the client's.
 * - An operation throws or rejects only if the store can't be used.
 */
export interface BudgetStore {
  /**
   * The versions of core that it works with, as in its `peerDependencies`, such as `'^1.2.0 || ^2.0.0'`. What it is passed to refuses it in
   * another version (`core/plugin-version`). Default: any version.
   */
  readonly core?: string
  /**
   * Sets the amount that a token holds, if everything that is settled and held in the window is then at most `most`. Otherwise it changes
   * nothing. A token that holds an amount already gets the new one instead.
   */
  reserve(key: string, reservation: BudgetReservation): ReserveAnswer | Promise<ReserveAnswer>
  /** Counts an amount instead of the one that the token holds, also above the limit. Does nothing if the token holds none. */
  settle(key: string, settlement: BudgetSettlement): void | Promise<void>
}

export interface BudgetReservation {
  /** Whose reservation it is, such as one call: a string without unpaired surrogates and NUL, of 1 to 256 characters, like the key. */
  readonly token: string
  readonly amount: number
  /** The most that may be settled and held in the window. */
  readonly most: number
  /** How long a window lasts that begins now, in ms: a whole number from 1. */
  readonly windowMs: number
}

export interface BudgetSettlement {
  readonly token: string
  readonly amount: number
}

/**
 * If it is refused, `left` is what the token could hold, and `resetsInMs` is how long the window still lasts, in ms. That is 0 if no window has
 * begun: then the amount is above `most`.
 */
export type ReserveAnswer =
  | { readonly status: 'reserved' }
  | { readonly status: 'refused'; readonly left: number; readonly resetsInMs: number }
