import { manualClock } from '@stageflow/testing'
import { StageflowError } from '@stageflow/core'
import fc from 'fast-check'
import { expect, test } from 'vitest'

import { propertySettings } from '../../core/test/property-settings.ts'
import { memoryStore, type MemoryStoreOptions } from './memory-store.ts'
import { storeContract } from './store-contract.ts'
import { storeModel } from './store-model.ts'

const contract = storeContract(() => {
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
      const model = storeModel()
      for (const each of commands) {
        if (each.type === 'advance') {
          now += each.ms
          model.advance(each.ms)
        } else if (each.type === 'claim') {
          const given = claim(each.token, each.ms)
          expect(store.claim(each.key, given)).toEqual(model.claim(each.key, given).answer)
        } else if (each.type === 'complete') {
          const given = completion(each.token, `${each.token}${each.ms}`, each.ms)
          expect(store.complete(each.key, given)).toBe(model.complete(each.key, given).answer)
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
  expect(store.size).toBe(10_000)
  expect(store.claim('k0', claim('u')).status).toBe('completed')
  expect(store.claim('k1', claim('u')).status).toBe('claimed')
})

test('the length of its values together is bounded too', () => {
  const store = memoryStore({ maxLength: 10_000 })
  for (let n = 0; n < 100; n++) store.complete(`k${n}`, completion('t', 'x'.repeat(1_000)))
  expect(store.size).toBeLessThanOrEqual(10)
  expect(store.size).toBeGreaterThan(5)
  expect(store.claim('k99', claim('u')).status).toBe('completed')
})

test('its values have 64 Mi characters together by default', () => {
  const store = memoryStore()
  const value = 'x'.repeat(2 ** 20)
  for (let n = 0; n < 70; n++) store.complete(`k${n}`, completion('t', value))
  expect(store.size).toBe(63) // each takes a little more than its value
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
  expect(StageflowError.is(error, 'idempotency/value-too-large')).toBe(true)
  expect(store.claim('k', claim('u')).status).toBe('running')
})

test('claims are not evicted, and those whose lease has ended are removed by later claims', () => {
  const clock = manualClock()
  let now = 0
  const store = memoryStore({ maxEntries: 1, clock: { ...clock, now: () => now } })
  for (let n = 0; n < 100; n++) store.claim(`k${n}`, claim('gone'))
  expect(store.size).toBe(100)
  expect(store.claim('k0', claim('u')).status).toBe('running')
  now = 1_000
  store.claim('new', claim('u'))
  expect(store.size).toBe(1)
})

test('illegal options are refused, all in one error', () => {
  const bad = { maxEntries: 0, maxLength: NaN, clock: null, size: 1 } as unknown as MemoryStoreOptions
  expect(() => memoryStore(bad)).toThrow(
    /memoryStore\(\): maxEntries must be.*maxLength must be.*clock must be.*unknown option "size"/,
  )
})
