import { StageflowError } from '@stageflow/core'
import { keyedStoreContract } from '@stageflow/keyed-work/contract'
import { manualClock } from '@stageflow/testing'
import { expect, test } from 'vitest'

import { memoryResultStore } from '../index.ts'

const contract = keyedStoreContract(() => {
  const clock = manualClock()
  return { store: memoryResultStore({ clock }), advance: (ms) => clock.advance(ms) }
})
for (const { name, run } of contract) test(`memoryResultStore, as every store: ${name}`, run)

const P = '0'.repeat(64)
const claim = (token = 'u') => ({ token, parameters: P, leaseMs: 1_000 })
const completion = (value = '') => ({ token: 't', parameters: P, value, ttlMs: 1_000 })
const statusOf = async (store: ReturnType<typeof memoryResultStore>, key: string): Promise<string> =>
  (await store.claim(key, claim())).status

test('past its bounds the result that was used longest ago is forgotten', async () => {
  const few = memoryResultStore({ maxEntries: 2 })
  for (const key of ['a', 'b']) void few.complete(key, completion())
  expect(await statusOf(few, 'a')).toBe('completed')
  void few.complete('c', completion())
  expect([await statusOf(few, 'a'), await statusOf(few, 'c'), await statusOf(few, 'b')]).toEqual([
    'completed',
    'completed',
    'claimed',
  ])
  const small = memoryResultStore({ maxLength: 400 })
  for (const key of ['a', 'b', 'c']) void small.complete(key, completion('x'.repeat(60)))
  expect([await statusOf(small, 'c'), await statusOf(small, 'b'), await statusOf(small, 'a')]).toEqual([
    'completed',
    'completed',
    'claimed',
  ])
})

test('a result that is stored again takes its room once, and is the newest', async () => {
  const store = memoryResultStore({ maxEntries: 2 })
  void store.complete('b', completion())
  for (let time = 0; time < 5; time++) void store.complete('a', completion('x'))
  expect(await statusOf(store, 'b')).toBe('completed')
  void store.complete('a', completion('x'))
  void store.complete('c', completion())
  expect([await statusOf(store, 'a'), await statusOf(store, 'c'), await statusOf(store, 'b')]).toEqual([
    'completed',
    'completed',
    'claimed',
  ])
})

test('by default it keeps 10,000 results, and 64 Mi characters', async () => {
  const store = memoryResultStore()
  for (let n = 0; n <= 10_000; n++) void store.complete(`${n}`, completion())
  expect([await statusOf(store, '1'), await statusOf(store, '0')]).toEqual(['completed', 'claimed'])
  expect(() => store.complete('x', completion('x'.repeat(2 ** 26)))).toThrow('maxLength is 67108864')
})

test('a result that is larger than the store is refused, and its claim stays', async () => {
  const store = memoryResultStore({ maxLength: 1_000 })
  void store.claim('k', claim('t'))
  let error: unknown
  try {
    void store.complete('k', completion('x'.repeat(1_000)))
  } catch (thrown) {
    error = thrown
  }
  expect(StageflowError.is(error, 'tool-executor/value-too-large')).toBe(true)
  expect(await statusOf(store, 'k')).toBe('running')
})

test('a claim is never forgotten, and one whose owner never came back goes with a later one', async () => {
  let now = 0
  const store = memoryResultStore({ maxEntries: 1, clock: { ...manualClock(), now: () => now } })
  for (let n = 0; n < 100; n++) void store.claim(`k${n}`, claim('gone'))
  void store.complete('done', completion())
  expect(await statusOf(store, 'k0')).toBe('running')
  now = 1_000
  expect(await statusOf(store, 'k0')).toBe('claimed')
})
