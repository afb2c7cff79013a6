import { manualClock } from '@stageflow/testing'
import { StageflowError } from '@stageflow/core'
import fc from 'fast-check'
import { expect, test } from 'vitest'

import { propertySettings } from '../../core/test/property-settings.ts'
import { keyedModel } from './contract/keyed-model.ts'
import { keyedStoreContract } from './contract/keyed-store-contract.ts'
import type { Account } from './account.ts'
import type { ClaimAnswer } from './keyed-store.ts'
import { memoryStore, type MemoryStoreOptions } from './memory-store.ts'

const contract = keyedStoreContract(() => {
  const clock = manualClock()
  return { store: memoryStore({ clock }), advance: (ms) => clock.advance(ms) }
})
for (const { name, run } of contract) test(name, run)

const P = '0'.repeat(64)
const claim = (token: string, leaseMs = 1_000) => ({ token, parameters: P, leaseMs })
const completion = (token: string, value = '', ttlMs = 1_000) => ({ token, parameters: P, value, ttlMs })

test('in any order of operations and expiries, it returns what the model returns', () => {
  const key = fc.constantFrom('x', 'y')
  const token = fc.constantFrom('a', 'b', 'c')
  const ms = fc.integer({ min: 1, max: 20 })
  const command = fc.oneof(
    fc.record({ type: fc.constant('claim' as const), key, token, ms }),
    fc.record({ type: fc.constant('complete' as const), key, token, ms }),
    fc.record({ type: fc.constant('release' as const), key, token }),
    fc.record({ type: fc.constant('advance' as const), ms }),
  )
  fc.assert(
    fc.property(fc.array(command, { maxLength: 60 }), (commands) => {
      let now = 0
      const store = memoryStore({ clock: { ...manualClock(), now: () => now } })
      const { store: model } = keyedModel({ now: () => now })
      for (const each of commands) {
        if (each.type === 'advance') {
          now += each.ms
        } else if (each.type === 'claim') {
          const given = claim(each.token, each.ms)
          expect(store.claim(each.key, given)).toEqual(model.claim(each.key, given))
        } else if (each.type === 'complete') {
          const given = completion(each.token, `${each.token}${each.ms}`, each.ms)
          expect(store.complete(each.key, given)).toBe(model.complete(each.key, given))
        } else {
          store.release(each.key, each.token)
          model.release(each.key, each.token)
        }
      }
    }),
    propertySettings(1_000),
  )
})

// ---------- bounds

const MOST = 100_000
/** How many bytes a record counts, by hand. */
const bytesOf = (key: string, value: string, owner = ''): number =>
  1_024 + 2 * (key.length + value.length + owner.length)
const CLAIM = 4_096

const codeIn = (act: () => unknown): string | undefined => {
  try {
    act()
    return undefined
  } catch (error) {
    return (error as StageflowError).code
  }
}

test('a full store refuses new keys and keeps every record until its end', async () => {
  const clock = manualClock()
  const store = memoryStore({ clock, maxBytes: MOST })
  let kept = 0
  while (codeIn(() => store.claim(`k${kept}`, claim('t'))) === undefined)
    store.complete(`k${kept++}`, completion('t', 'v'))
  expect(kept).toBeGreaterThan(80)
  expect(codeIn(() => store.claim('new', claim('t')))).toBe('keyed-work/full')
  for (let n = 0; n < kept; n++) expect(store.claim(`k${n}`, claim('u')).status).toBe('completed')
  expect(store.stats()).toMatchObject({ claims: 0, results: kept, refused: 2 })
  expect(store.stats().bytes).toBeLessThanOrEqual(MOST)
  await clock.advance(1_000)
  expect(store.claim('new', claim('t')).status).toBe('claimed')
  expect(store.stats()).toMatchObject({ claims: 1, results: 0, bytes: bytesOf('new', '') + CLAIM })
})

test('the message of a full store says which bound it is, and what to do', () => {
  const store = memoryStore({ maxBytes: 20_000, ownerShare: 0.5 })
  const full = (account?: Account) => {
    for (let n = 0; ; n++) store.claim(`${JSON.stringify(account)}${n}`, claim('t'), account)
  }
  expect(() => full({ owner: 'eve' })).toThrow(
    /no room for a new key: \d+ of 10000 bytes of the share of its owner \(ownerShare: 0\.5\).*raise maxBytes or ownerShare/,
  )
  expect(() => full()).toThrow(
    /\d+ of 20000 bytes of the store \(maxBytes\).*Shorten ttlMs, raise maxBytes, or use a store on disk/,
  )
})

