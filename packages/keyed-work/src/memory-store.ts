import { type Clock, StageflowError, systemClock } from '@stageflow/core'
import { CLOCK, type OptionRules, checkOptions, or, whole } from '@stageflow/core/kit'

import type { Claim, ClaimAnswer, Completion, KeyedStore } from './keyed-store.ts'
import { RecentlyUsed } from './recently-used.ts'

export interface MemoryStoreOptions {
  /** Maximum number of results. If the store is full, it evicts the one that was used longest ago, and its work can be done again. Default: 10,000. */
  readonly maxEntries?: number
  /** Maximum length of all results together, in characters; evicts in the same way. Default: 67,108,864 (at most 128 MiB). */
  readonly maxLength?: number
  /** Measures leases and times to live. Default: the system's clock. */
  readonly clock?: Clock
}

const RULES: OptionRules<MemoryStoreOptions> = {
  maxEntries: or(whole(1), Infinity),
  maxLength: or(whole(1), Infinity),
  clock: CLOCK,
}

/** A store that answers synchronously. */
export interface MemoryStore extends KeyedStore {
  claim(key: string, claim: Claim): ClaimAnswer
  complete(key: string, completion: Completion): boolean
  release(key: string, token: string): void
  stats(): MemoryStoreStats
}

export interface MemoryStoreStats {
  /** The claims in the store. It removes one whose lease has ended as soon as a later claim is made. */
  readonly claims: number
  /** The results in the store, including those past their time to live that nothing has asked for since. */
  readonly results: number
  /** The length of all results together, in characters, as `maxLength` counts it. */
  readonly length: number
  /** How many results were evicted because the store was full. */
  readonly evicted: number
}

interface Held {
  readonly token: string
  readonly parameters: string
  readonly expiresAt: number
}
interface Kept extends Held {
  readonly value: string
  readonly length: number
}

const CLAIMED: ClaimAnswer = Object.freeze({ status: 'claimed' })
/** What a result takes besides its key and value, so that empty values are not free. */
const ENTRY_LENGTH = 128

/**
 * Keeps records in the memory of this process: for apps of one process, and for tests. Results are bounded by number and length.
 * Claims are never evicted: there is one per running execution. Throws `keyed-work/illegal-option`.
 */
export function memoryStore(options: MemoryStoreOptions = {}): MemoryStore {
  checkOptions('memoryStore()', 'keyed-work/illegal-option', options, RULES)
  const { maxEntries = 10_000, maxLength = 2 ** 26, clock = systemClock } = options
  /** In the order of their last renewals. */
  const claims = new Map<string, Held>()
  const results = new RecentlyUsed<Kept>()
  let length = 0
  let evicted = 0

  function claimOf(key: string, now: number): Held | undefined {
    const held = claims.get(key)
    if (held === undefined || held.expiresAt > now) return held
    claims.delete(key)
    return undefined
  }

  function resultOf(key: string, now: number): Kept | undefined {
    const kept = results.peek(key)
    if (kept === undefined || kept.expiresAt > now) return kept
    removeResult(key)
    return undefined
  }

  function removeResult(key: string): void {
    length -= results.delete(key)?.length ?? 0
  }

  function evictOldest(): void {
    length -= results.deleteOldest()?.length ?? 0
    evicted++
  }

  /** Removes the claims of owners that never came back. */
  function removeEndedClaims(now: number): void {
    for (const [key, { expiresAt }] of claims) {
      if (expiresAt > now) return
      claims.delete(key)
    }
  }

  return {
    claim(key, { token, parameters, leaseMs }) {
      const now = clock.now()
      const kept = resultOf(key, now)
      if (kept !== undefined) {
        results.touch(key)
        return { status: 'completed', parameters: kept.parameters, value: kept.value }
      }
      const held = claimOf(key, now)
      if (held !== undefined && held.token !== token)
        return { status: 'running', parameters: held.parameters, leaseMs: held.expiresAt - now }
      removeEndedClaims(now)
      claims.delete(key)
      claims.set(key, { token, parameters, expiresAt: now + leaseMs })
      return CLAIMED
    },
    complete(key, { token, parameters, value, ttlMs }) {
      const now = clock.now()
      const there = resultOf(key, now) ?? claimOf(key, now)
      if (there !== undefined && there.token !== token) return false
      const added = key.length + value.length + ENTRY_LENGTH
      if (added > maxLength)
        throw new StageflowError(
          'keyed-work/too-large',
          `memoryStore(): a result has ${value.length} characters, and maxLength is ${maxLength} for all results together. Return a reference to large data, or raise maxLength.`,
        )
      removeResult(key)
      claims.delete(key)
      results.set(key, { token, parameters, value, expiresAt: now + ttlMs, length: added })
      length += added
      while (results.size > maxEntries || length > maxLength) evictOldest()
      return true
    },
    release(key, token) {
      if (claims.get(key)?.token === token) claims.delete(key)
    },
    stats: () => Object.freeze({ claims: claims.size, results: results.size, length, evicted }),
  }
}
