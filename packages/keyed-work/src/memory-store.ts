import { type Clock, StageflowError, systemClock } from '@stageflow/core'
import {
  checkArgumentCount,
  checkOptions,
  CLOCK,
  type OptionRule,
  type OptionRules,
  or,
  whole,
} from '@stageflow/core/kit'

import type { Account } from './account.ts'
import { type Expiring, ExpiryQueue } from './expiry-queue.ts'
import type { Claim, ClaimAnswer, Completion, KeyedStore } from './keyed-store.ts'

export interface MemoryStoreOptions {
  /** Maximum size of all records together, in bytes: 2 for each character of a key, an owner and a result, and 1,024 for each record. A claim takes 4,096 more until its result is known. Default: 67,108,864 (64 MiB). */
  readonly maxBytes?: number
  /** The part of `maxBytes` that the records of one owner may take: a user, or a tenant without users. Records without an owner may take the whole. Default: 0.1. */
  readonly ownerShare?: number
  /** Measures leases and times to live. Default: the system's clock. */
  readonly clock?: Clock
}

const SHARE: OptionRule = [
  (value) => typeof value === 'number' && value > 0 && value <= 1,
  'a number above 0 and at most 1, such as 0.1',
]
const RULES: OptionRules<MemoryStoreOptions> = { maxBytes: or(whole(1), Infinity), ownerShare: SHARE, clock: CLOCK }

/** A store that answers synchronously. */
export interface MemoryStore extends KeyedStore {
  claim(key: string, claim: Claim, account?: Account): ClaimAnswer
  complete(key: string, completion: Completion, account?: Account): boolean
  release(key: string, token: string): void
  stats(): MemoryStoreStats
}

export interface MemoryStoreStats {
  readonly claims: number
  readonly results: number
  /** The size of all records that count, as `maxBytes` counts it. */
  readonly bytes: number
  /** How many claims and results were refused because the store, or the share of their owner, was full. */
  readonly refused: number
}

/** How much of the store an owner, or all of them together, take. */
interface Usage {
  bytes: number
  readonly maxBytes: number
}

interface MemoryRecord extends Expiring {
  readonly key: string
  readonly token: string
  readonly parameters: string
  /** Undefined: a claim. */
  readonly value: string | undefined
  readonly account: Account
  readonly bytes: number
}

const CLAIMED: ClaimAnswer = Object.freeze({ status: 'claimed' })
const NO_ACCOUNT: Account = Object.freeze({})

/** The most that a record takes beside its texts, as measured: its token, the hash of its parameters, and its places in the lists. */
const RECORD_BYTES = 1_024
/** Kept free for each claim, so that the reason why a result can't be stored always fits. */
const CLAIM_BYTES = 4_096

/**
 * Keeps records in the memory of this process: for apps of one process, and for tests. It never removes a record before its end. If it
 * is full, or the share of an owner is, it refuses that owner's new claims with `keyed-work/full`. Throws `keyed-work/illegal-option`.
 */