test('an owner can fill only its share, a tenth by default, and others go on', () => {
  const store = memoryStore()
  const eve = { owner: 'eve' }
  let keys = 0
  const keep = (key: string): void => void store.complete(key, completion('t', 'x'.repeat(10_000)), eve)
  while (codeIn(() => keep(`eve${keys}`)) === undefined) keys++
  const { bytes } = store.stats()
  expect(bytes).toBeLessThanOrEqual(2 ** 26 / 10)
  expect(bytes).toBeGreaterThan(2 ** 26 / 10 - 30_000)
  expect(store.claim('ada', claim('t'), { owner: 'ada' }).status).toBe('claimed')
  expect(store.complete('ada', completion('t'))).toBe(true)
  expect(store.claim('eve0', claim('u'), eve).status).toBe('completed')
})

test('records without an owner may take the whole store, and then no owner has room', () => {
  const store = memoryStore({ maxBytes: MOST, ownerShare: 0.1 })
  for (let n = 0; codeIn(() => store.complete(`k${n}`, completion('t', 'x'.repeat(1_000)))) === undefined; n++) {}
  expect(store.stats().bytes).toBeGreaterThan(MOST * 0.9)
  expect(codeIn(() => store.claim('new', claim('t'), { owner: 'ada' }))).toBe('keyed-work/full')
})

test('a record that is not counted takes no room, and is kept until its end', async () => {
  const clock = manualClock()
  const store = memoryStore({ clock, maxBytes: 20_000 })
  const uncounted = { owner: 'eve', uncounted: true }
  for (let n = 0; n < 100; n++) {
    expect(store.claim(`k${n}`, claim('t'), uncounted).status).toBe('claimed')
    expect(store.complete(`k${n}`, completion('t', 'x'.repeat(1_000)), uncounted)).toBe(true)
  }
  expect(store.stats()).toMatchObject({ results: 100, bytes: 0, refused: 0 })
  expect(store.claim('k0', claim('u')).status).toBe('completed')
  await clock.advance(1_000)
  expect(store.stats()).toMatchObject({ results: 0, bytes: 0 })
})

test('a repeat, a renewal and a release work in a full store', () => {
  const store = memoryStore({ maxBytes: 2 * (bytesOf('a', '') + CLAIM) })
  store.complete('a', completion('t', 'x'))
  store.claim('b', claim('t'))
  expect(codeIn(() => store.claim('c', claim('t')))).toBe('keyed-work/full')
  expect(store.claim('a', claim('u')).status).toBe('completed')
  expect(store.claim('b', claim('t')).status).toBe('claimed')
  expect(store.complete('a', completion('t', 'x'))).toBe(true)
  store.release('b', 't')
  expect(store.claim('c', claim('t')).status).toBe('claimed')
})

test('a key that counts for one owner stays with it, whatever owner asks for it', () => {
  const store = memoryStore({ maxBytes: MOST })
  store.claim('k', claim('t'), { owner: 'ada' })
  store.complete('k', completion('t', 'x'.repeat(2_000)), { owner: 'eve', uncounted: true })
  expect(store.stats().bytes).toBe(bytesOf('k', 'x'.repeat(2_000), 'ada'))
  expect(store.claim('k', claim('u'), { owner: 'eve' }).status).toBe('completed')
})

test.each<[what: string, value: string, account: Account | undefined]>([
  ['longer than the limit for all', 'x'.repeat(MOST), undefined],
  ['longer than the limit for all, and not counted', 'x'.repeat(MOST), { uncounted: true }],
  ['longer than the share of its owner', 'x'.repeat(MOST / 10), { owner: 'ada' }],
])('a value that is %s is refused, the claim stays, and the reason can be stored', (_what, value, account) => {
  const store = memoryStore({ maxBytes: MOST })
  store.claim('k', claim('t'), account)
  expect(codeIn(() => store.complete('k', completion('t', value), account))).toBe('keyed-work/too-large')
  expect(store.claim('k', claim('u')).status).toBe('running')
  expect(store.complete('k', completion('t', 'x'.repeat(1_900)), account)).toBe(true)
})

