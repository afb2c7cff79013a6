import { StageflowError, type Clock } from '@stageflow/core'
import { manualClock } from '@stageflow/testing'
import { describe, expect, test } from 'vitest'

import { testWrongCalls } from '../../test/wrong-calls.ts'
import type { Account } from '../account.ts'
import type { ClaimAnswer, KeyedStore } from '../keyed-store.ts'
import { keyedStoreContract } from './keyed-store-contract.ts'

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
const SOUND = {
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
}
type Decisions = typeof SOUND

function mapStore(clock: Clock, changes: Partial<Decisions>): KeyedStore {
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

const contractOf = (changes: Partial<Decisions>) =>
  keyedStoreContract(() => {
    const clock = manualClock()
    return { store: mapStore(clock, changes), advance: (ms) => clock.advance(ms) }
  })

describe('a store that keeps every rule passes', () => {
  for (const { name, run } of contractOf({})) test(name, run)
})

test('a store may keep the first of two completions of one token, which are the same', async () => {
  const contract = contractOf({ ttlEnd: ({ there }, end) => (there?.value === undefined ? end : there.endsAt) })
  for (const { run } of contract) await run()
})

const RANDOM = 'random sequences of operations keep every rule'
const FREE = 'a free key is claimed, and so is one whose record has been released or has ended'
const KEEPS_OUT = 'a claim keeps other tokens out, and its parameters and remaining lease are returned'
const TAKES_OVER = 'another token takes over a claim whose lease has ended, and the old owner can change nothing'
const OVERWRITES = 'another token overwrites neither a claim nor a completion'
const FIFTY_CLAIMS = 'one of fifty simultaneous claims gets the key'
const FIFTY_TAKE_OVER = 'one of fifty simultaneous claims takes over after a lease'
const FIFTY_COMPLETE = 'one of fifty simultaneous completions of a key without a record is kept'
const RELEASES = 'only the owner can release, only a claim, and any number of times'

/** Stores with one fault each, and the cases that it breaks: one, others that the rule is a part of, and random sequences. */
const twins: readonly (readonly [fault: string, breaks: readonly string[], changes: Partial<Decisions>])[] = [
  ['never releases', [FREE, RANDOM], { mayRelease: () => false }],
  [
    'never lets a lease end',
    [FREE, TAKES_OVER, FIFTY_TAKE_OVER, RANDOM],
    { isOver: ({ value, endsAt }, now) => value !== undefined && endsAt <= now },
  ],
  [
    'keeps a record for each owner',
    ['a key has one record, whatever owner it counts for'],
    { keyOf: (key, account) => key + (account?.owner ?? '') },
  ],
  ['does not return the rest of a lease', [KEEPS_OUT, RANDOM], { leftMs: () => 0 }],
  ['returns more than the lease', [KEEPS_OUT], { leftMs: (left) => left * 2 }],
  [
    'tells the owner that its own claim is running',
    ['the owner can claim again', RANDOM],
    {
      claimAnswer: ({ there }) =>
        there === undefined ? { status: 'claimed' } : { status: 'running', parameters: there.parameters, leaseMs: 1 },
    },
  ],
  [
    'does not renew a lease',
    ['claiming again renews the lease', RANDOM],
    { leaseEnd: ({ there }, end) => there?.endsAt ?? end },
  ],
  [
    'lets the owner before release the claim of the next one',
    [TAKES_OVER, RELEASES, RANDOM],
    { mayRelease: ({ there }) => there !== undefined && there.value === undefined },
  ],
  [
    'refuses an owner that claims late',
    ['an owner that is late but not replaced gets its claim back', RANDOM],
    { mayClaim: (found, token) => SOUND.mayClaim(found, token) && found.past?.token !== token },
  ],
  [
    'refuses an owner that completes late',
    ['an owner that is late but not replaced can complete', RANDOM],
    { mayComplete: (found, token) => SOUND.mayComplete(found, token) && found.past?.token !== token },
  ],
  [
    'lets an owner claim what it has completed',
    ['every token gets the completion, its owner too', RANDOM],
    { mayClaim: ({ there }, token) => there === undefined || there.token === token },
  ],
  [
    'refuses a second completion by the same token',
    ['complete may be repeated with the same token, and then returns the same', RANDOM],
    { mayComplete: (found, token) => SOUND.mayComplete(found, token) && found.there?.value === undefined },
  ],
  ['lets any token complete', [TAKES_OVER, OVERWRITES, FIFTY_COMPLETE, RANDOM], { mayComplete: () => true }],
  [
    'lets any token replace a completion',
    [OVERWRITES, FIFTY_COMPLETE, RANDOM],
    { mayComplete: (found, token) => SOUND.mayComplete(found, token) || found.there?.value !== undefined },
  ],
  [
    'needs a record to complete',
    ['a completion of a key without a record is kept', FIFTY_COMPLETE, RANDOM],
    {
      mayComplete: ({ there, past }, token) =>
        (there ?? past) !== undefined && SOUND.mayComplete({ there, past }, token),
    },
  ],
  [
    'forgets a completion when the lease ends',
    ['a completion outlives the lease of its claim'],
    { ttlEnd: ({ there }, end) => Math.min(there?.endsAt ?? end, end) },
  ],
  [
    'keeps a completion as long as the lease',
    ['a completion ends with its time to live, however long the lease was'],
    { ttlEnd: ({ there }, end) => Math.max(there?.endsAt ?? end, end) },
  ],
  ['releases completions', [RELEASES, RANDOM], { mayRelease: ({ there }, token) => there?.token === token }],
  ['ignores the case of letters', ['similar keys are different keys'], { keyOf: (key) => key.toLowerCase() }],
  ['cuts keys', ['a key can have 256 characters of any alphabet'], { keyOf: (key) => key.slice(0, 255) }],
  ['trims values', ['a value is returned unchanged'], { kept: (value) => value.trim() }],
  [
    'looks first and claims later',
    [FIFTY_CLAIMS],
    { pauses: ({ past }, operation) => operation === 'claim' && past === undefined },
  ],
  [
    'looks first and takes over later',
    [FIFTY_TAKE_OVER],
    { pauses: ({ past }, operation) => operation === 'claim' && past !== undefined },
  ],
  ['looks first and completes later', [FIFTY_COMPLETE], { pauses: (_, operation) => operation === 'complete' }],
  [
    'releases all claims of a token',
    [RANDOM],
    {
      alsoReleased: (_, token, entries) => {
        for (const [key, entry] of entries) if (entry.token === token && entry.value === undefined) entries.delete(key)
      },
    },
  ],
]

test.each(twins)('a store that %s breaks its case, and only cases of the same rule', async (_, breaks, changes) => {
  const broken: Record<string, unknown> = {}
  for (const { name, run } of contractOf(changes)) await run().catch((error: unknown) => (broken[name] = error))
  expect(Object.keys(broken).sort()).toEqual([...breaks].sort())
  for (const [name, error] of Object.entries(broken)) {
    expect(StageflowError.is(error, 'keyed-work/contract'), String(error)).toBe(true)
    if (name !== RANDOM) expect((error as Error).message).toContain(`The store breaks the rule "${name}": `)
  }
})

test('there is such a store for each case', () => {
  const found = new Set(twins.flatMap(([, breaks]) => breaks))
  expect([...found].sort()).toEqual(
    contractOf({})
      .map(({ name }) => name)
      .sort(),
  )
})

const messageOf = async (changes: Partial<Decisions>, wanted: string): Promise<string> => {
  const found = contractOf(changes).find(({ name }) => name === wanted)
  return (await found?.run().catch((error: Error) => error.message)) ?? 'it passed'
}

test('a message has the rule, the operations with what they returned, and what to do', async () => {
  expect(await messageOf({ mayComplete: () => true }, OVERWRITES)).toBe(
    'The store breaks the rule "another token overwrites neither a claim nor a completion": the last of these operations must return false, not true. Operations: 1. claim(token a) → {"status":"claimed"}; 2. complete(token b, value "b") → true. Compare the token of the record with the token of the caller before you write.',
  )
})

test('a random sequence is made as short as it can be, and names the rule that it breaks', async () => {
  const secondRefused: Partial<Decisions> = {
    mayComplete: (found, token) => SOUND.mayComplete(found, token) && found.there?.value === undefined,
  }
  expect(await messageOf(secondRefused, RANDOM)).toMatch(
    /^The store breaks the rule "complete may be repeated with the same token, and then returns the same": the last of these operations must return true, not false\. Operations: 1\. complete\(key (x|y), token (a|b|c),[^;]*→ true; 2\. complete\(key \1, token \2,[^;]*→ false\. The sequence is random, from seed \d\. Return true as well/,
  )
  const leaseOnly = await messageOf(
    { isOver: ({ value, endsAt }, now) => value !== undefined && endsAt <= now },
    RANDOM,
  )
  expect(leaseOnly).toMatch(
    /"a free key is claimed[^:]*: .*Operations: 1\. claim\([^;]*; 2\. all records with a short life expire; 3\. claim\([^;]*\. The sequence/,
  )
})

test('an operation that fails is named, with its error', async () => {
  const contract = keyedStoreContract(() => {
    const clock = manualClock()
    const store = mapStore(clock, {})
    return {
      store: { ...store, complete: () => Promise.reject(new Error('no connection')) },
      advance: (ms) => clock.advance(ms),
    }
  })
  const [, ...kept] = contract.filter(({ name }) => name.startsWith('a completion'))
  await expect(kept[0]?.run()).rejects.toMatchObject({
    code: 'keyed-work/contract',
    message: expect.stringContaining('complete(token a, value "a") failed with: Error: no connection. Operations: '),
    cause: expect.objectContaining({ message: 'no connection' }),
  })
  await expect(contract.at(-1)?.run()).rejects.toThrow('the store, or the case, failed with: no connection')
})

testWrongCalls({
  name: 'keyedStoreContract',
  contract: keyedStoreContract,
  code: 'keyed-work/illegal-option',
  store: mapStore(manualClock(), {}),
  kind: 'a store with claim()',
})
