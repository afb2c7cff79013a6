import type { Clock } from '@stageflow/core'

import type { Account, ClaimAnswer, KeyedStore } from '../src/index.ts'

/** A broken store, and the case that fails first for it, or why no case does. */
export type KeyedStoreMutant = {
  readonly name: string
  /** What it does wrong. */
  readonly does: string
  readonly make: (clock: Clock) => KeyedStore
} & (
  | {
      readonly caughtBy: string
      /** The other cases that fail; `every other`: any of them may. */
      readonly alsoCaughtBy?: readonly string[] | 'every other'
      readonly notOurs?: undefined
    }
  | { readonly caughtBy?: undefined; readonly alsoCaughtBy?: undefined; readonly notOurs: string }
)

const RANDOM = 'random sequences of operations keep every rule'
const FREE = 'a free key is claimed, and so is one whose record has been released or has ended'
const KEEPS_OUT = 'a claim keeps other tokens out, and its parameters and remaining lease are returned'
const TAKES_OVER = 'another token takes over a claim whose lease has ended, and the old owner can change nothing'
const OVERWRITES = 'another token overwrites neither a claim nor a completion'
const FIFTY_CLAIMS = 'one of fifty simultaneous claims gets the key'
const FIFTY_TAKE_OVER = 'one of fifty simultaneous claims takes over after a lease'
const FIFTY_COMPLETE = 'one of fifty simultaneous completions of a key without a record is kept'
const RELEASES = 'only the owner can release, only a claim, and any number of times'
const TTL_ENDS = 'a completion ends with its time to live, however long the lease was'
const LARGE = 'a value of any length is returned unchanged, or refused'
const MONTHS = 'a record lasts for months'
const MILLISECONDS = 'a record lasts to the millisecond'
const SHRINKS = 'the remaining lease shrinks'
const CROWD = 'a record is kept however many others there are'

interface Entry {
  readonly token: string
  readonly parameters: string
  readonly value: string | undefined
  readonly endsAt: number
}
/** `there`: the record of the key. `past`: one that has ended. */
interface Found {
  readonly there: Entry | undefined
  readonly past: Entry | undefined
}

/** The decisions of a store that keeps every rule. Each broken store has another one. */
export const SOUND = {
  keyOf: (key: string, _account?: Account): string => key,
  kept: (value: string): string => value,
  isOver: ({ endsAt }: Entry, now: number): boolean => endsAt <= now,
  mayClaim: ({ there }: Found, token: string): boolean =>
    there === undefined || (there.value === undefined && there.token === token),
  claimAnswer: (_found: Found): ClaimAnswer => ({ status: 'claimed' }),
  leaseEnd: (_found: Found, end: number): number => end,
  leftMs: (leaseMs: number): number => leaseMs,
  mayComplete: ({ there }: Found, token: string): boolean => there === undefined || there.token === token,
  ttlEnd: (_found: Found, end: number): number => end,
  mayRelease: ({ there }: Found, token: string): boolean => there?.token === token && there.value === undefined,
  alsoReleased: (_key: string, _token: string, _entries: Map<string, Entry>): void => {},
  /** Waits between looking and writing. */
  pauses: (_found: Found, _operation: 'claim' | 'complete'): boolean => false,
  /** How many records it keeps. */
  mostEntries: Infinity,
}
export type Decisions = typeof SOUND

export function mapStore(clock: Clock, changes: Partial<Decisions>): KeyedStore {
  const decide = { ...SOUND, ...changes }
  const entries = new Map<string, Entry>()
  function find(key: string): Found {
    const entry = entries.get(key)
    const isOver = entry !== undefined && decide.isOver(entry, clock.now())
    return { there: isOver ? undefined : entry, past: isOver ? entry : undefined }
  }
  const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
  return {
    async claim(given, { token, parameters, leaseMs }, account): Promise<ClaimAnswer> {
      const key = decide.keyOf(given, account)
      const found = find(key)
      if (decide.mayClaim(found, token)) {
        if (decide.pauses(found, 'claim')) await turn()
        const endsAt = decide.leaseEnd(found, clock.now() + leaseMs)
        entries.set(key, { token, parameters, value: undefined, endsAt })
        if (entries.size > decide.mostEntries) entries.delete(entries.keys().next().value as string)
        return decide.claimAnswer(found)
      }
      const { parameters: kept, value, endsAt } = (found.there ?? found.past) as Entry
      if (value !== undefined) return { status: 'completed', parameters: kept, value }
      return { status: 'running', parameters: kept, leaseMs: decide.leftMs(endsAt - clock.now()) }
    },
    async complete(given, { token, parameters, value, ttlMs }, account) {
      const key = decide.keyOf(given, account)
      const found = find(key)
      if (!decide.mayComplete(found, token)) return false
      if (decide.pauses(found, 'complete')) await turn()
      const endsAt = decide.ttlEnd(found, clock.now() + ttlMs)
      entries.set(key, { token, parameters, value: decide.kept(value), endsAt })
      return true
    },
    release(given, token) {
      const key = decide.keyOf(given)
      if (decide.mayRelease(find(key), token)) entries.delete(key)
      decide.alsoReleased(key, token, entries)
    },
  }
}