test('a value for which others have left no room is refused like one that is too long', () => {
  const store = memoryStore({ maxBytes: MOST })
  for (const key of ['a', 'b']) store.claim(key, claim('t'))
  store.complete('a', completion('t', 'x'.repeat(40_000)))
  expect(() => store.complete('b', completion('t', 'x'.repeat(40_000)))).toThrow(
    /no room for a result of 40000 characters: \d+ of 100000 bytes/,
  )
  expect(store.stats().refused).toBe(1)
})

test('claims whose lease has ended give their room back', async () => {
  const clock = manualClock()
  const store = memoryStore({ clock, maxBytes: MOST })
  let keys = 0
  while (codeIn(() => store.claim(`k${keys}`, claim('gone', 1_000 + keys))) === undefined) keys++
  expect(store.claim('k0', claim('u')).status).toBe('running')
  await clock.advance(1_000)
  expect(store.claim('new', claim('u', 60_000)).status).toBe('claimed')
  await clock.advance(1_000)
  expect(store.stats()).toMatchObject({ claims: 1, results: 0 })
})

test('a result that is stored again takes its room once', () => {
  const store = memoryStore()
  for (let time = 0; time < 5; time++) store.complete('a', completion('t', 'x'))
  expect(store.stats()).toEqual({ claims: 0, results: 1, bytes: bytesOf('a', 'x'), refused: 0 })
})

test('the bound can be left out', () => {
  const store = memoryStore({ maxBytes: Infinity })
  const value = 'x'.repeat(2 ** 20)
  for (let n = 0; n < 100; n++) store.complete(`k${n}`, completion('t', value), { owner: 'ada' })
  expect(store.stats()).toMatchObject({ results: 100, refused: 0 })
})

