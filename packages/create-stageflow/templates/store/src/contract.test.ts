import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { keyedStoreContract } from '@stageflow/keyed-work/contract'
import { templateNameStore } from './index.ts'

// Each case has keys of its own, and fails if the store breaks a rule that
// holds for every store.
const store = templateNameStore(new DatabaseSync(':memory:'))
const wait = (ms: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, ms))
for (const { name, run } of keyedStoreContract(() => ({
  store,
  advance: wait,
})))
  test(name, run)