/** A store that differs from a sound one in these decisions. */
const unlike =
  (changes: Partial<Decisions>) =>
  (clock: Clock): KeyedStore =>
    mapStore(clock, changes)

/** A store that keeps other leases and times to live than it was given. */
const changingTimes =
  (change: (ms: number) => number) =>
  (clock: Clock): KeyedStore => {
    const store = mapStore(clock, {})
    return {
      ...store,
      claim: (key, claim, account) => store.claim(key, { ...claim, leaseMs: change(claim.leaseMs) }, account),
      complete: (key, completion) => store.complete(key, { ...completion, ttlMs: change(completion.ttlMs) }),
    }
  }

export const mutants: readonly KeyedStoreMutant[] = [
  {
    name: 'never-releases',
    does: 'never releases',
    caughtBy: FREE,
    alsoCaughtBy: [RANDOM],
    make: unlike({ mayRelease: () => false }),
  },
  {
    name: 'endless-lease',
    does: 'never lets a lease end',
    caughtBy: FREE,
    alsoCaughtBy: [TAKES_OVER, FIFTY_TAKE_OVER, RANDOM],
    make: unlike({ isOver: ({ value, endsAt }, now) => value !== undefined && endsAt <= now }),
  },
  {
    name: 'lease-of-nothing',
    does: 'does not return the rest of a lease',
    caughtBy: KEEPS_OUT,
    alsoCaughtBy: [MONTHS, SHRINKS, RANDOM],
    make: unlike({ leftMs: () => 0 }),
  },
  {
    name: 'double-lease',
    does: 'returns more than the lease',
    caughtBy: KEEPS_OUT,
    alsoCaughtBy: [MONTHS],
    make: unlike({ leftMs: (left) => left * 2 }),
  },
  {
    name: 'owner-is-running',
    does: 'tells the owner that its own claim is running',
    caughtBy: 'the owner can claim again',
    alsoCaughtBy: [RANDOM],
    make: unlike({
      claimAnswer: ({ there }) =>
        there === undefined ? { status: 'claimed' } : { status: 'running', parameters: there.parameters, leaseMs: 1 },
    }),
  },
  {
    name: 'lease-not-renewed',
    does: 'does not renew a lease',
    caughtBy: 'claiming again renews the lease',
    alsoCaughtBy: [RANDOM],
    make: unlike({ leaseEnd: ({ there }, end) => there?.endsAt ?? end }),
  },
  {
    name: 'stale-release',
    does: 'lets the owner before release the claim of the next one',
    caughtBy: TAKES_OVER,
    alsoCaughtBy: [RELEASES, RANDOM],
    make: unlike({ mayRelease: ({ there }) => there !== undefined && there.value === undefined }),
  },
  {
    name: 'late-owner-cannot-claim',
    does: 'refuses an owner that claims late',
    caughtBy: 'an owner that is late but not replaced gets its claim back',
    alsoCaughtBy: [RANDOM],
    make: unlike({ mayClaim: (found, token) => SOUND.mayClaim(found, token) && found.past?.token !== token }),
  },
  {
    name: 'late-owner-cannot-complete',
    does: 'refuses an owner that completes late',
    caughtBy: 'an owner that is late but not replaced can complete',
    alsoCaughtBy: [RANDOM],
    make: unlike({ mayComplete: (found, token) => SOUND.mayComplete(found, token) && found.past?.token !== token }),
  },
  {
    name: 'completion-claimed',
    does: 'lets an owner claim what it has completed',
    caughtBy: 'every token gets the completion, its owner too',
    alsoCaughtBy: [RANDOM],
    make: unlike({ mayClaim: ({ there }, token) => there === undefined || there.token === token }),
  },
  {
    name: 'completes-once',
    does: 'refuses a second completion by the same token',
    caughtBy: 'complete may be repeated with the same token, and then returns the same',
    alsoCaughtBy: [RANDOM],
    make: unlike({
      mayComplete: (found, token) => SOUND.mayComplete(found, token) && found.there?.value === undefined,
    }),
  },
  {
    name: 'any-token-completes',
    does: 'lets any token complete',
    caughtBy: TAKES_OVER,
    alsoCaughtBy: [OVERWRITES, FIFTY_COMPLETE, RANDOM],
    make: unlike({ mayComplete: () => true }),
  },
  {
    name: 'completion-replaced',
    does: 'lets any token replace a completion',
    caughtBy: OVERWRITES,
    alsoCaughtBy: [FIFTY_COMPLETE, RANDOM],
    make: unlike({
      mayComplete: (found, token) => SOUND.mayComplete(found, token) || found.there?.value !== undefined,
    }),
  },
  {
    name: 'completes-only-claims',
    does: 'needs a record to complete',
    caughtBy: 'a completion of a key without a record is kept',
    alsoCaughtBy: [MILLISECONDS, FIFTY_COMPLETE, RANDOM],
    make: unlike({
      mayComplete: ({ there, past }, token) =>
        (there ?? past) !== undefined && SOUND.mayComplete({ there, past }, token),
    }),
  },
  {
    name: 'ends-with-lease',
    does: 'forgets a completion when the lease ends',
    caughtBy: 'a completion outlives the lease of its claim',
    make: unlike({ ttlEnd: ({ there }, end) => Math.min(there?.endsAt ?? end, end) }),
  },
  {
    name: 'ends-after-lease',
    does: 'keeps a completion as long as the lease',
    caughtBy: 'a completion ends with its time to live, however long the lease was',
    make: unlike({ ttlEnd: ({ there }, end) => Math.max(there?.endsAt ?? end, end) }),
  },
  {
    name: 'releases-completions',
    does: 'releases completions',
    caughtBy: RELEASES,
    alsoCaughtBy: [RANDOM],
    make: unlike({ mayRelease: ({ there }, token) => there?.token === token }),
  },
  {
    name: 'folds-case',
    does: 'ignores the case of letters',
    caughtBy: 'similar keys are different keys',
    make: unlike({ keyOf: (key) => key.toLowerCase() }),
  },
  {
    name: 'cuts-keys',
    does: 'cuts keys',
    caughtBy: 'a key can have 256 characters of any alphabet',
    make: unlike({ keyOf: (key) => key.slice(0, 255) }),
  },
  {
    name: 'trims-values',
    does: 'trims values',
    caughtBy: 'a value is returned unchanged',
    make: unlike({ kept: (value) => value.trim() }),
  },
  {
    name: 'claim-race',
    does: 'looks first and claims later',
    caughtBy: FIFTY_CLAIMS,
    make: unlike({ pauses: ({ past }, operation) => operation === 'claim' && past === undefined }),
  },
  {
    name: 'take-over-race',
    does: 'looks first and takes over later',
    caughtBy: FIFTY_TAKE_OVER,
    make: unlike({ pauses: ({ past }, operation) => operation === 'claim' && past !== undefined }),
  },
  {
    name: 'completion-race',
    does: 'looks first and completes later',
    caughtBy: FIFTY_COMPLETE,
    make: unlike({ pauses: (_, operation) => operation === 'complete' }),
  },
  {
    name: 'releases-all',
    does: 'releases all claims of a token',
    caughtBy: RANDOM,
    make: unlike({
      alsoReleased: (_, token, entries) => {
        for (const [key, entry] of entries) if (entry.token === token && entry.value === undefined) entries.delete(key)
      },
    }),
  },
  ...(['claim', 'complete', 'release'] as const).map((operation) => ({
    name: `${operation}-never-settles`,
    does: `returns a promise from ${operation}() that never settles`,
    ...(operation === 'complete'
      ? { caughtBy: TAKES_OVER, alsoCaughtBy: 'every other' as const }
      : { caughtBy: FREE, alsoCaughtBy: 'every other' as const }),
    make: (clock: Clock) => ({ ...mapStore(clock, {}), [operation]: () => new Promise<never>(() => {}) }),
  })),
  {
    name: 'timer-of-32-bits',
    does: 'removes a record by a timer, which fires at once for a time of more than 24 days',
    caughtBy: MONTHS,
    make: (clock) => {
      const store = mapStore(clock, {})
      const removed = new Set<string>()
      const removeLater = (key: string, ms: number): void => {
        removed.delete(key)
        if (ms > 2 ** 31 - 1) setTimeout(() => removed.add(key), ms).unref()
      }
      return {
        ...store,
        claim: (key, claim) => (removed.has(key) ? { status: 'claimed' } : store.claim(key, claim)),
        complete: (key, completion) => {
          removeLater(key, completion.ttlMs)
          return store.complete(key, completion)
        },
      }
    },
  },
  {
    name: 'time-of-32-bits',
    does: 'keeps times as numbers of 32 bits without a sign',
    caughtBy: MONTHS,
    make: changingTimes((ms) => ms >>> 0 || 1),
  },
  {
    name: 'signed-time-of-32-bits',
    does: 'keeps times as numbers of 32 bits with a sign',
    caughtBy: MONTHS,
    make: changingTimes((ms) => ms | 0),
  },
  {
    name: 'at-most-24-days',
    does: 'ends a longer time after 24 days',
    notOurs: 'A store on its own clock cannot be tested for days. Test it on a clock that your test moves.',
    make: changingTimes((ms) => Math.min(ms, 2 ** 31 - 1)),
  },
  {
    name: 'whole-seconds',
    does: 'cuts times to whole seconds',
    caughtBy: MILLISECONDS,
    alsoCaughtBy: [RANDOM],
    make: changingTimes((ms) => Math.floor(ms / 1_000) * 1_000),
  },
  {
    name: 'rounded-seconds',
    does: 'rounds times to seconds',
    caughtBy: MILLISECONDS,
    alsoCaughtBy: [RANDOM],
    make: changingTimes((ms) => Math.round(ms / 1_000) * 1_000),
  },
  {
    name: 'next-second',
    does: 'rounds times up to the next second',
    caughtBy: FREE,
    alsoCaughtBy: [TAKES_OVER, TTL_ENDS, MONTHS, FIFTY_TAKE_OVER, RANDOM],
    make: changingTimes((ms) => Math.ceil(ms / 1_000) * 1_000),
  },
  ...[2 ** 20, 4 * 2 ** 20].map((most) => ({
    name: `cuts-values-at-${most / 2 ** 20}-MiB`,
    does: `cuts a value to ${most} characters`,
    caughtBy: LARGE,
    make: unlike({ kept: (value) => value.slice(0, most) }),
  })),
  {
    name: 'cuts-values-of-bytes',
    does: 'cuts a value to a mebibyte of UTF-8',
    caughtBy: LARGE,
    make: unlike({
      kept: (value) =>
        Buffer.from(value)
          .subarray(0, 2 ** 20)
          .toString(),
    }),
  },
  {
    name: 'cuts-values-at-16-MiB',
    does: 'cuts a value to 16 MiB',
    notOurs: 'The longest value of the suite has 5 MiB.',
    make: unlike({ kept: (value) => value.slice(0, 2 ** 24) }),
  },
  {
    name: 'whole-lease',
    does: 'returns the lease that was given as the one that is left',
    caughtBy: SHRINKS,
    make: (clock) => {
      const store = mapStore(clock, {})
      const leases = new Map<string, number>()
      return {
        ...store,
        async claim(key, claim) {
          const answer = await store.claim(key, claim)
          if (answer.status === 'claimed') leases.set(key, claim.leaseMs)
          return answer.status === 'running' ? { ...answer, leaseMs: leases.get(key) ?? 1 } : answer
        },
      }
    },
  },
  {
    name: 'record-per-owner',
    does: 'keeps a record for each owner',
    caughtBy: 'a key has one record, whatever owner it counts for',
    make: unlike({ keyOf: (key, account) => key + (account?.owner ?? '') }),
  },
  {
    name: 'completions-above-1000',
    does: 'evicts the oldest completion once there are more than 1,000',
    caughtBy: CROWD,
    make: (clock) => {
      const store = mapStore(clock, {})
      const completed: string[] = []
      const gone = new Set<string>()
      return {
        ...store,
        claim: (key, claim) => (gone.has(key) ? { status: 'claimed' } : store.claim(key, claim)),
        complete: (key, completion) => {
          if (completed.push(key) > 1_000) gone.add(completed.shift() as string)
          return store.complete(key, completion)
        },
      }
    },
  },
  ...[1_000, 5_000, 10_000].map((most) => ({
    name: `claims-above-${most}`,
    does: `evicts the oldest claim once there are more than ${most}`,
    caughtBy: CROWD,
    make: unlike({ mostEntries: most }),
  })),
  {
    name: 'claims-above-20000',
    does: 'evicts the oldest claim once there are more than 20,000',
    notOurs: 'The suite makes 11,000 claims at most. Give the store under test a smaller limit.',
    make: unlike({ mostEntries: 20_000 }),
  },
]