/** A bounded store that searches a list for everything. */
class PlainStore {
  refused = 0
  #records: (Given & {
    readonly key: string
    readonly value?: string
    readonly endsAt: number
    readonly bytes: number
  })[] = []
  readonly #now: () => number
  constructor(now: () => number) {
    this.#now = now
  }
  #without(key: string): void {
    this.#records = this.#records.filter((record) => record.key !== key)
  }
  #there(key: string) {
    this.#records = this.#records.filter(({ endsAt }) => endsAt > this.#now())
    return this.#records.find((record) => record.key === key)
  }
  /** Refuses more bytes if they don't fit. */
  #hasRoom({ owner, uncounted }: Account, more: number): boolean {
    const counted = this.#records.filter(({ account }) => account.uncounted !== true)
    const own = counted.filter(({ account }) => account.owner === owner)
    const fits =
      uncounted === true || ((owner === undefined || sum(own) + more <= MOST * 0.3) && sum(counted) + more <= MOST)
    if (!fits) this.refused++
    return fits
  }
  claim(key: string, { token, account: given }: Given, ms: number): string {
    const there = this.#there(key)
    if (there?.value !== undefined) return `completed ${there.value.length}`
    if (there !== undefined && there.token !== token) return `running ${there.endsAt - this.#now()}`
    const account = there?.account ?? given
    const bytes = bytesOf(key, '', account.owner) + CLAIM
    if (there === undefined && !this.#hasRoom(account, bytes)) return 'keyed-work/full'
    this.#without(key)
    this.#records.push({ key, token, account, endsAt: this.#now() + ms, bytes })
    return 'claimed'
  }
  complete(key: string, { token, account: given }: Given, value: string, ms: number): string {
    const there = this.#there(key)
    if (there !== undefined && there.token !== token) return 'false'
    const account = there?.account ?? given
    const bytes = bytesOf(key, value, account.owner)
    const isTooLong = bytes > MOST
    if (isTooLong) this.refused++
    if (isTooLong || !this.#hasRoom(account, bytes - (there?.bytes ?? 0))) return 'keyed-work/too-large'
    this.#without(key)
    this.#records.push({ key, token, account, value, endsAt: this.#now() + ms, bytes })
    return 'true'
  }
  release(key: string, token: string): void {
    const there = this.#there(key)
    if (there?.token === token && there.value === undefined) this.#without(key)
  }
  stats() {
    this.#there('')
    const claims = this.#records.filter(({ value }) => value === undefined).length
    const bytes = sum(this.#records.filter(({ account }) => account.uncounted !== true))
    return { claims, results: this.#records.length - claims, bytes, refused: this.refused }
  }
}
interface Given {
  readonly token: string
  readonly account: Account
}
const sum = (records: readonly { readonly bytes: number }[]): number =>
  records.reduce((all, { bytes }) => all + bytes, 0)

const shownAnswer = (act: () => ClaimAnswer | boolean): string => {
  try {
    const answer = act()
    if (typeof answer === 'boolean') return String(answer)
    if (answer.status === 'completed') return `completed ${answer.value.length}`
    return answer.status === 'running' ? `running ${answer.leaseMs}` : answer.status
  } catch (error) {
    return (error as StageflowError).code
  }
}

test('in any order of operations, a bounded store answers and counts as one that searches a list', () => {
  const key = fc.nat(40).map((n) => `k${n}`)
  const token = fc.constantFrom('a', 'b')
  const account = fc.constantFrom<Account>({}, { owner: 'ada' }, { owner: 'eve' }, { owner: 'eve', uncounted: true })
  const ms = fc.integer({ min: 1, max: 50 })
  const length = fc.constantFrom(0, 10, 1_000, 9_000, 16_000, 60_000)
  const command = fc.oneof(
    { weight: 4, arbitrary: fc.record({ type: fc.constant('claim' as const), key, token, account, ms }) },
    { weight: 4, arbitrary: fc.record({ type: fc.constant('complete' as const), key, token, account, ms, length }) },
    { weight: 1, arbitrary: fc.record({ type: fc.constant('release' as const), key, token }) },
    { weight: 1, arbitrary: fc.record({ type: fc.constant('advance' as const), ms }) },
  )
  fc.assert(
    fc.property(fc.array(command, { maxLength: 120 }), (commands) => {
      let now = 0
      const store = memoryStore({ clock: { ...manualClock(), now: () => now }, maxBytes: MOST, ownerShare: 0.3 })
      const model = new PlainStore(() => now)
      for (const each of commands) {
        if (each.type === 'advance') now += each.ms
        else if (each.type === 'release') {
          store.release(each.key, each.token)
          model.release(each.key, each.token)
        } else if (each.type === 'claim')
          expect(shownAnswer(() => store.claim(each.key, claim(each.token, each.ms), each.account))).toBe(
            model.claim(each.key, each, each.ms),
          )
        else {
          const value = 'x'.repeat(each.length)
          expect(
            shownAnswer(() => store.complete(each.key, completion(each.token, value, each.ms), each.account)),
          ).toBe(model.complete(each.key, each, value, each.ms))
        }
        expect(store.stats()).toEqual(model.stats())
        expect(store.stats().bytes).toBeLessThanOrEqual(MOST)
      }
    }),
    propertySettings(500),
  )
})

test('records that have ended are gone, also those that nothing asks for again', async () => {
  const clock = manualClock()
  const store = memoryStore({ clock })
  for (let n = 0; n < 20_000; n++) {
    store.claim(`k${n}`, claim('t'), { uncounted: true })
    store.complete(`k${n}`, completion('t', '-', 1), { uncounted: true })
  }
  await clock.advance(1)
  expect(store.stats()).toEqual({ claims: 0, results: 0, bytes: 0, refused: 0 })
})

test('its stats are a frozen copy', () => {
  const store = memoryStore()
  const before = store.stats()
  store.claim('k', claim('t'))
  expect([before.claims, store.stats().claims, Object.isFrozen(before)]).toEqual([0, 1, true])
})

test('illegal options are refused, all in one error', () => {
  const bad = { maxBytes: 0, ownerShare: NaN, clock: null, size: 1 } as unknown as MemoryStoreOptions
  let error: unknown
  try {
    memoryStore(bad)
  } catch (thrown) {
    error = thrown
  }
  expect(StageflowError.is(error, 'keyed-work/illegal-option')).toBe(true)
  expect(String(error)).toMatch(
    /memoryStore\(\): maxBytes must be.*ownerShare must be.*clock must be.*unknown option "size"/,
  )
  for (const value of [-1, 1.5, '5', null])
    expect(() => memoryStore({ maxBytes: value as never, ownerShare: value as never })).toThrow(/maxBytes.*ownerShare/)
  expect(() => memoryStore(null as never)).toThrow('the options must be an object, not null')
  expect(memoryStore({ maxBytes: undefined as never })).toBeDefined()
})
