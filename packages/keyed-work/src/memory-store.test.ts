import { manualClock } from '@stageflow/testing'
import { StageflowError } from '@stageflow/core'
import fc from 'fast-check'
import { expect, test } from 'vitest'

import { propertySettings } from '../../core/test/property-settings.ts'
import { keyedModel } from './contract/keyed-model.ts'
import { keyedStoreContract } from './contract/keyed-store-contract.ts'
import { memoryStore, type MemoryStore, type MemoryStoreOptions } from './memory-store.ts'

const contract = keyedStoreContract(() => {
  const clock = manualClock()
  return { store: memoryStore({ clock }), advance: (ms) => clock.advance(ms) }
})
for (const { name, run } of contract) test(name, run)

const sizeOf = (store: MemoryStore): number => store.stats().claims + store.stats().results
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

test('it keeps the 10,000 completions that were used last, by default', () => {
  const store = memoryStore()
  for (let n = 0; n < 10_000; n++) store.complete(`k${n}`, completion('t'))
  expect(store.claim('k0', claim('u')).status).toBe('completed')
  store.complete('one more', completion('t'))
  expect(sizeOf(store)).toBe(10_000)
  expect(store.claim('k0', claim('u')).status).toBe('completed')
  expect(store.claim('k1', claim('u')).status).toBe('claimed')
})

test('the length of its values together is bounded too', () => {
  const store = memoryStore({ maxLength: 10_000 })
  for (let n = 0; n < 100; n++) store.complete(`k${n}`, completion('t', 'x'.repeat(1_000)))
  expect(sizeOf(store)).toBeLessThanOrEqual(10)
  expect(sizeOf(store)).toBeGreaterThan(5)
  expect(store.claim('k99', claim('u')).status).toBe('completed')
})

test('its values have 64 Mi characters together by default', () => {
  const store = memoryStore()
  const value = 'x'.repeat(2 ** 20)
  for (let n = 0; n < 70; n++) store.complete(`k${n}`, completion('t', value))
  expect(sizeOf(store)).toBe(63) // each takes a little more than its value
})

test('a value that is longer than the limit for all is refused, and the claim stays', () => {
  const store = memoryStore({ maxLength: 1_000 })
  store.claim('k', claim('t'))
  let error: unknown
  try {
    store.complete('k', completion('t', 'x'.repeat(1_000)))
  } catch (thrown) {
    error = thrown
  }
  expect(StageflowError.is(error, 'keyed-work/too-large')).toBe(true)
  expect(store.claim('k', claim('u')).status).toBe('running')
})

test('claims are not evicted, and those whose lease has ended are removed by later claims', () => {
  const clock = manualClock()
  let now = 0
  const store = memoryStore({ maxEntries: 1, clock: { ...clock, now: () => now } })
  for (let n = 0; n < 100; n++) store.claim(`k${n}`, claim('gone'))
  expect(sizeOf(store)).toBe(100)
  expect(store.claim('k0', claim('u')).status).toBe('running')
  now = 1_000
  store.claim('new', claim('u'))
  expect(sizeOf(store)).toBe(1)
})

test('past maxLength too, the result that was used longest ago is evicted', () => {
  const store = memoryStore({ maxLength: 400 })
  for (const key of ['a', 'b', 'c']) store.complete(key, completion('t', 'x'.repeat(60)))
  expect(['c', 'b', 'a'].map((key) => store.claim(key, claim('u')).status)).toEqual([
    'completed',
    'completed',
    'claimed',
  ])
})

test('a result that is stored again takes its room once, and is the newest', () => {
  const store = memoryStore({ maxEntries: 2 })
  store.complete('b', completion('t'))
  for (let time = 0; time < 5; time++) store.complete('a', completion('t', 'x'))
  expect(store.stats()).toEqual({ claims: 0, results: 2, length: 1 + 1 + 1 + 2 * 128, evicted: 0 })
  expect(store.claim('b', claim('u')).status).toBe('completed')
  store.complete('a', completion('t', 'x'))
  store.complete('c', completion('t'))
  expect(store.stats()).toMatchObject({ results: 2, evicted: 1 })
  expect(['a', 'c', 'b'].map((key) => store.claim(key, claim('u')).status)).toEqual([
    'completed',
    'completed',
    'claimed',
  ])
})

test('its bounds can be left out', () => {
  const store = memoryStore({ maxEntries: Infinity, maxLength: Infinity })
  for (let n = 0; n < 10_001; n++) store.complete(`k${n}`, completion('t'))
  expect(store.stats()).toMatchObject({ results: 10_001, evicted: 0 })
})

test('its stats are a frozen copy', () => {
  const store = memoryStore()
  const before = store.stats()
  store.claim('k', claim('t'))
  expect([before.claims, store.stats().claims, Object.isFrozen(before)]).toEqual([0, 1, true])
})

test('illegal options are refused, all in one error', () => {
  const bad = { maxEntries: 0, maxLength: NaN, clock: null, size: 1 } as unknown as MemoryStoreOptions
  let error: unknown
  try {
    memoryStore(bad)
  } catch (thrown) {
    error = thrown
  }
  expect(StageflowError.is(error, 'keyed-work/illegal-option')).toBe(true)
  expect(String(error)).toMatch(
    /memoryStore\(\): maxEntries must be.*maxLength must be.*clock must be.*unknown option "size"/,
  )
  for (const value of [-1, 1.5, '5', null])
    expect(() => memoryStore({ maxEntries: value as never, maxLength: value as never })).toThrow(
      /maxEntries.*maxLength/,
    )
  expect(() => memoryStore(null as never)).toThrow('the options must be an object, not null')
  expect(memoryStore({ maxEntries: undefined as never })).toBeDefined()
})
