import { type Clock, StageflowError, systemClock } from '@stageflow/core'
import { CLOCK, type OptionRules, checkOptions } from '@stageflow/core/kit'

import { BoundedMap, BOUNDS } from './bounded-map.ts'
import type { Claim, ClaimAnswer, Completion, KeyedStore } from './keyed-store.ts'

export interface MemoryStoreOptions {
  /** Maximum number of results. If the store is full, it evicts the one that was used longest ago, and its work can be done again. Default: 10,000. */
  readonly maxEntries?: number
  /** Maximum length of all results together, in characters; evicts in the same way. Default: 67,108,864 (at most 128 MiB). */
  readonly maxLength?: number
  /** Measures leases and times to live. Default: the system's clock. */
  readonly clock?: Clock
}

const RULES: OptionRules<MemoryStoreOptions> = { ...BOUNDS, clock: CLOCK }

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
}

const CLAIMED: ClaimAnswer = Object.freeze({ status: 'claimed' })

/**
 * Keeps records in the memory of this process: for apps of one process, and for tests. Results are bounded by number and length.
 * Claims are never evicted: there is one per running execution. Throws `keyed-work/illegal-option`.
 */
export function memoryStore(options: MemoryStoreOptions = {}): MemoryStore {
  checkOptions('memoryStore()', 'keyed-work/illegal-option', options, RULES)
  const { maxEntries = 10_000, maxLength = 2 ** 26, clock = systemClock } = options
  /** In the order of their last renewals. */
  const claims = new Map<string, Held>()
  /** In the order of their last use. */
  const results = new BoundedMap<Kept>({ maxEntries, maxLength })
  let evicted = 0

  /** Adds a result. If there is no room, it evicts those that were used longest ago. */
  function addResult(key: string, kept: Kept): void {
    const length = key.length + kept.value.length
    results.delete(key)
    const before = results.size
    results.makeRoom(length, () => true)
    evicted += before - results.size
    results.set(key, kept, length)
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
      const kept = recordIn(results, key, now)
      if (kept !== undefined) {
        results.touch(key)
        return { status: 'completed', parameters: kept.parameters, value: kept.value }
      }
      const held = recordIn(claims, key, now)
      if (held !== undefined && held.token !== token)
        return { status: 'running', parameters: held.parameters, leaseMs: held.expiresAt - now }
      removeEndedClaims(now)
      claims.delete(key)
      claims.set(key, { token, parameters, expiresAt: now + leaseMs })
      return CLAIMED
    },
    complete(key, { token, parameters, value, ttlMs }) {
      const now = clock.now()
      const there = recordIn(results, key, now) ?? recordIn(claims, key, now)
      if (there !== undefined && there.token !== token) return false
      if (!results.canHold(key.length + value.length))
        throw new StageflowError(
          'keyed-work/too-large',
          `memoryStore(): a result has ${value.length} characters, and maxLength is ${maxLength} for all results together. Return a reference to large data, or raise maxLength.`,
        )
      claims.delete(key)
      addResult(key, { token, parameters, value, expiresAt: now + ttlMs })
      return true
    },
    release(key, token) {
      if (claims.get(key)?.token === token) claims.delete(key)
    },
    stats: () => Object.freeze({ claims: claims.size, results: results.size, length: results.length, evicted }),
  }
}

interface Records<Entry> {
  get(key: string): Entry | undefined
  delete(key: string): unknown
}

/** The record of a key. One past its end counts as missing, and is removed. */
function recordIn<Entry extends Held>(records: Records<Entry>, key: string, now: number): Entry | undefined {
  const record = records.get(key)
  if (record === undefined || record.expiresAt > now) return record
  records.delete(key)
  return undefined
}
