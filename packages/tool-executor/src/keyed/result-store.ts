import { type Clock, StageflowError, systemClock } from '@stageflow/core'
import { checkOptions, CLOCK, type OptionRules, or, whole } from '@stageflow/core/kit'

/**
 * Keeps who does the work of an idempotency key, and what came of it. It is the store contract of
 * `@stageflow/interceptor-idempotency`, so the Redis, PostgreSQL and SQLite stores fit, and several processes can share one.
 */
export interface ToolResultStore {
  /** Takes the key, or renews the lease of its own token. Otherwise it changes nothing and returns what is there. */
  claim(
    key: string,
    claim: { readonly token: string; readonly parameters: string; readonly leaseMs: number },
  ): ToolClaimAnswer | Promise<ToolClaimAnswer>
  /** Stores the value if the key is free or its own token's, and returns whether it did. */
  complete(
    key: string,
    completion: {
      readonly token: string
      readonly parameters: string
      readonly value: string
      readonly ttlMs: number
    },
  ): boolean | Promise<boolean>
  /** Removes the claim of this token. Changes nothing else. */
  release(key: string, token: string): void | Promise<void>
}

/** `claimed`: the work is yours. `running`: another token has it. `completed`: it is done. */
export type ToolClaimAnswer =
  | { readonly status: 'claimed' }
  | { readonly status: 'running'; readonly parameters: string; readonly leaseMs: number }
  | { readonly status: 'completed'; readonly parameters: string; readonly value: string }

/** The options of `memoryResultStore()`. */
export interface MemoryResultStoreOptions {
  /** Maximum number of entries. Default: 10,000. */
  readonly maxEntries?: number
  /** Maximum size of all entries together, in characters. Default: 67,108,864 (64 Mi). */
  readonly maxLength?: number
  /** Measures leases and times to live. Default: the system's. */
  readonly clock?: Clock
}

interface Entry {
  readonly token: string
  readonly parameters: string
  /** Undefined for a claim. */
  readonly value: string | undefined
  readonly expiresAt: number
  readonly length: number
}

const OPTIONS: OptionRules<MemoryResultStoreOptions> = {
  maxEntries: or(whole(1), Infinity),
  maxLength: or(whole(1), Infinity),
  clock: CLOCK,
}

/** What an entry takes besides its key and value. */
const ENTRY_LENGTH = 128

/**
 * A store in this process's memory. Past its bounds it forgets the result that was used longest ago, whose work can then be done
 * again. It never forgets the claim of a call that is running.
 */
export function memoryResultStore(options: MemoryResultStoreOptions = {}): ToolResultStore {
  checkOptions('memoryResultStore()', 'tool-executor/illegal-option', options, OPTIONS)
  const { maxEntries = 10_000, maxLength = 2 ** 26, clock = systemClock } = options
  /** Claims in the order of their renewal, results in the order of their last use. */
  const claims = new Map<string, Entry>()
  const results = new Map<string, Entry>()
  let total = 0

  const drop = (key: string): void => {
    total -= results.get(key)?.length ?? 0
    results.delete(key)
  }
  const entryOf = (key: string, now: number): Entry | undefined => {
    const entry = results.get(key) ?? claims.get(key)
    if (entry === undefined || entry.expiresAt > now) return entry
    drop(key)
    claims.delete(key)
    return undefined
  }
  /** Removes claims whose owner never came back. */
  const purge = (now: number): void => {
    for (const [key, { expiresAt }] of claims) {
      if (expiresAt > now) return
      claims.delete(key)
    }
  }
  // Kept, so that it goes on where it was: a new iterator would walk over everything that was removed before, each time.
  let oldest = results.keys()
  const dropOldest = (): void => {
    let next = oldest.next()
    if (next.done === true) next = (oldest = results.keys()).next()
    drop(next.value as string)
  }

  return {
    claim(key, { token, parameters, leaseMs }) {
      const now = clock.now()
      const there = entryOf(key, now)
      if (there?.value !== undefined) {
        results.delete(key)
        results.set(key, there)
        return { status: 'completed', parameters: there.parameters, value: there.value }
      }
      if (there !== undefined && there.token !== token)
        return { status: 'running', parameters: there.parameters, leaseMs: there.expiresAt - now }
      purge(now)
      claims.delete(key)
      claims.set(key, { token, parameters, value: undefined, expiresAt: now + leaseMs, length: 0 })
      return { status: 'claimed' }
    },
    complete(key, { token, parameters, value, ttlMs }) {
      const now = clock.now()
      const there = entryOf(key, now)
      if (there !== undefined && there.token !== token) return false
      const length = key.length + value.length + ENTRY_LENGTH
      if (length > maxLength)
        throw new StageflowError(
          'tool-executor/value-too-large',
          `memoryResultStore() cannot keep a result of ${value.length} characters: maxLength is ${maxLength} for all of them. Raise maxLength, or return less.`,
        )
      drop(key)
      claims.delete(key)
      results.set(key, { token, parameters, value, expiresAt: now + ttlMs, length })
      total += length
      while (results.size > maxEntries || total > maxLength) dropOldest()
      return true
    },
    release(key, token) {
      if (claims.get(key)?.token === token) claims.delete(key)
    },
  }
}
