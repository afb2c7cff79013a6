import { type Clock, StageflowError, systemClock } from '@stageflow/core'
import { LRUCache } from 'lru-cache'

import { checkOptions, whole } from './option-rules.ts'
import type { Claim, ClaimAnswer, Completion, IdempotencyStore } from './store.ts'

export interface MemoryStoreOptions {
  /** How many completions are kept; past it the one that was used longest ago goes, and its work can be done again. Default: 10,000. */
  readonly maxEntries?: number
  /** How many characters the completions' values may have together; past it as above. Default: 67,108,864 (128 MiB at most). */
  readonly maxCharacters?: number
  /** What leases and times to live are measured on. Default: the system's. */
  readonly clock?: Clock
}

/** A store that answers at once. */
export interface MemoryStore extends IdempotencyStore {
  claim(key: string, claim: Claim): ClaimAnswer
  complete(key: string, completion: Completion): boolean
  release(key: string, token: string): void
  /** How many claims and completions it holds. */
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
 * Keeps records in this process: for one process, and for tests. Bounded: completions by number and by size. Claims are
 * never evicted; there is one for each execution that is going on. Throws `idempotency/illegal-option`.
 */
export function memoryStore(options: MemoryStoreOptions = {}): MemoryStore {
  checkOptions('memoryStore', options, {
    maxEntries: whole(1),
    maxCharacters: whole(1),
    clock: [(value) => typeof (value as Clock | null)?.now === 'function', 'a clock with now()'],
  })
  const { maxEntries = 10_000, maxCharacters = 64 * 2 ** 20, clock = systemClock } = options
  const claims = new Map<string, Held>()
  const completions = new LRUCache<string, Kept>({
    max: maxEntries,
    maxSize: maxCharacters,
    // The key and the record around the value count too, so that empty values are not free.
    sizeCalculation: ({ value }, key) => value.length + key.length + RECORD_CHARACTERS,
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
  /** Claims whose owner never came back leave with later ones: the map is in the order of the last renewals. */
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
      const kept: Kept = { token, parameters, value, expiresAt: now + ttlMs }
      if (value.length + key.length + RECORD_CHARACTERS > maxCharacters)
        throw new StageflowError(
          'idempotency/value-too-large',
          `memoryStore: an output takes ${value.length} characters and maxCharacters is ${maxCharacters}: it cannot be kept. Raise maxCharacters, or let the stage return less.`,
        )
      completions.set(key, kept)
      claims.delete(key)
      return true
    },
    release(key, token) {
      if (claims.get(key)?.token === token) claims.delete(key)
    },
  }
}

const RECORD_CHARACTERS = 128