export function memoryStore(options: MemoryStoreOptions = {}): MemoryStore {
  checkArgumentCount(arguments.length, 1, 'memoryStore(options)', 'keyed-work/illegal-option')
  checkOptions('memoryStore()', 'keyed-work/illegal-option', options, RULES)
  const { maxBytes = 2 ** 26, ownerShare = 0.1, clock = systemClock } = options
  const maxOwnerBytes = maxBytes * ownerShare
  const records = new Map<string, MemoryRecord>()
  const ends = new ExpiryQueue<MemoryRecord>()
  const all: Usage = { bytes: 0, maxBytes }
  /** Only owners that have a record. */
  const byOwner = new Map<string, Usage>()
  let claims = 0
  let refused = 0

  function usageOf(owner: string): Usage {
    return byOwner.get(owner) ?? { bytes: 0, maxBytes: maxOwnerBytes }
  }

  function count(record: MemoryRecord, sign: 1 | -1): void {
    const { account, bytes, value } = record
    if (value === undefined) claims += sign
    if (account.uncounted === true) return
    all.bytes += sign * bytes
    const { owner } = account
    if (owner === undefined) return
    const usage = usageOf(owner)
    usage.bytes += sign * bytes
    if (usage.bytes === 0) byOwner.delete(owner)
    else byOwner.set(owner, usage)
  }

  /** Adds a record, or replaces that of its key. A `Map` is slow if a key is removed and added again. */
  function put(record: MemoryRecord): void {
    const before = records.get(record.key)
    if (before !== undefined) discount(before)
    records.set(record.key, record)
    ends.add(record)
    count(record, 1)
  }

  function remove(record: MemoryRecord): void {
    records.delete(record.key)
    discount(record)
  }

  function discount(record: MemoryRecord): void {
    ends.remove(record)
    count(record, -1)
  }

  function removeEnded(now: number): void {
    for (let { first } = ends; first !== undefined && first.expiresAt <= now; { first } = ends) remove(first)
  }

  /** Which bound leaves no room for so many more bytes; undefined if there is room. The share of the owner comes first. */
  function fullFor({ owner, uncounted }: Account, moreBytes: number): Usage | undefined {
    if (uncounted === true) return undefined
    const usages = owner === undefined ? [all] : [usageOf(owner), all]
    return usages.find((usage) => usage.bytes + moreBytes > usage.maxBytes)
  }

  function refusal(code: string, what: string, usage: Usage): StageflowError {
    refused++
    const isShare = usage !== all
    const whose = isShare ? `the share of its owner (ownerShare: ${ownerShare})` : 'the store (maxBytes)'
    const fix = isShare ? 'raise maxBytes or ownerShare' : 'raise maxBytes'
    return new StageflowError(
      code,
      `memoryStore(): there is no room for ${what}: ${Math.ceil(usage.bytes)} of ${Math.floor(usage.maxBytes)} bytes of ${whose} are taken, and no record is removed before its time to live ends. Shorten ttlMs, ${fix}, or use a store on disk.`,
    )
  }

  return {
    claim(key, { token, parameters, leaseMs }, account = NO_ACCOUNT) {
      const now = clock.now()
      removeEnded(now)
      const there = records.get(key)
      if (there?.value !== undefined) return { status: 'completed', parameters: there.parameters, value: there.value }
      if (there !== undefined && there.token !== token)
        return { status: 'running', parameters: there.parameters, leaseMs: there.expiresAt - now }
      const of = there?.account ?? account
      const bytes = there?.bytes ?? CLAIM_BYTES + sizeOf(key, of, '')
      const full = there === undefined ? fullFor(of, bytes) : undefined
      if (full !== undefined) throw refusal('keyed-work/full', 'a new key', full)
      put({ key, token, parameters, value: undefined, account: of, bytes, expiresAt: now + leaseMs, place: 0 })
      return CLAIMED
    },
    complete(key, { token, parameters, value, ttlMs }, account = NO_ACCOUNT) {
      const now = clock.now()
      removeEnded(now)
      const there = records.get(key)
      if (there !== undefined && there.token !== token) return false
      const of = there?.account ?? account
      const bytes = sizeOf(key, of, value)
      const full = bytes > maxBytes ? all : fullFor(of, bytes - (there?.bytes ?? 0))
      if (full !== undefined) throw refusal('keyed-work/too-large', `a result of ${value.length} characters`, full)
      put({ key, token, parameters, value, account: of, bytes, expiresAt: now + ttlMs, place: 0 })
      return true
    },
    release(key, token) {
      const there = records.get(key)
      if (there?.token === token && there.value === undefined) remove(there)
    },
    stats() {
      removeEnded(clock.now())
      return Object.freeze({ claims, results: records.size - claims, bytes: all.bytes, refused })
    },
  }
}

/** Two bytes for each character: JavaScript takes one or two. */
function sizeOf(key: string, { owner = '' }: Account, value: string): number {
  return RECORD_BYTES + 2 * (key.length + owner.length + value.length)
}
