import { type Clock, StageflowError, systemClock } from '@stageflow/core'
import { CLOCK, type OptionRules, checkOptions, whole } from '@stageflow/core/kit'
import { LRUCache } from 'lru-cache'

import type { Claim, ClaimAnswer, Completion, IdempotencyStore } from './store.ts'

export interface MemoryStoreOptions {
  /** Maximum number of outputs. If it is full, the one that was used longest ago is evicted, and its work can be done again. Default: 10,000. */
  readonly maxEntries?: number
  /** Maximum length of all outputs together, in characters; evicts in the same way. Default: 67,108,864 (at most 128 MiB). */
  readonly maxLength?: number
  /** Measures leases and times to live. Default: the system's clock. */
  readonly clock?: Clock
}

const RULES: OptionRules<MemoryStoreOptions> = { maxEntries: whole(1), maxLength: whole(1), clock: CLOCK }

/** A store that answers synchronously. */
export interface MemoryStore extends IdempotencyStore {
  claim(key: string, claim: Claim): ClaimAnswer
  complete(key: string, completion: Completion): boolean
  release(key: string, token: string): void
  /** The number of claims and outputs in the store. */
  readonly size: number
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
 * Keeps records in the memory of this process: for apps of one process, and for tests. Outputs are bounded by number and length.
 * Claims are never evicted: there is one per running execution. Throws `idempotency/illegal-option`.
 */
export function memoryStore(options: MemoryStoreOptions = {}): MemoryStore {
  checkOptions('memoryStore()', 'idempotency/illegal-option', options, RULES)
  const { maxEntries = 10_000, maxLength = 64 * 2 ** 20, clock = systemClock } = options
  const claims = new Map<string, Held>()
  const completions = new LRUCache<string, Kept>({
    max: maxEntries,
    maxSize: maxLength,
    sizeCalculation: ({ value }, key) => lengthOf(key, value),
  })

  function claimOn(key: string, now: number): Held | undefined {
    const held = claims.get(key)
    if (held === undefined || held.expiresAt > now) return held
    claims.delete(key)
    return undefined
  }
  function completionOn(key: string, now: number): Kept | undefined {
    const kept = completions.get(key)
    if (kept === undefined || kept.expiresAt > now) return kept
    completions.delete(key)
    return undefined
  }
  /** Removes claims whose lease has ended. The map is in the order of their last renewals. */
  function purge(now: number): void {
    for (const [key, { expiresAt }] of claims) {
      if (expiresAt > now) return
      claims.delete(key)
    }
  }

  return {
    get size() {
      return claims.size + completions.size
    },
    claim(key, { token, parameters, leaseMs }) {
      const now = clock.now()
      const kept = completionOn(key, now)
      if (kept !== undefined) return { status: 'completed', parameters: kept.parameters, value: kept.value }
      const held = claimOn(key, now)
      if (held !== undefined && held.token !== token)
        return { status: 'running', parameters: held.parameters, leaseMs: held.expiresAt - now }
      purge(now)
      claims.delete(key)
      claims.set(key, { token, parameters, expiresAt: now + leaseMs })
      return CLAIMED
    },
    complete(key, { token, parameters, value, ttlMs }) {
      const now = clock.now()
      const there = completionOn(key, now) ?? claimOn(key, now)
      if (there !== undefined && there.token !== token) return false
      if (lengthOf(key, value) > maxLength)
        throw new StageflowError(
          'idempotency/value-too-large',
          `memoryStore(): the output of a stage has ${value.length} characters, and maxLength is ${maxLength} for all outputs together. Return a reference to large data, or raise maxLength.`,
        )
      completions.set(key, { token, parameters, value, expiresAt: now + ttlMs })
      claims.delete(key)
      return true
    },
    release(key, token) {
      if (claims.get(key)?.token === token) claims.delete(key)
    },
  }
}

/** The key and the record count too, so that empty values are not free. */
const lengthOf = (key: string, value: string): number => value.length + key.length + 128
