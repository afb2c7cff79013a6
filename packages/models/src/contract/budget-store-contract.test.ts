import { expect, test } from 'vitest'
import { testContract } from '../../../keyed-work/test/broken-stores.ts'
import { testWrongCalls } from '../../../keyed-work/test/wrong-calls.ts'
import { mutants } from '../../test/budget-store-mutants.ts'
import { budgetStoreContract } from '../contract.ts'
import { memoryBudgetStore } from '../index.ts'

testContract({
  contract: budgetStoreContract,
  memoryStore: memoryBudgetStore,
  mutants,
  code: 'models/contract',
  message: 'The budget store breaks the rule',
  first: ['reserve', 'Add the amount only if'],
})

testWrongCalls({
  name: 'budgetStoreContract',
  contract: budgetStoreContract,
  code: 'models/illegal-option',
  store: memoryBudgetStore(),
  kind: 'a budget store with reserve()',
})

test('a full store in memory refuses a new window, and takes it once another one has ended (models/full)', () => {
  let now = 0
  const clock = { now: () => now, sleep: () => Promise.resolve(), setTimeout: () => () => {} }
  const store = memoryBudgetStore({ maxEntries: 2, clock })
  const reservation = { token: 't', amount: 1, most: 10, windowMs: 1_000 }
  for (const key of ['a', 'b', 'a']) expect(store.reserve(key, reservation)).toEqual({ status: 'reserved' })
  expect(() => store.reserve('c', reservation)).toThrow(
    expect.objectContaining({
      code: 'models/full',
      message:
        'memoryBudgetStore() is full with 2 windows that go on (maxEntries 2). Raise maxEntries, or use a store on disk.',
    }),
  )
  now = 1_000
  expect(store.reserve('c', reservation)).toEqual({ status: 'reserved' })
})
