import { StageflowError, type Clock } from '@stageflow/core'
import { manualClock } from '@stageflow/testing'
import { describe, expect, test } from 'vitest'

import { isHeavy } from '../../../core/test/property-settings.ts'
import { mapStore, mutants, SOUND, type Decisions } from '../../test/keyed-store-mutants.ts'
import { testWrongCalls } from '../../test/wrong-calls.ts'
import type { KeyedStore } from '../keyed-store.ts'
import { keyedWork } from '../keyed-work.ts'
import type { StoreContractOptions } from '../suite.ts'
import { keyedStoreContract } from './keyed-store-contract.ts'

const contractWith = (make: (clock: Clock) => KeyedStore, options?: StoreContractOptions) =>
  keyedStoreContract(() => {
    const clock = manualClock()
    return { store: make(clock), advance: (ms) => clock.advance(ms) }
  }, options)

const contractOf = (changes: Partial<Decisions>) => contractWith((clock) => mapStore(clock, changes))

describe('a store that keeps every rule passes', () => {
  for (const { name, run } of contractOf({})) test(name, run)
})

test('a store may keep the first of two completions of one token, which are the same', async () => {
  const contract = contractOf({ ttlEnd: ({ there }, end) => (there?.value === undefined ? end : there.endsAt) })
  for (const { run } of contract) await run()
})

const RANDOM = 'random sequences of operations keep every rule'
const OVERWRITES = 'another token overwrites neither a claim nor a completion'

test.each(mutants)('$name $does', async (mutant) => {
  const { make, caughtBy, alsoCaughtBy = [] } = mutant
  // By day the cases that find it, and with every eighth store and those that no case finds all of them.
  const isWhole = isHeavy || caughtBy === undefined || mutants.indexOf(mutant) % 8 === 0
  const found = new Set([caughtBy, alsoCaughtBy].flat())
  const cases = contractWith(make, { timeoutMs: 250 }).filter(({ name }) => isWhole || found.has(name))
  const broken: string[] = []
  for (const { name, run } of cases) {
    await run().catch((error: unknown) => {
      expect(StageflowError.is(error, 'keyed-work/contract'), String(error)).toBe(true)
      if (name !== RANDOM) expect((error as Error).message).toContain(`The store breaks the rule "${name}": `)
      broken.push(name)
    })
    // The other cases would wait as long as the first one.
    if (alsoCaughtBy === 'every other' && broken.length > 0) break
  }
  const others = alsoCaughtBy === 'every other' ? [] : alsoCaughtBy
  expect(broken).toEqual(caughtBy === undefined ? [] : [caughtBy, ...others])
})

test('there is such a store for each case', () => {
  const caughtBy = mutants.flatMap((mutant) => [mutant.caughtBy ?? [], mutant.alsoCaughtBy ?? []].flat())
  const names = contractOf({}).map(({ name }) => name)
  expect(names.filter((name) => !caughtBy.includes(name))).toEqual([])
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

test('a promise that never settles is named, with the operations before it', async () => {
  const stuck = (clock: Clock): KeyedStore => ({ ...mapStore(clock, {}), release: () => new Promise<never>(() => {}) })
  const [first] = contractWith(stuck, { timeoutMs: 20 })
  await expect(first?.run()).rejects.toThrow(
    'release(token a): release() did not settle within 20 ms. Operations: 1. claim(token a) → {"status":"claimed"}; 2. release(token a). Return the answer, or a promise that always settles: reject if the store cannot be used.',
  )
})

test('open, advance and close that never settle are named', async () => {
  const never = (): Promise<never> => new Promise(() => {})
  const clock = manualClock()
  const sound = { store: mapStore(clock, {}), advance: (ms: number) => clock.advance(ms) }
  const firstOf = (open: () => never | typeof sound) => keyedStoreContract(open, { timeoutMs: 5, shortMs: 5 })[0]?.run()
  const code = 'keyed-work/contract'
  await expect(firstOf(never as never)).rejects.toMatchObject({ code, message: expect.stringContaining('open() did not settle within 30 ms') }) // prettier-ignore
  await expect(firstOf(() => ({ ...sound, advance: never }))).rejects.toMatchObject({ code, message: expect.stringContaining('advance(6) did not settle within 11 ms') }) // prettier-ignore
  await expect(firstOf(() => ({ ...sound, close: never }))).rejects.toMatchObject({ code, message: expect.stringContaining('close() did not settle within 30 ms') }) // prettier-ignore
})

testWrongCalls({
  name: 'keyedStoreContract',
  contract: keyedStoreContract,
  code: 'keyed-work/illegal-option',
  store: mapStore(manualClock(), {}),
  kind: 'a store with claim()',
})

test('a store for another version of core is refused (core/plugin-version)', () => {
  const store = { ...mapStore(manualClock(), {}), core: '^99.0.0' }
  const options = { store, leaseMs: 1, waitMs: 1, storeTimeoutMs: 1, toText: String, fromText: String }
  expect(() => keyedWork(options)).toThrow(
    expect.objectContaining({
      code: 'core/plugin-version',
      message: expect.stringContaining('The store needs another core than') as string,
    }),
  )
})
