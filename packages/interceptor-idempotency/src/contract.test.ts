import { memoryStore } from '@stageflow/keyed-work'
import { interceptorContract } from '@stageflow/testing/contract'
import { describe, test } from 'vitest'

import { scriptedStore } from '../../keyed-work/test/scripted-store.ts'
import { idempotency } from './idempotency.ts'

const withKey = { input: (run: number) => ({ extensions: { idempotencyKey: `k${run}` } }) }

describe('without keys', () => {
  for (const { name, run } of interceptorContract(() => idempotency())) test(name, run)
})

describe('with a key for each run, and a store that answers synchronously', () => {
  const create = (clock: Parameters<typeof scriptedStore>[0]) => idempotency({ store: memoryStore({ clock }) })
  for (const { name, run } of interceptorContract(create, withKey)) test(name, run)
})

describe('with a key for each run, and a store that answers later', () => {
  const create = (clock: Parameters<typeof scriptedStore>[0]) => idempotency({ store: scriptedStore(clock) })
  for (const { name, run } of interceptorContract(create, withKey)) test(name, run)
})
